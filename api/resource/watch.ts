import type { Revision } from '../../mesh/store/store.ts'
import type { ResourceCache } from './cache.ts'
import type { ResourceEvent } from './event-ring.ts'
import type { ItemFilter } from './filter.ts'
import type { Item } from './item.ts'
import { expired, tooOldRevision } from './status.ts'

/** An event as one watch sees it: with a selector, MODIFIED may become ADDED or DELETED. */
export interface SeenEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  item: Item
  /** The shared event behind it when this watch sees it unchanged: its serialised form can be shared too. */
  shared?: ResourceEvent
}

export interface WatchStart {
  /** Events after this revision. Absent: the present state as ADDED events first. */
  after?: Revision
  /** The present state as ADDED events first, even when `after` is given. */
  initialEvents?: boolean
}

/** A cursor into a resource's ring. Costs nothing while it waits; the consumer pulls. */
export class ResourceWatch {
  #cache: ResourceCache
  #filter: ItemFilter
  #sequence: number
  #initial: Item[] | undefined
  #initialPosition = 0
  /** The revision the initial events show. */
  readonly initialRevision: Revision
  #closed = false
  #wake: (() => void) | undefined
  #unlisten: () => void
  /** Called when `take` may have something new; for consumers that do not `wait`. */
  changed: (() => void) | undefined

  /** Throws Expired when events after `start.after` are gone already. */
  constructor(cache: ResourceCache, filter: ItemFilter, start: WatchStart) {
    this.#cache = cache
    this.#filter = filter
    this.initialRevision = cache.revision
    if (start.after === undefined || start.initialEvents) {
      this.#initial = cache.list(filter.namespace)
      this.#sequence = cache.ring.end
    } else {
      const sequence = cache.ring.sequenceAfter(start.after)
      if (sequence === undefined) throw tooOldRevision(start.after, cache.ring.completeAfter)
      this.#sequence = sequence
    }
    this.#unlisten = cache.listen(() => {
      this.#wake?.()
      this.changed?.()
    })
  }

  /** True once all events of the initial state were taken. */
  get initialDone(): boolean {
    return this.#initial === undefined
  }

  /** The revision up to which a consumer that has taken everything is current: a bookmark's. */
  get revision(): Revision {
    return this.#cache.revision
  }

  /** What came since the last call, at most about `limit` events. Throws Expired when the consumer was too slow. */
  take(limit: number): SeenEvent[] {
    const seen: SeenEvent[] = []
    if (this.#initial) {
      while (this.#initialPosition < this.#initial.length && seen.length < limit) {
        const item = this.#initial[this.#initialPosition++]!
        if (this.#filter.matches(item)) seen.push({ type: 'ADDED', item })
      }
      if (this.#initialPosition >= this.#initial.length) this.#initial = undefined
      return seen
    }
    const { ring } = this.#cache
    if (!ring.has(this.#sequence)) {
      throw expired('the watch was too slow: events it had not read yet are gone, list and watch again')
    }
    while (seen.length < limit) {
      const event = ring.at(this.#sequence)
      if (!event) break
      this.#sequence++
      const own = this.#see(event)
      if (own) seen.push(own)
    }
    return seen
  }

  /** Whether `take` has something to look at, or to throw. */
  get hasMore(): boolean {
    const { ring } = this.#cache
    return this.#initial !== undefined || this.#sequence < ring.end || !ring.has(this.#sequence)
  }

  /** Resolves when `take` may have something new, or after close. */
  async wait(): Promise<void> {
    if (this.#closed || this.hasMore) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    await promise
    this.#wake = undefined
  }

  get isClosed(): boolean {
    return this.#closed || this.#cache.isClosed
  }

  close(): void {
    this.#closed = true
    this.#unlisten()
    this.#wake?.()
  }

  #see(event: ResourceEvent): SeenEvent | undefined {
    const { item, previous } = event
    if (!this.#filter.covers(item)) return undefined
    if (this.#filter.matchesAll) return { type: event.type, item, shared: event }
    if (event.type === 'ADDED') return this.#filter.matches(item) ? { type: 'ADDED', item, shared: event } : undefined
    const before = previous !== undefined && this.#filter.matches(previous)
    if (event.type === 'DELETED') return before ? { type: 'DELETED', item, shared: event } : undefined
    const after = this.#filter.matches(item)
    if (before && after) return { type: 'MODIFIED', item, shared: event }
    if (after) return { type: 'ADDED', item }
    if (before) return { type: 'DELETED', item: previous.at(event.revision) }
    return undefined
  }
}
