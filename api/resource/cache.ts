import type { Logger } from '../../mesh/logger/logger.ts'
import { type Revision, type Store, StoreError, type StoreEvent, type StoreWatch } from '../../mesh/store/store.ts'
import { EventRing, type RingLimits } from './event-ring.ts'
import { Item } from './item.ts'
import { parseKey, registryPrefix } from './key.ts'
import { SortedKeys } from './sorted-keys.ts'
import { tooLargeRevision, unavailable } from './status.ts'
import { type IndexedValues, ValueIndex } from './value-index.ts'

const defaultLimits: RingLimits = { maxEvents: 8192, maxBytes: 32 * 1024 * 1024 }
/** A read that asks for a revision not applied here yet waits this long. */
const revisionWaitMs = 3000

/** All objects of one resource at the newest revision seen, and its newest events. */
export class ResourceCache {
  readonly ring: EventRing
  #items = new Map<string, Item>()
  #keys = new SortedKeys()
  #listeners = new Set<() => void>()
  #indexes = new Map<IndexedValues, ValueIndex>()
  #owner: Cache

  constructor(
    owner: Cache,
    readonly prefix: string,
    completeAfter: Revision,
    limits: RingLimits,
  ) {
    this.#owner = owner
    this.ring = new EventRing(completeAfter, limits)
  }

  /** The revision this cache shows. */
  get revision(): Revision {
    return this.#owner.revision
  }

  get isClosed(): boolean {
    return this.#owner.isClosed
  }

  get size(): number {
    return this.#items.size
  }

  get(key: string): Item | undefined {
    return this.#items.get(key)
  }

  /** In byte order of keys, as the store lists. */
  list(namespace = '', from?: string): Item[] {
    const prefix = namespace === '' ? this.prefix : `${this.prefix}${namespace}/`
    return this.#keys.range(prefix, from).map((key) => this.#items.get(key)!)
  }

  values(): IterableIterator<Item> {
    return this.#items.values()
  }

  /** Made when it is first asked for; the same function gives the same index. */
  index(valuesOf: IndexedValues): Pick<ValueIndex, 'has'> {
    let index = this.#indexes.get(valuesOf)
    if (!index) {
      index = new ValueIndex(valuesOf, this.values())
      this.#indexes.set(valuesOf, index)
    }
    return index
  }

  /** Calls back after each batch of changes and each new revision; returns how to stop it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  notify(): void {
    for (const listener of this.#listeners) listener()
  }

  apply(event: StoreEvent, namespace: string, name: string): void {
    const { key, revision } = event
    const previous = this.#items.get(key)
    if (event.value === null) {
      if (!previous) return
      this.#items.delete(key)
      this.#keys.delete(key)
      for (const index of this.#indexes.values()) index.delete(key)
      this.ring.push({ type: 'DELETED', revision, item: previous.at(revision), previous })
      return
    }
    const item = new Item(key, namespace, name, event.value, revision)
    this.#items.set(key, item)
    for (const index of this.#indexes.values()) index.set(item)
    if (previous) this.ring.push({ type: 'MODIFIED', revision, item, previous })
    else {
      this.#keys.add(key)
      this.ring.push({ type: 'ADDED', revision, item })
    }
  }

  /** Takes in an event that led to what is listed already, so that watches may begin before it. */
  remember(event: StoreEvent, namespace: string, name: string): void {
    const { key, revision, value } = event
    const itemOf = (bytes: Uint8Array, at: Revision) => new Item(key, namespace, name, bytes, at)
    const previous = event.previous === null ? undefined : itemOf(event.previous, event.previousRevision)
    if (value !== null) {
      const item = itemOf(value, revision)
      this.ring.push(previous ? { type: 'MODIFIED', revision, item, previous } : { type: 'ADDED', revision, item })
    } else if (previous) {
      this.ring.push({ type: 'DELETED', revision, item: previous.at(revision), previous })
    }
  }

  /** Replaces everything with a fresh listing; running watches end with Expired. */
  reset(items: Item[], revision: Revision): void {
    this.#items = new Map(items.map((item) => [item.key, item]))
    this.#keys = new SortedKeys()
    for (const item of items) this.#keys.add(item.key)
    this.#indexes.clear()
    this.ring.reset(revision)
  }
}

/**
 * The state of all resources as bytes, fed by one store watch. Requests over HTTP and in-process clients read the
 * same items and the same rings.
 */
export class Cache {
  #store: Store
  #log: Logger
  #limits: RingLimits
  #resources = new Map<string, ResourceCache>()
  #revision: Revision = 0
  #waiters = new Set<{ revision: Revision; resolve: () => void }>()
  #watch: StoreWatch | undefined
  #loadedAt: Revision = 0
  #closed = false
  #running: Promise<void> | undefined

