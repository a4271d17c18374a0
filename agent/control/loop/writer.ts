import {
  type Client,
  type DeleteOptions,
  isReason,
  type KubernetesObject,
  type ResourceRef,
} from '../../../api/client/client.ts'
import type { ObjectKey } from '../../../api/client/informer.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import { keyOf, nameOf, uidOf } from '../object/meta.ts'
import type { EventSink, EventType } from './event-sink.ts'
import type { Expectations } from './expectations.ts'
import type { Informers } from './informers.ts'

export interface WriterOptions {
  client: Client
  informers: Informers
  expectations: Expectations
  events: EventSink
  clock: Clock
  /** Name of the loop, source of its events. */
  component: string
  /** The key that is worked on. */
  work: ObjectKey
  /** The revision whose event made the loop act. */
  cause: string | undefined
}

/** The writes of one reconcile: they name their cause, and the next reconcile of the key waits until they are seen. */
export class Writer {
  #options: WriterOptions

  constructor(options: WriterOptions) {
    this.#options = options
  }

  async create<T extends KubernetesObject>(ref: ResourceRef<T>, object: T): Promise<T> {
    const { client, cause } = this.#options
    return this.#wrote(ref, await client.resource(ref).create(object, { cause }))
  }

  async update<T extends KubernetesObject>(ref: ResourceRef<T>, object: T): Promise<T> {
    const { client, cause } = this.#options
    return this.#wrote(ref, await client.resource(ref).update(object, { cause }))
  }

  async updateStatus<T extends KubernetesObject>(ref: ResourceRef<T>, object: T): Promise<T> {
    const { client, cause } = this.#options
    return this.#wrote(ref, await client.resource(ref).updateStatus(object, { cause }))
  }

  /** Deletes this very object: another one of the same name stays. Resolves also when it is gone already. */
  async delete<T extends KubernetesObject>(ref: ResourceRef<T>, object: T, options?: DeleteOptions): Promise<void> {
    const { client, cause, informers, expectations, work, clock } = this.#options
    const uid = uidOf(object)
    const namespace = ref.namespaced ? object.metadata?.namespace : undefined
    try {
      const preconditions = { uid, ...options?.preconditions }
      await client.resource(ref, namespace).delete(nameOf(object), { ...options, cause, preconditions })
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
      if (options?.preconditions?.resourceVersion) throw error
    }
    expectations.deleted(work, informers.of(ref), keyOf(object), uid, clock.monotonicMs())
  }

  event(object: KubernetesObject, type: EventType, reason: string, message: string): void {
    const { events, component } = this.#options
    events.record({ object, type, reason, message, component })
  }

  #wrote<T extends KubernetesObject>(ref: ResourceRef<T>, object: T): T {
    const { informers, expectations, work, clock } = this.#options
    expectations.written(work, informers.of(ref), object, clock.monotonicMs())
    return object
  }
}

/**
 * Runs `count` calls in batches of 1, 2, 4 ...; a batch with a failure is the last one, so that a quota that is used
 * up is asked once and not a thousand times. Returns how many succeeded, and the first error.
 * Source: pkg/controller/replicaset/replica_set.go, slowStartBatch.
 */
export async function slowStart(
  count: number,
  call: (index: number) => Promise<unknown>,
): Promise<{ succeeded: number; error?: unknown }> {
  let succeeded = 0
  for (let size = 1; succeeded < count; size *= 2) {
    const batch = Math.min(size, count - succeeded)
    const results = await Promise.allSettled(Array.from({ length: batch }, (_, i) => call(succeeded + i)))
    const failed = results.find((result) => result.status === 'rejected')
    succeeded += results.filter((result) => result.status === 'fulfilled').length
    if (failed) return { succeeded, error: failed.reason }
  }
  return { succeeded }
}

/** Nothing is made in a namespace that is being deleted, and nothing needs to be. */
export function isNamespaceGoing(error: unknown): boolean {
  if (isReason(error, 'Forbidden')) {
    return error.details.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false
  }
  return isReason(error, 'NotFound')
}
