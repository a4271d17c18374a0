import type { Logger } from '../../mesh/logger/logger.ts'
import { type Client, isReason, type KubernetesObject, type ResourceRef } from './client.ts'
import type { Informer, InformerHandler, ObjectKey } from './informer.ts'

export interface InformerOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  log: Logger
  /** [0, 1), for the back-off's jitter. */
  random?: () => number
}

const firstDelayMs = 100
const maxDelayMs = 30_000

/** Lists, then watches, for ever: again from the last revision when a watch ends, from a new list when that expired. */
export function createInformer<T extends KubernetesObject>(
  client: Client,
  ref: ResourceRef<T>,
  options: InformerOptions,
): Informer<T> {
  const informer = new ReflectedInformer<T>(client, ref, options)
  informer.start()
  return informer
}

export function keyOf(object: KubernetesObject): ObjectKey {
  const { namespace, name = '' } = object.metadata ?? {}
  return namespace ? `${namespace}/${name}` : name
}

class ReflectedInformer<T extends KubernetesObject> implements Informer<T> {
  #client: Client
  #ref: ResourceRef<T>
  #options: InformerOptions
  #objects = new Map<ObjectKey, T>()
  #namespaces = new Map<string, Set<ObjectKey>>()
  #indexes = new Map<string, ValueIndex<T>>()
  #handlers: InformerHandler<T>[] = []
  #synced = Promise.withResolvers<void>()
  #isSynced = false
  #stop = new AbortController()
  #wakeSleep: (() => void) | undefined
  #resourceVersion = ''

  constructor(client: Client, ref: ResourceRef<T>, options: InformerOptions) {
    this.#client = client
    this.#ref = ref
    this.#options = options
    // Nobody has to wait for it; a stop before the first list rejects it.
    this.#synced.promise.catch(() => {})
  }

  start(): void {
    void this.#run()
  }