  constructor(store: Store, log: Logger, limits: RingLimits = defaultLimits) {
    this.#store = store
    this.#log = log
    this.#limits = limits
  }

  get revision(): Revision {
    return this.#revision
  }

  /** Loads everything and follows from there; resolves once loaded. */
  async start(): Promise<void> {
    await this.#load()
    this.#running = this.#follow()
  }

  async stop(): Promise<void> {
    this.#closed = true
    this.#watch?.close()
    for (const cache of this.#resources.values()) cache.notify()
    await this.#running
  }

  get isClosed(): boolean {
    return this.#closed
  }

  of(prefix: string): ResourceCache {
    let cache = this.#resources.get(prefix)
    if (!cache) {
      cache = new ResourceCache(this, prefix, this.#loadedAt, this.#limits)
      this.#resources.set(prefix, cache)
    }
    return cache
  }

  /** Waits until the cache shows everything committed before the call (ReadIndex), and says which revision that is. */
  async barrier(): Promise<Revision> {
    const revision = await this.#store.barrier()
    await this.waitFor(revision)
    return revision
  }

  /** Resolves once the cache shows `revision`; Timeout with cause ResourceVersionTooLarge after three seconds. */
  async waitFor(revision: Revision): Promise<void> {
    if (this.#revision >= revision) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiter = { revision, resolve }
    this.#waiters.add(waiter)
    const timer = setTimeout(resolve, revisionWaitMs)
    await promise
    clearTimeout(timer)
    this.#waiters.delete(waiter)
    if (this.#closed) throw unavailable('the API server is stopping')
    if (this.#revision < revision) throw tooLargeRevision(revision, this.#revision)
  }

  async #load(): Promise<void> {
    const listing = await this.#store.list(registryPrefix)
    const byPrefix = new Map<string, Item[]>()
    for (const prefix of this.#resources.keys()) byPrefix.set(prefix, [])
    for (const { key, value, revision } of listing.entries) {
      const parsed = parseKey(key)
      if (!parsed) continue
      let items = byPrefix.get(parsed.prefix)
      if (!items) {
        items = []
        byPrefix.set(parsed.prefix, items)
      }
      items.push(new Item(key, parsed.namespace, parsed.name, value, revision))
    }
    this.#loadedAt = listing.revision
    for (const [prefix, items] of byPrefix) this.of(prefix).reset(items, listing.revision)
    await this.#remember(listing.revision)
    this.#advance(listing.revision)
    for (const cache of this.#resources.values()) cache.notify()
  }

  /** The store's newest events, those of before a restart too: watches from outside go on where they were. */
  async #remember(loadedAt: Revision): Promise<void> {
    const { watchable } = this.#store
    if (watchable >= loadedAt) return
    this.#loadedAt = watchable
    for (const { ring } of this.#resources.values()) ring.completeAfter = watchable
    for await (const { events, revision } of this.#store.watch(registryPrefix, watchable)) {
      for (const event of events) {
        const parsed = event.revision <= loadedAt ? parseKey(event.key) : undefined
        if (parsed) this.of(parsed.prefix).remember(event, parsed.namespace, parsed.name)
      }
      if (revision >= loadedAt) return
    }
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        this.#watch = this.#store.watch(registryPrefix, this.#revision)
        for await (const batch of this.#watch) this.#apply(batch.events, batch.revision)
        if (!this.#closed) throw new StoreError('Closed', 'the store ended the watch')
      } catch (error) {
        if (this.#closed) return
        if (error instanceof StoreError && error.code === 'Closed') {
          this.#log.warn('the store is closed: the API serves what it has and takes no changes')
          return
        }
        this.#log.warn('the store watch ended, loading everything again', { error: String(error) })
        await new Promise((resolve) => setTimeout(resolve, 100))
        await this.#load().catch((reason) => this.#log.error('loading failed', { error: String(reason) }))
      }
    }
  }

  #apply(events: StoreEvent[], revision: Revision): void {
    const touched = new Set<ResourceCache>()
    for (const event of events) {
      const parsed = parseKey(event.key)
      if (!parsed) continue
      const cache = this.of(parsed.prefix)
      cache.apply(event, parsed.namespace, parsed.name)
      touched.add(cache)
    }
    this.#advance(revision)
    for (const cache of touched) cache.notify()
  }

  #advance(revision: Revision): void {
    this.#revision = Math.max(this.#revision, revision)
    for (const waiter of this.#waiters) if (waiter.revision <= this.#revision) waiter.resolve()
  }
}
