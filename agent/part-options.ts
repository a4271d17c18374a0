import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Clock, systemClock } from '../mesh/clock/clock.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import { hostAddresses } from './cluster/own-addresses.ts'
import type { ClusterAddresses } from './cluster-addresses.ts'
import type { DataDirectory } from './data-directory.ts'
import type { NetworkOptions } from './network/network.ts'
import type { NodeOptions } from './node-options.ts'
import type { NodePlace } from './node-place.ts'
import type { Payload } from './payload/payload.ts'
import type { WorkerOptions } from './worker/worker.ts'

/** What the options of parts follow from: the same at start and when a node is removed. */
export interface PartSources {
  options: NodeOptions
  place: NodePlace
  directory: DataDirectory
  addresses: ClusterAddresses
  payload?: Payload
  /** Cluster time; the machine's own where there is no cluster. */
  clock?: Clock
  log: Logger
}

export function networkOptions({
  place,
  directory,
  addresses,
  payload,
  clock = systemClock,
  log,
}: PartSources): Omit<NetworkOptions, 'client'> {
  const { nodeName, clusterCidr, serviceCidr, nodeCidr, clusterDomain } = place
  return {
    ...{ nodeName, clusterCidr, serviceCidr, nodeCidr, clusterDomain },
    nodeAddress: addresses.node,
    podCidr: addresses.podCidr,
    dnsAddress: addresses.dns,
    apiServiceAddress: addresses.apiService,
    cniDirectory: cniDirectoryOf(directory),
    stateDirectory: directory.network,
    payload,
    clock,
    log: log.child('network'),
    instance: instanceOf(directory),
  }
}

export function workerOptions({
  options,
  place,
  directory,
  addresses,
  payload,
  clock = systemClock,
  log,
}: PartSources): Omit<WorkerOptions, 'client'> {
  return {
    nodeName: place.nodeName,
    dataDirectory: directory.worker,
    payload,
    runtimeEndpoint: options.runtimeEndpoint,
    cniConfiguration: cniDirectoryOf(directory),
    clusterDns: { address: addresses.dns, domain: place.clusterDomain },
    podCidr: addresses.podCidr,
    nodeAddress: addresses.node,
    externalAddresses: hostAddresses,
    imageDirectory: directory.images,
    cgroupRoot: options.cgroupRoot,
    clock,
    log: log.child('worker'),
  }
}

function cniDirectoryOf(directory: DataDirectory): string {
  return join(directory.network, 'cni')
}

/** What the kernel's objects of this node are named by: two data directories on one machine never meet. */
function instanceOf(directory: DataDirectory): string {
  return createHash('sha256').update(directory.root).digest('hex').slice(0, 8)
}