  get resourceVersion(): string {
    return this.#resourceVersion
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key)
  }

  list(namespace?: string): T[] {
    if (namespace === undefined || namespace === '') return [...this.#objects.values()]
    return [...(this.#namespaces.get(namespace) ?? [])].map((key) => this.#objects.get(key)!)
  }

  byIndex(index: string, value: string): T[] {
    const known = this.#indexes.get(index)
    if (!known) throw new Error(`there is no index ${index} on the informer of ${this.#ref.resource}`)
    return known.keys(value).map((key) => this.#objects.get(key)!)
  }

  addIndex(index: string, valuesOf: (object: T) => string[]): void {
    const made = new ValueIndex<T>(valuesOf)
    for (const [key, object] of this.#objects) made.add(key, object)
    this.#indexes.set(index, made)
  }

  addHandler(handler: InformerHandler<T>): void {
    this.#handlers.push(handler)
    for (const object of this.#objects.values()) this.#call(() => handler.added?.(object))
  }

  synced(): Promise<void> {
    return this.#synced.promise
  }

  stop(): void {
    this.#stop.abort()
    this.#wakeSleep?.()
    if (!this.#isSynced) this.#synced.reject(new Error(`the informer of ${this.#ref.resource} was stopped`))
  }

  async #run(): Promise<void> {
    let delayMs = 0
    while (!this.#stop.signal.aborted) {
      try {
        if (this.#resourceVersion === '') await this.#relist()
        delayMs = 0
        await this.#follow()
      } catch (error) {
        if (this.#stop.signal.aborted) return
        const isExpired = isReason(error, 'Expired') || isReason(error, 'Gone')
        const fields = { resource: this.#ref.resource, error: String(error) }
        if (isExpired) this.#options.log.debug('watch expired, listing again', fields)
        else this.#options.log.warn('list or watch failed, trying again', fields)
        if (isExpired) this.#resourceVersion = ''
      }
      delayMs = Math.min(maxDelayMs, delayMs === 0 ? firstDelayMs : delayMs * 2)
      await this.#sleep(delayMs * (0.5 + 0.5 * (this.#options.random ?? Math.random)()))
    }
  }

  async #relist(): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options
    // '0': whatever this node has. A site without quorum must still find its pods.
    const query = { labelSelector, fieldSelector, resourceVersion: '0' }
    const { items, metadata } = await this.#client.resource(this.#ref, namespace).list(query)
    if (this.#stop.signal.aborted) return
    const gone = new Set(this.#objects.keys())
    for (const object of items) {
      gone.delete(keyOf(object))
      this.#put(object)
    }
    for (const key of gone) this.#remove(key)
    this.#resourceVersion = metadata.resourceVersion
    if (!this.#isSynced) {
      this.#isSynced = true
      this.#synced.resolve()
    }
  }

  async #follow(): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options
    const { signal } = this.#stop
    const resource = this.#client.resource(this.#ref, namespace)
    const resourceVersion = this.#resourceVersion
    for await (const event of resource.watch({ labelSelector, fieldSelector, resourceVersion, signal })) {
      if (signal.aborted) return
      if (event.type === 'BOOKMARK') {
        this.#resourceVersion = event.resourceVersion
        continue
      }
      if (event.type === 'DELETED') this.#remove(keyOf(event.object), event.object)
      else this.#put(event.object)
      this.#resourceVersion = event.object.metadata?.resourceVersion ?? this.#resourceVersion
    }
  }

  #put(object: T): void {
    const key = keyOf(object)
    const previous = this.#objects.get(key)
    if (previous?.metadata?.resourceVersion === object.metadata?.resourceVersion && previous) return
    // Another object of the same name: the old one's end was missed.
    if (previous && previous.metadata?.uid !== object.metadata?.uid) {
      this.#remove(key)
      this.#put(object)
      return
    }
    this.#objects.set(key, object)
    for (const index of this.#indexes.values()) {
      if (previous) index.delete(key, previous)
      index.add(key, object)
    }
    if (!previous) this.#namespaceOf(object).add(key)
    for (const handler of this.#handlers) {
      this.#call(() => (previous ? handler.updated?.(previous, object) : handler.added?.(object)))
    }
  }

  #remove(key: ObjectKey, last?: T): void {
    const previous = this.#objects.get(key)
    if (!previous) return
    this.#objects.delete(key)
    this.#namespaceOf(previous).delete(key)
    for (const index of this.#indexes.values()) index.delete(key, previous)
    for (const handler of this.#handlers) this.#call(() => handler.deleted?.(last ?? previous))
  }

  #namespaceOf(object: T): Set<ObjectKey> {
    const namespace = object.metadata?.namespace ?? ''
    let keys = this.#namespaces.get(namespace)
    if (!keys) {
      keys = new Set()
      this.#namespaces.set(namespace, keys)
    }
    return keys
  }

  #call(handler: () => void): void {
    try {
      handler()
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#options.log.error('an informer handler threw', { resource: this.#ref.resource, error: text })
    }
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#stop.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wakeSleep = resolve
    const timer = setTimeout(resolve, ms)
    await promise
    clearTimeout(timer)
  }
}

/** Which keys have which value. */
class ValueIndex<T> {
  #keys = new Map<string, Set<ObjectKey>>()
  #valuesOf: (object: T) => string[]

  constructor(valuesOf: (object: T) => string[]) {
    this.#valuesOf = valuesOf
  }

  keys(value: string): ObjectKey[] {
    return [...(this.#keys.get(value) ?? [])]
  }

  add(key: ObjectKey, object: T): void {
    for (const value of this.#valuesOf(object)) {
      const keys = this.#keys.get(value)
      if (keys) keys.add(key)
      else this.#keys.set(value, new Set([key]))
    }
  }

  delete(key: ObjectKey, object: T): void {
    for (const value of this.#valuesOf(object)) {
      const keys = this.#keys.get(value)
      keys?.delete(key)
      if (keys?.size === 0) this.#keys.delete(value)
    }
  }
}
