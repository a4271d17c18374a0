import type { Revision } from '../../mesh/store/store.ts'
import type { Item } from './item.ts'

/** One change of one object, shared by every watch. */
export interface ResourceEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  revision: Revision
  /** The state after; for DELETED the last state, under the deletion's revision. */
  item: Item
  /** The state before; absent for ADDED. */
  previous?: Item
  /** Serialised watch frames by their form, each made once for all its watchers by whoever needs it first. */
  frames?: Map<string, Uint8Array>
}

export interface RingLimits {
  maxEvents: number
  maxBytes: number
}

/** The newest events of a resource, numbered without gap; old ones fall off. A watch is a number into it. */
export class EventRing {
  #events: ResourceEvent[] = []
  #first = 0
  #sizeBytes = 0
  #limits: RingLimits
  /** Everything after this revision is in the ring. */
  completeAfter: Revision

  constructor(completeAfter: Revision, limits: RingLimits) {
    this.completeAfter = completeAfter
    this.#limits = limits
  }

  /** The number the next event will have. */
  get end(): number {
    return this.#first + this.#events.length
  }

  push(event: ResourceEvent): void {
    this.#events.push(event)
    this.#sizeBytes += event.item.value.byteLength
    const { maxEvents, maxBytes } = this.#limits
    if (this.#events.length > maxEvents || (this.#sizeBytes > maxBytes && this.#events.length > 16)) this.#trim()
  }

  /** The event of this number; undefined beyond the end, and when it fell off (see `has`). */
  at(sequence: number): ResourceEvent | undefined {
    return this.#events[sequence - this.#first]
  }

  /** Whether a watch that stands here has lost nothing. */
  has(sequence: number): boolean {
    return sequence >= this.#first
  }

  /** Where a watch stands that has seen everything up to `revision`; undefined when that is too old. */
  sequenceAfter(revision: Revision): number | undefined {
    if (revision < this.completeAfter) return undefined
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#events[middle]!.revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#first + low
  }

  /** Drops everything: watches that stand before the end get Expired. */
  reset(completeAfter: Revision): void {
    this.#first = this.end + 1
    this.#events = []
    this.#sizeBytes = 0
    this.completeAfter = completeAfter
  }

  #trim(): void {
    const dropped = this.#events.splice(0, Math.max(1, this.#events.length >> 2))
    this.#first += dropped.length
    for (const event of dropped) this.#sizeBytes -= event.item.value.byteLength
    this.completeAfter = dropped.at(-1)!.revision
  }
}
