import type { KubernetesObject } from './client.ts'

/** `namespace/name`, or `name` for cluster-scoped objects. */
export type ObjectKey = string

export interface InformerHandler<T> {
  added?(object: T): void
  updated?(previous: T, object: T): void
  deleted?(object: T): void
}

/**
 * A local copy of a resource, kept current by list and watch. Handlers are called in order, never concurrently,
 * and must not block: they put keys into a WorkQueue.
 */
export interface Informer<T extends KubernetesObject> {
  get(key: ObjectKey): T | undefined
  list(namespace?: string): T[]
  /** Objects for which the index function named so gave this value. */
  byIndex(index: string, value: string): T[]
  addIndex(index: string, valuesOf: (object: T) => string[]): void
  addHandler(handler: InformerHandler<T>): void
  /** Resolves once the first list is in and its handlers were called. */
  synced(): Promise<void>
  /** The newest revision seen: what a reconcile that reads this informer acts on (`cause`). */
  readonly resourceVersion: string
  stop(): void
}

/**
 * Keys waiting to be worked on: each at most once, never worked on by two at a time, failed ones again after a
 * back-off that doubles. Bounded by the number of distinct keys.
 */
export interface WorkQueue {
  add(key: ObjectKey): void
  addAfter(key: ObjectKey, delayMs: number): void
  /** Number of keys waiting. */
  readonly length: number
  /** Ends the workers after the keys in work; waiting ones are dropped. */
  stop(): Promise<void>
}
