import type { KubernetesObject } from '../object/types.ts'

export type EventType = 'Normal' | 'Warning'

/** One thing that happened to an object, in upstream's words. */
export interface Happening {
  object: KubernetesObject
  type: EventType
  reason: string
  message: string
  /** Who says so, e.g. `deployment-controller`. */
  component: string
}

/** Takes happenings and never fails: events are hints, no loop waits for them. */
export interface EventSink {
  record(happening: Happening): void
}
