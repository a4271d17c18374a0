import { join } from 'node:path'
import { type LocalApi, startLocalApi } from '../api/client/local-api.ts'
import { startApiServer } from '../api/server/server.ts'
import { versionInfo } from '../api/server/version.ts'
import { systemClock } from '../mesh/clock/clock.ts'
import { type NodeKey, openNodeKey } from '../mesh/identity/node-key.ts'
import { makePrivateDirectory } from '../mesh/identity/private-file.ts'
import type { PeerKey } from '../mesh/link/links.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import { serveAdmin } from './admin-socket.ts'
import { bootstrapCluster, clusterBootstrapped } from './bootstrap.ts'
import { CertificateRenewal } from './certificate-renewal.ts'
import { adminHandlers, createJoinToken, whoAnswers } from './cluster/admin.ts'
import { type OpenCluster, openCluster } from './cluster/cluster.ts'
import { type Entered, enterCluster } from './cluster/enter.ts'
import { logIdentity, Mesh } from './cluster/mesh.ts'
import { type ClusterAddresses, clusterAddresses } from './cluster-addresses.ts'
import { startControl } from './control/control.ts'
import { type DataDirectory, dataDirectoryAt } from './data-directory.ts'
import { LeaderLoops } from './leader-loops.ts'
import { LoopDelay } from './loop-delay.ts'
import { meshFigures } from './mesh-figures.ts'
import { NetworkLinks } from './network/between/network-links.ts'
import { networkFigures } from './network/figures.ts'
import { startNetwork } from './network/network.ts'
import { NetworkAdmin } from './network-admin.ts'
import type { NodeOptions } from './node-options.ts'
import { NodePodStreams } from './node-pod-streams.ts'
import { networkOptions, workerOptions } from './part-options.ts'
import { Parts } from './parts.ts'
import { openPayload, type Payload } from './payload/payload.ts'
import { recoverIfAsked, recoveryHandlers } from './recover.ts'
import { release } from './release.ts'
import { apiServingNames, openServingCertificate } from './serving-certificate.ts'
import { snapshotHandlers } from './snapshot.ts'
import { assertNoneRuns, StatusBoard, serveStatus } from './status.ts'
import { StatusView } from './status-view.ts'
import { startWorker } from './worker/worker.ts'
import { WorkerAdmin } from './worker-admin.ts'

/** A running node. */
export interface Node {
  /** What a person is to be shown, when this start made the cluster and someone looks on. Secrets. */
  news?: { recoveryKey?: string; joinToken: string }
  /** Ends the agent in reverse order of its start; pods and their network stay up. */
  stop(): Promise<void>
}

/** What the parts are made from. */
interface Foundation extends Entered {
  options: NodeOptions
  directory: DataDirectory
  nodeKey: NodeKey
  addresses: ClusterAddresses
  log: Logger
}

export interface NodeCalls {
  /** Aborted when the node shall stop, also while it starts. */
  signal: AbortSignal
  /** The node can go on no further, and should stop: why, and what to do. */
  ended(reason: string): void
}

/**
 * The composition root: the only place where the parts are wired together. Resolves when every part is ready. Rejects when
 * one cannot start, or with the signal's reason.
 */
export async function startNode(options: NodeOptions, log: Logger, calls: NodeCalls): Promise<Node> {
  const board = new StatusBoard(log)
  const parts = new Parts(board)
  const status = new StatusView(board)
  const aborted = new Promise<never>((_, reject) => {
    calls.signal.addEventListener('abort', () => reject(calls.signal.reason))
  })
  try {
    const directory = dataDirectoryAt(options.dataDirectory)
    for (const path of [directory.root, directory.run, directory.worker, directory.network, directory.images]) {
      await makePrivateDirectory(path)
    }
    await assertNoneRuns(directory.statusSocket)
    parts.add(serveStatus(directory.statusSocket, () => status.read()))
    parts.announce(['mesh', 'store', 'control', 'network', 'api', 'runtime'])
    const news = await Promise.race([startAll({ options, directory, log }, parts, status, calls), aborted])
    return { news, stop: () => parts.stop() }
  } catch (error) {
    await parts.stop()
    throw error
  }
}

