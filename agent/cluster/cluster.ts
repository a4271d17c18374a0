import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { keyPair } from 'hypercore-crypto'
import { systemClock } from '../../mesh/clock/clock.ts'
import { Consensus } from '../../mesh/consensus/consensus.ts'
import { admitFounder } from '../../mesh/identity/admission.ts'
import { clusterKeyPair } from '../../mesh/identity/cluster-key.ts'
import type { Keyring } from '../../mesh/identity/keyring.ts'
import { Membership } from '../../mesh/identity/membership.ts'
import type { NodeKey } from '../../mesh/identity/node-key.ts'
import { makePrivateDirectory } from '../../mesh/identity/private-file.ts'
import { JoinService } from '../../mesh/identity/serve-joins.ts'
import type { Links, PeerKey } from '../../mesh/link/links.ts'
import { openLinks } from '../../mesh/link/open-links.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'
import { openTunnels } from '../../mesh/tunnel/open-tunnels.ts'
import type { Tunnels } from '../../mesh/tunnel/tunnels.ts'
import { WebSocketTransport } from '../../mesh/websocket/websocket-transport.ts'
import type { DataDirectory } from '../data-directory.ts'
import { type NodeOptions, nodeName } from '../node-options.ts'
import type { ClusterSettings } from '../node-place.ts'
import type { Entered } from './enter.ts'
import { LeadershipFeed } from './leadership-feed.ts'
import { PeersKeeper } from './peers-keeper.ts'
import { readPeers } from './remembered-peers.ts'

export interface ClusterOptions extends Entered {
  options: NodeOptions
  directory: DataDirectory
  nodeKey: NodeKey
  log: Logger
  /** This node was taken out of the cluster. */
  removed(): void
}

/** The way to the others: open before there is a log or a state. */
export interface Mesh {
  links: Links
  tunnels: Tunnels
  consensus: Consensus
  leadership: LeadershipFeed
  stop(): Promise<void>
}

/** This node's share in what the cluster knows. */
export interface OpenCluster {
  store: ReplicatedStore
  membership: Membership
  stop(): Promise<void>
}

/** Takes joining nodes in, once the state is there. */
class Guests {
  service: JoinService | undefined

  readonly isAllowed = (key: Buffer) => this.service?.isKnownToken(key.toString('hex')) ?? false
  readonly accept = (stream: Parameters<JoinService['accept']>[0]) => this.service!.accept(stream)
}

/** Opens the links with the peers that are remembered. */
export async function openMesh(options: ClusterOptions, guests: Guests): Promise<Mesh> {
  const { directory, nodeKey, keyring, log } = options
  const keys = keyPair(Buffer.from(nodeKey.seed, 'hex'))
  const meshLog = log.child('mesh')
  const { listen } = options.options.mesh
  const { isAllowed, accept } = guests
  const transport = new WebSocketTransport({
    keyPair: keys,
    listen,
    guests: { keyPair: clusterKeyPair(keyring), isAllowed, accept },
    log: meshLog,
  })
  const self = keys.publicKey.toString('hex')
  const links = await openLinks({
    ...{ self, log: meshLog, clock: systemClock, random: Math.random },
    transports: [transport],
  })
  const tunnels = openTunnels(links, meshLog)
  const leadership = new LeadershipFeed()
  const consensus = new Consensus({
    ...logIdentity(nodeKey, keyring),
    directory: directory.operationsLog,
    ...{ links, tunnels, clock: systemClock, logger: log.child('store') },
    leadershipChanged: (changed) => leadership.change(changed),
  })
  const stop = async () => {
    await consensus.close()
    await links.close()
  }
  return { links, tunnels, consensus, leadership, stop }
}

/** Which log this node takes part in, and as whom. */
export function logIdentity(nodeKey: NodeKey, keyring: Keyring) {
  const { seed, generation } = keyring.operations
  return {
    id: keyPair(Buffer.from(nodeKey.seed, 'hex')).publicKey.toString('hex'),
    seed: Buffer.from(seed, 'hex'),
    generation,
    secret: digest('skein raft log', nodeKey.seed),
    cluster: clusterKeyPair(keyring).publicKey.toString('hex'),
  }
}

export function newGuests(): Guests {
  return new Guests()
}

/** Opens the log and the state over it, and takes part in the cluster from then on. Works without a quorum. */
export async function openCluster(options: ClusterOptions, mesh: Mesh, guests: Guests): Promise<OpenCluster> {
  const { directory, place, log } = options
  const { links, consensus } = mesh
  const remembered = await readPeers(directory.peers)
  links.setPeers(remembered)
  const operations = await consensus.open(place.isFounder)
  await makePrivateDirectory(dirname(directory.view))
  const { clock } = consensus
  const logger = log.child('store')
  const store = await ReplicatedStore.open({
    ...{ log: operations, viewFile: directory.view, clock, logger },
  })
  const membership = await Membership.open({ store, peer: place.nodeName, clock, log: log.child('mesh') })
  if (place.isFounder && membership.members.length === 0) {
    await membership.change('the cluster is made', () =>
      admitFounder(membership, links.self, place.nodeName, clock.nowMs()),
    )
  }
  consensus.keepVoters({
    members: () => membership.members.map(({ key, joinedMs }) => ({ id: key, joinedMs })),
    onChange: (changed) => membership.onChange(changed),
  })
  const keeper = new PeersKeeper({
    ...{ links, membership, consensus, remembered, log: log.child('mesh') },
    mesh: options.options.mesh,
    file: directory.peers,
    removed: options.removed,
  })
  guests.service = joinService(options, mesh, membership)
  const stop = async () => {
    guests.service = undefined
    await keeper.stop()
    membership.stop()
    await store.close()
  }
  return { store, membership, stop }
}

function joinService({ keyring, place, log }: ClusterOptions, { links, consensus }: Mesh, membership: Membership) {
  const { clusterName, clusterDomain, clusterCidr, serviceCidr, nodeCidr } = place
  const settings: ClusterSettings = { clusterName, clusterDomain, clusterCidr, serviceCidr, nodeCidr }
  return new JoinService({
    ...{ keyring, membership, settings, clock: consensus.clock, log: log.child('join') },
    checkName: nodeName,
    isAlive: (key) => key === links.self || isLinked(links, key),
  })
}

function isLinked(links: Links, key: PeerKey): boolean {
  return links.status().some(({ peer, state }) => peer === key && state === 'connected')
}

/** A value that follows from a secret without telling it. */
function digest(purpose: string, secret: string): Buffer {
  return createHash('sha256').update(purpose).update(secret).digest()
}
