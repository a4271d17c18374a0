import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { LocalApi } from '../api/client/local-api.ts'
import { systemClock } from '../mesh/clock/clock.ts'
import type { NetworkOptions } from './network/network.ts'
import type { Foundation } from './node.ts'
import type { Payload } from './payload/payload.ts'
import type { WorkerOptions } from './worker/worker.ts'

/** What the kernel's objects of this node are named by: two data directories on one machine never meet. */
export function instanceOf(dataDirectory: string): string {
  return createHash('sha256').update(dataDirectory).digest('hex').slice(0, 8)
}

export function networkOptions(foundation: Foundation, local: LocalApi, payload?: Payload): NetworkOptions {
  const { options, directory, addresses, log } = foundation
  const { nodeName, clusterCidr, serviceCidr, nodeCidr, clusterDomain } = options
  return {
    ...{ nodeName, clusterCidr, serviceCidr, nodeCidr, clusterDomain },
    client: local.client(`system:node:${nodeName}`),
    nodeAddress: addresses.node,
    podCidr: addresses.podCidr,
    dnsAddress: addresses.dns,
    apiServiceAddress: addresses.apiService,
    cniDirectory: join(directory.network, 'cni'),
    stateDirectory: directory.network,
    payload,
    clock: systemClock,
    log: log.child('network'),
    instance: instanceOf(directory.root),
  }
}

export function workerOptions(foundation: Foundation, local: LocalApi, payload?: Payload): WorkerOptions {
  const { options, directory, addresses, log } = foundation
  return {
    client: local.client(`system:node:${options.nodeName}`),
    nodeName: options.nodeName,
    dataDirectory: directory.worker,
    payload,
    runtimeEndpoint: options.runtimeEndpoint,
    cniConfiguration: join(directory.network, 'cni'),
    clusterDns: { address: addresses.dns, domain: options.clusterDomain },
    podCidr: addresses.podCidr,
    nodeAddress: addresses.node,
    imageDirectory: directory.images,
    clock: systemClock,
    log: log.child('worker'),
  }
}