const removedReason = 'this node was taken out of its cluster: skein uninstall --data, then join it anew'

/** Of the token that the first node shows. */
const firstToken = { ttlMs: 24 * 3600_000, uses: 16 }

type Beginning = Pick<Foundation, 'options' | 'directory' | 'log'>

async function startAll(beginning: Beginning, parts: Parts, status: StatusView, calls: NodeCalls) {
  const { directory, log } = beginning
  const nodeKey = await openNodeKey(directory.nodeKey)
  const entered = await parts.attempt('mesh', () => enterCluster({ ...beginning, nodeKey, signal: calls.signal }))
  const identity = logIdentity(nodeKey, entered.keyring)
  const recovered = await recoverIfAsked({ ...identity, ...entered, directory, clock: systemClock, logger: log })
  const { place, keyring } = recovered ?? entered
  const addresses = clusterAddresses(place, place.nodeNumber)
  const foundation: Foundation = { ...beginning, place, keyring, nodeKey, addresses }
  status.place = place
  const failed = (error: Error) => calls.ended(`${error.message}; start it again when that is mended`)
  const mesh = await parts.start('mesh', () => Mesh.open(foundation, failed))
  status.mesh = mesh
  const streams = new NodePodStreams(place.nodeName)
  streams.join(mesh.tunnels, (name) => status.membership?.named(name)?.key, log.child('streams'))
  const nameOf = (key: PeerKey) => status.membership?.member(key)?.name
  const networkLinks = new NetworkLinks(mesh.links, nameOf, log.child('network'))
  const cluster = await parts.start('store', () =>
    openCluster({ ...foundation, mesh, failed, removed: () => calls.ended(removedReason) }),
  )
  status.membership = cluster.membership
  const networkAdmin = new NetworkAdmin()
  const workerAdmin = new WorkerAdmin()
  const admin = {
    ...workerAdmin.handlers,
    ...networkAdmin.handlers,
    ...adminHandlers({ ...foundation, mesh, cluster }),
    ...snapshotHandlers({ ...foundation, store: cluster.store }),
    ...recoveryHandlers({
      ...foundation,
      whoAnswers: () => whoAnswers({ mesh, cluster }),
      revision: () => cluster.store.revision,
    }),
  }
  parts.add(serveAdmin(directory.adminSocket, admin))
  log.info('in the cluster', { cluster: place.clusterName, node: place.nodeName, number: place.nodeNumber })
  await startParts({ ...foundation, mesh, cluster, streams, networkLinks, networkAdmin, workerAdmin, status }, parts)
  if (entered.made === undefined || !beginning.options.showsSecrets) return undefined
  const joinToken = await createJoinToken({ ...foundation, mesh, cluster }, firstToken)
  return { ...entered.made, joinToken }
}

/** What the parts above the mesh are made from. */
interface Grounds extends Foundation {
  mesh: Mesh
  cluster: OpenCluster
  streams: NodePodStreams
  networkLinks: NetworkLinks
  networkAdmin: NetworkAdmin
  workerAdmin: WorkerAdmin
  status: StatusView
}

async function startParts(grounds: Grounds, parts: Parts): Promise<void> {
  const { place, log, mesh, cluster, streams } = grounds
  const { clock } = mesh.consensus
  const payload = await openRuntimePayload(grounds)
  const local = await startLocalApi({
    store: cluster.store,
    clock,
    log: log.child('api'),
    peer: place.nodeName,
    ranges: { clusterCidr: place.serviceCidr, nodePorts: { from: 30000, to: 32767 } },
  })
  parts.add(local)
  await parts.start('control', () => openControl(grounds, local))
  await clusterBootstrapped(local.client('system:apiserver'))
  // The network before the API, which listens on an address that the network gives to this node.
  const sources = { ...grounds, payload, clock }
  const client = local.client(`system:node:${place.nodeName}`)
  const links = grounds.networkLinks
  const reflectors = [...new Set([...grounds.options.mesh.rendezvous, ...mesh.remembered.rendezvous])]
  const network = await parts.start('network', () =>
    startNetwork({ ...networkOptions(sources), client, links, reflectors }),
  )
  grounds.networkAdmin.network = network
  const api = await parts.start('api', () => serveApi(grounds, local))
  api.metrics.addSource(() => networkFigures(network.counters(), network.ways()))
  api.metrics.addSource(meshSource(grounds, parts))
  await parts.start('runtime', async () => {
    const clockSkewMs = () => mesh.consensus.status.skewMs
    const worker = await startWorker({
      ...workerOptions(sources),
      client,
      clockSkewMs,
      live: () => mesh.consensus.live(),
    })
    streams.connect(worker.podStreams)
    grounds.workerAdmin.worker = worker
    grounds.status.pulls = () => worker.pulls()
    return worker
  })
}

