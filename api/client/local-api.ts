import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import type { Store } from '../../mesh/store/store.ts'
import { Admission } from '../admission/admission.ts'
import { namespaceLifecycle } from '../admission/namespace-lifecycle.ts'
import { builtInDefinitions } from '../resource/built-in.ts'
import { finalize } from '../resource/namespace-finalize.ts'
import { bindPod } from '../resource/pod-binding.ts'
import { evictPod } from '../resource/pod-eviction.ts'
import { Registry } from '../resource/registry.ts'
import type { ServiceRanges } from '../resource/service.ts'
import { SubresourceActions } from '../resource/subresource.ts'
import type { Client } from './client.ts'
import { createClient } from './in-process.ts'

export interface LocalApiOptions {
  store: Store
  clock: Clock
  log: Logger
  /** Names this peer in the history's authors. */
  peer: string
  /** Default 10.43.0.0/16 and 30000-32767. */
  ranges?: ServiceRanges
}

/** The API of this process without a socket: what the server serves, and what `agent/` parts and their tests use. */
export interface LocalApi {
  registry: Registry
  actions: SubresourceActions
  /** A client that writes as this user, e.g. `system:serviceaccount:kube-system:deployment-controller`. */
  client(user: string): Client
  stop(): Promise<void>
}

export const defaultRanges: ServiceRanges = { clusterCidr: '10.43.0.0/16', nodePorts: { from: 30000, to: 32767 } }

/** Loads the state and follows it. Does not close the store on `stop`. */
export async function startLocalApi(options: LocalApiOptions): Promise<LocalApi> {
  const { store, clock, log, peer, ranges = defaultRanges } = options
  const registry = new Registry({
    ...{ store, clock, log, peer },
    definitions: builtInDefinitions(ranges),
    admission: new Admission([namespaceLifecycle]),
  })
  const actions = new SubresourceActions()
    .add('', 'pods', 'binding', bindPod)
    .add('', 'pods', 'eviction', evictPod)
    .add('', 'namespaces', 'finalize', finalize)
  await registry.start()
  return { registry, actions, client: (user) => createClient(registry, actions, user), stop: () => registry.stop() }
}
