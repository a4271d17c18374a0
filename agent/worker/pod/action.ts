import type { Container } from '../../../api/schema/generated/types/core-v1.ts'

/** One step towards what a pod should be. */
export type Action =
  | { type: 'prepareVolumes' }
  | { type: 'createSandbox'; attempt: number }
  | { type: 'stopSandbox'; id: string }
  | { type: 'removeSandbox'; id: string }
  | { type: 'pullImage'; container: Container }
  | { type: 'startContainer'; container: Container; attempt: number; sandboxId: string }
  | { type: 'killContainer'; id: string; name: string; graceSeconds: number; reason: string; message: string }
  | { type: 'removeContainer'; id: string }
  /** Give back volumes and cgroups. */
  | { type: 'release' }
  /** The last: no trace is left, the object goes. */
  | { type: 'forget' }

export interface Plan {
  /** `terminated`: nothing of it runs any more, and the final status is to be written before the actions are done. */
  stage: 'running' | 'terminating' | 'terminated'
  /** To be done in this order. */
  actions: Action[]
  /** When to plan again though nothing happened. */
  wakeAtMs?: number
}