/** What is read for each look at the metrics. */
function meshSource({ mesh, cluster }: Grounds, parts: Parts) {
  const { links, consensus } = mesh
  const loop = new LoopDelay()
  parts.add({ stop: async () => loop.stop() })
  return () =>
    meshFigures({
      ...{ self: links.self, consensus: consensus.status, log: consensus.durations, store: cluster.store.durations },
      ...{ links: links.status(), nameOf: (key) => cluster.membership.member(key)?.name, loop: loop.read() },
    })
}

/** Not needed where a runtime is there already; its libraries still serve the network when they can be had. */
async function openRuntimePayload({ directory, options, log }: Foundation): Promise<Payload | undefined> {
  try {
    return await openPayload({ directory: directory.payload, log: log.child('payload') })
  } catch (error) {
    if (options.runtimeEndpoint === undefined) throw error
    return undefined
  }
}

/** Runs the loops whenever this node leads; each leader first sees to it that the cluster has what every cluster has. */
async function openControl({ keyring, addresses, log, mesh, cluster }: Grounds, local: LocalApi) {
  const { clock } = mesh.consensus
  const client = local.client('system:kube-controller-manager')
  const clusterCaPem = keyring.authority.certificatePem
  const nameOf = (key: string) => cluster.membership.member(key)?.name ?? key
  const heard = () => new Map([...mesh.consensus.alive].map(([key, atMs]) => [nameOf(key), atMs]))
  const start = (term: number) => {
    const bootstrapped = bootstrapCluster(local.client('system:apiserver').fenced(term), addresses)
    const control = startControl({ client, term, clock, log, clusterCaPem, heard })
    return {
      ready: () => bootstrapped.then(() => control.ready()),
      stop: () => control.stop(),
    }
  }
  const loops = new LeaderLoops(start, log.child('control'))
  await mesh.leadership.follow((current) => loops.follow(current))
  return loops
}

async function serveApi(grounds: Grounds, api: LocalApi) {
  const { options, place, directory, keyring, addresses, log } = grounds
  const { clock } = grounds.mesh.consensus
  const reachable = [addresses.apiService, addresses.node, ...options.listen.map(({ host }) => host)]
  const names = apiServingNames(place.clusterDomain, reachable, place.nodeName)
  const { authority } = keyring
  const { certificateLifetimeMs: lifetimeMs } = options
  const certificate = { path: directory.servingCertificate, authority, names, clock, log: log.child('api'), lifetimeMs }
  const serving = await openServingCertificate(certificate.path, authority, names, clock.nowMs(), lifetimeMs)
  const server = await startApiServer({
    api,
    clock,
    log: log.child('api'),
    listen: [...options.listen, { host: addresses.apiService, port: 443 }],
    serving,
    clientAuthorities: [authority.certificatePem],
    serviceAccountKeys: keyring.serviceAccountKeys,
    issuer: `https://kubernetes.default.svc.${place.clusterDomain}`,
    podStreams: grounds.streams,
    socketDirectory: join(directory.run, 'api'),
    version: versionInfo({ version: release.version, commit: release.commit, date: '' }),
  })
  const renewal = new CertificateRenewal(certificate, serving, server.serve)
  const stop = async () => {
    await renewal.stop()
    await server.stop()
  }
  return { ...server, stop }
}
