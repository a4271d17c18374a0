import { ApiError, isReason, type KubernetesObject, type ResourceRef } from '../../../api/client/client.ts'
import type { ObjectKey, WorkQueue } from '../../../api/client/informer.ts'
import { createWorkQueue } from '../../../api/client/work-queue.ts'
import { splitKey } from '../object/meta.ts'
import type { ControlContext, Loop } from './context.ts'
import { Expectations } from './expectations.ts'
import { Writer } from './writer.ts'

/** Which keys an event of this resource makes the controller work on. */
export interface Watch {
  ref: ResourceRef
  added(object: KubernetesObject): ObjectKey[]
  updated(previous: KubernetesObject, object: KubernetesObject): ObjectKey[]
  deleted(object: KubernetesObject): ObjectKey[]
}

/** What one controller is made of. */
export interface ControllerDefinition {
  /** Upstream's name, e.g. `replicaset-controller`: the source of its events. */
  name: string
  /** Upstream's service account, when it is not the name. */
  account?: string
  watches: Watch[]
  /** Keys worked on once at the start, whatever there is. */
  initial?: ObjectKey[]
  /** Keys worked on at the same time. Default 5. */
  concurrency?: number
  /** Never worked on before its own writes are seen. Answers with milliseconds after which to look again. */
  reconcile(key: ObjectKey, writer: Writer): Promise<number | undefined>
}

/** A watch whose objects of any kind of event give the same keys; an update gives those of before and after. */
export function watch<T extends KubernetesObject>(ref: ResourceRef<T>, keysOf: (object: T) => ObjectKey[]): Watch {
  const of = keysOf as (object: KubernetesObject) => ObjectKey[]
  return {
    ref,
    added: of,
    updated: (previous, object) => [...new Set([...of(previous), ...of(object)])],
    deleted: of,
  }
}

/** A resource that is read, and whose events give no work. */
export function reads<T extends KubernetesObject>(ref: ResourceRef<T>): Watch {
  return watch(ref, () => [])
}

/** Keys that wait for their own writes are looked at again this often. */
const unseenDelayMs = 10
/** Causes kept; the rest is written without. */
const maxCauses = 10_000

/**
 * Informers -> keys -> queue -> reconcile: the shell around every controller's core. A conflict means that somebody
 * else was faster; the informer will show it, and the key is tried again.
 */
export class Controller implements Loop {
  readonly #context: ControlContext
  readonly #definition: ControllerDefinition
  readonly #expectations = new Expectations()
  readonly #causes = new Map<ObjectKey, string>()
  /** Keys with a write whose outcome is not known. */
  readonly #doubtful = new Set<ObjectKey>()
  #queue: WorkQueue | undefined
  #isStopped = false

  constructor(context: ControlContext, definition: ControllerDefinition) {
    this.#definition = definition
    const { name, account = name } = definition
    const client = context.client.as(`system:serviceaccount:kube-system:${account}`)
    this.#context = { ...context, client, log: context.log.child(name) }
  }

  get name(): string {
    return this.#definition.name
  }

  async start(): Promise<void> {
    const { informers, log, random } = this.#context
    const { watches, initial = [], concurrency = 5 } = this.#definition
    for (const { ref } of watches) informers.of(ref)
    await Promise.all(watches.map(({ ref }) => informers.of(ref).synced()))
    if (this.#isStopped) return
    this.#queue = createWorkQueue({ work: (key) => this.#work(key), log, concurrency, random, maxDelayMs: 30_000 })
    for (const { ref, added, updated, deleted } of watches) {
      const informer = informers.of(ref)
      // A handler added late is told of what is there already.
      informer.addHandler({
        added: (object) => this.#enqueue(added(object), object),
        updated: (previous, object) => this.#enqueue(updated(previous, object), object),
        deleted: (object) => this.#enqueue(deleted(object), object),
      })
    }
    for (const key of initial) this.#queue.add(key)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#queue?.stop()
  }

  #enqueue(keys: ObjectKey[], object: KubernetesObject): void {
    for (const key of keys) {
      const revision = object.metadata?.resourceVersion
      if (revision !== undefined && (this.#causes.has(key) || this.#causes.size < maxCauses)) {
        this.#causes.set(key, revision)
      }
      this.#queue?.add(key)
    }
  }

  async #work(key: ObjectKey): Promise<void> {
    const { client, informers, events, clock } = this.#context
    const { name, reconcile } = this.#definition
    await this.#settle(key)
    if (!this.#expectations.areMet(key, clock.monotonicMs())) {
      this.#queue?.addAfter(key, unseenDelayMs)
      return
    }
    const cause = this.#causes.get(key)
    this.#causes.delete(key)
    const writer = new Writer({
      ...{ client, informers, events, clock },
      ...{ expectations: this.#expectations, component: name, work: key, cause },
    })
    try {
      const afterMs = await reconcile(key, writer)
      if (afterMs !== undefined) this.#queue?.addAfter(key, Math.max(1, afterMs))
    } catch (error) {
      if (cause !== undefined && !this.#causes.has(key)) this.#causes.set(key, cause)
      if (this.#isStopped) return
      if (error instanceof ApiError && error.code >= 500) this.#doubtful.add(key)
      throw error
    }
  }

  /**
   * After a write of which nothing is known: the informers have to show the newest state first, with what came of it.
   * Otherwise the key would be worked on as if nothing had been written, and its pods be made twice.
   */
  async #settle(key: ObjectKey): Promise<void> {
    const { client, informers, clock } = this.#context
    if (!this.#doubtful.has(key)) return
    const { namespace } = splitKey(key)
    for (const { ref } of this.#definition.watches) {
      const { items } = await client.resource(ref, (ref.namespaced && namespace) || undefined).list()
      for (const object of items) this.#expectations.written(key, informers.of(ref), object, clock.monotonicMs())
    }
    this.#doubtful.delete(key)
  }
}

/** Errors of a write that the next reconcile settles by itself. */
export function isPassing(error: unknown): boolean {
  return isReason(error, 'Conflict') || isReason(error, 'NotFound')
}
