import { join } from 'node:path'
import { type LocalApi, startLocalApi } from '../api/client/local-api.ts'
import { startApiServer } from '../api/server/server.ts'
import { versionInfo } from '../api/server/version.ts'
import { systemClock } from '../mesh/clock/clock.ts'
import { type Keyring, openKeyring } from '../mesh/identity/keyring.ts'
import { type NodeKey, openNodeKey } from '../mesh/identity/node-key.ts'
import { makePrivateDirectory } from '../mesh/identity/private-file.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import { bootstrapCluster, clusterBootstrapped } from './bootstrap.ts'
import { type ClusterAddresses, clusterAddresses } from './cluster-addresses.ts'
import { startControl } from './control/control.ts'
import { type DataDirectory, dataDirectoryAt } from './data-directory.ts'
import { LeaderLoops } from './leader-loops.ts'
import { startNetwork } from './network/network.ts'
import type { NodeOptions } from './node-options.ts'
import { assertAgrees, firstPlace, type NodePlace, readPlace, writePlace } from './node-place.ts'
import { NodePodStreams } from './node-pod-streams.ts'
import { type OpenStore, openVoterStore } from './open-store.ts'
import { networkOptions, workerOptions } from './part-options.ts'
import { Parts } from './parts.ts'
import { openPayload, type Payload } from './payload/payload.ts'
import { release } from './release.ts'
import { apiServingNames, openServingCertificate } from './serving-certificate.ts'
import { type NodeStatus, StatusBoard, serveStatus } from './status.ts'
import { startWorker } from './worker/worker.ts'

/** A running node. */
export interface Node {
  status(): NodeStatus
  /** Ends the agent in reverse order of its start; pods and their network stay up. */
  stop(): Promise<void>
}

/** What the parts are made from. */
interface Foundation {
  options: NodeOptions
  place: NodePlace
  directory: DataDirectory
  nodeKey: NodeKey
  keyring: Keyring
  addresses: ClusterAddresses
  log: Logger
}

/** The composition root: the only place where the parts are wired together. Rejects when a part cannot start. */
export async function startNode(options: NodeOptions, log: Logger): Promise<Node> {
  const board = new StatusBoard(log)
  const parts = new Parts(board)
  const startedAt = new Date().toISOString()
  const foundation = await prepare(options, log)
  const status = (): NodeStatus => ({
    node: foundation.place.nodeName,
    cluster: foundation.place.clusterName,
    pid: process.pid,
    version: release.version,
    startedAt,
    ready: board.ready,
    parts: board.parts,
  })
  try {
    parts.add(serveStatus(foundation.directory.statusSocket, status))
    await startParts(foundation, parts)
    return { status, stop: () => parts.stop() }
  } catch (error) {
    await parts.stop()
    throw error
  }
}

async function prepare(options: NodeOptions, log: Logger): Promise<Foundation> {
  const directory = dataDirectoryAt(options.dataDirectory)
  for (const path of [directory.root, directory.run, directory.worker, directory.network, directory.images]) {
    await makePrivateDirectory(path)
  }
  const nodeKey = await openNodeKey(directory.nodeKey)
  const stored = await readPlace(directory.place)
  if (stored !== undefined) assertAgrees(options, stored)
  const place = stored ?? firstPlace(options)
  const keyring = await openKeyring(directory.keyring, place.clusterName, systemClock.nowMs())
  if (stored === undefined) await writePlace(directory.place, place)
  return { options, place, directory, nodeKey, keyring, addresses: clusterAddresses(place, place.nodeNumber), log }
}

async function startParts(foundation: Foundation, parts: Parts): Promise<void> {
  parts.announce(['store', 'control', 'network', 'api', 'runtime'])
  const opened = await parts.start('store', () => openVoterStore(foundation))
  const { store } = opened
  const payload = await openRuntimePayload(foundation)
  const local = await startLocalApi({
    store,
    clock: systemClock,
    log: foundation.log.child('api'),
    peer: foundation.place.nodeName,
    ranges: { clusterCidr: foundation.place.serviceCidr, nodePorts: { from: 30000, to: 32767 } },
  })
  parts.add(local)
  await parts.start('control', () => openControl(foundation, local, opened))
  await clusterBootstrapped(local.client('system:apiserver'))
  // The network before the API, which listens on an address that the network gives to this node.
  const sources = { ...foundation, payload }
  const client = local.client(`system:node:${foundation.place.nodeName}`)
  await parts.start('network', () => startNetwork({ ...networkOptions(sources), client }))
  const streams = new NodePodStreams(foundation.place.nodeName)
  await parts.start('api', () => serveApi(foundation, local, streams))
  await parts.start('runtime', async () => {
    const worker = await startWorker({ ...workerOptions(sources), client })
    streams.connect(worker.podStreams)
    return worker
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
async function openControl({ keyring, addresses, log }: Foundation, local: LocalApi, { leadership }: OpenStore) {
  const client = local.client('system:kube-controller-manager')
  const clusterCaPem = keyring.authority.certificatePem
  const start = (term: number) => {
    const bootstrapped = bootstrapCluster(local.client('system:apiserver').fenced(term), addresses)
    const control = startControl({ client, term, clock: systemClock, log, clusterCaPem })
    return {
      ready: () => bootstrapped.then(() => control.ready()),
      stop: () => control.stop(),
    }
  }
  const loops = new LeaderLoops(start, log.child('control'))
  await leadership.follow((current) => loops.follow(current))
  return loops
}

async function serveApi(foundation: Foundation, api: LocalApi, podStreams: NodePodStreams) {
  const { options, place, directory, keyring, addresses, log } = foundation
  const reachable = [addresses.apiService, addresses.node, ...options.listen.map(({ host }) => host)]
  const names = apiServingNames(place.clusterDomain, reachable, place.nodeName)
  const { authority } = keyring
  return startApiServer({
    api,
    clock: systemClock,
    log: log.child('api'),
    listen: [...options.listen, { host: addresses.apiService, port: 443 }],
    serving: await openServingCertificate(directory.servingCertificate, authority, names, systemClock.nowMs()),
    clientAuthorities: [authority.certificatePem],
    serviceAccountKeys: keyring.serviceAccountKeys,
    issuer: `https://kubernetes.default.svc.${place.clusterDomain}`,
    podStreams,
    socketDirectory: join(directory.run, 'api'),
    version: versionInfo({ version: release.version, commit: release.commit, date: '' }),
  })
}
