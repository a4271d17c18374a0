import { voterCounts } from '../../mesh/consensus/members.ts'
import { voterRules } from '../../mesh/consensus/voter-choice.ts'
import { admitFounder } from '../../mesh/identity/admission.ts'
import { Membership } from '../../mesh/identity/membership.ts'
import { JoinService } from '../../mesh/identity/serve-joins.ts'
import type { Links, PeerKey } from '../../mesh/link/links.ts'
import { ReplicatedStore } from '../../mesh/store/replicated.ts'
import { nodeName } from '../node-options.ts'
import type { ClusterSettings } from '../node-place.ts'
import type { Mesh, MeshSources } from './mesh.ts'
import { PeersKeeper } from './peers-keeper.ts'

export interface ClusterOptions extends MeshSources {
  mesh: Mesh
  /** This node was taken out of the cluster. */
  removed(): void
  /** Its state can no longer be kept on this node's disk. */
  failed(error: Error): void
}

/** This node's share in what the cluster knows. */
export interface OpenCluster {
  store: ReplicatedStore
  membership: Membership
  stop(): Promise<void>
}

/** Opens the log and the state over it, and takes part in the cluster from then on. Works without a quorum. */
export async function openCluster(options: ClusterOptions): Promise<OpenCluster> {
  const { directory, place, mesh, log } = options
  const { links, consensus } = mesh
  mesh.setPeers(mesh.remembered.peers)
  const operations = await consensus.open(place.isFounder)
  const { clock } = consensus
  const logger = log.child('store')
  const store = await ReplicatedStore.open({
    ...{ log: operations, viewFile: directory.view, clock, logger },
    checkpointReached: (checkpoint) => mesh.checksums.reached(checkpoint),
    failed: options.failed,
  })
  mesh.state.store = store
  const membership = await Membership.open({ store, peer: place.nodeName, clock, log: log.child('mesh') })
  if (place.isFounder && membership.members.length === 0) {
    await membership.change('the cluster is made', () =>
      admitFounder(membership, links.self, place.nodeName, clock.nowMs()),
    )
  }
  consensus.keepVoters({
    members: () => membership.members.map(({ key, joinedMs }) => ({ id: key, joinedMs })),
    wantedVoters: () => voterCounts.find((count) => count === membership.wantedVoters) ?? voterRules.wantedVoters,
    onChange: (changed) => membership.onChange(changed),
  })
  const keeper = new PeersKeeper({
    ...{ mesh, membership, log: log.child('mesh') },
    options: options.options.mesh,
    file: directory.peers,
    removed: options.removed,
  })
  mesh.joins = joinService(options, membership)
  const stop = async () => {
    mesh.joins = undefined
    await keeper.stop()
    membership.stop()
    await store.close()
  }
  return { store, membership, stop }
}

function joinService({ keyring, place, mesh, log }: ClusterOptions, membership: Membership) {
  const { links, consensus } = mesh
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
