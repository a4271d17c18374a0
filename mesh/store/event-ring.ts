import type { RevisionBatch } from './state.ts'
import { type Revision, StoreError, type StoreEvent, type StoreWatch } from './store.ts'

/** The newest revisions' events, shared by all watches; older ones fall off at either bound. */
export interface EventRingBounds {
  maxEvents: number
  /** Sum of the values. */
  maxBytes: number
}

export class EventRing {
  readonly #bounds: EventRingBounds
  #batches: RevisionBatch[] = []
  #events = 0
  #bytes = 0
  #compacted: Revision
  readonly #watches = new Set<RingWatch>()

  /** Knows nothing of what was at or before `after`. */
  constructor(after: Revision, bounds: EventRingBounds) {
    this.#compacted = after
    this.#bounds = bounds
  }

  /** Watches must begin at this revision or later. */
  get compacted(): Revision {
    return this.#compacted
  }

  push(batches: RevisionBatch[]): void {
    if (batches.length === 0) return
    for (const batch of batches) {
      this.#batches.push(batch)
      this.#events += batch.events.length
      this.#bytes += sizeOf(batch)
    }
    if (this.#events > this.#bounds.maxEvents || this.#bytes > this.#bounds.maxBytes) this.#shrink()
    for (const watch of this.#watches) watch.wake()
  }

  /** Forgets all up to a revision; watches that are not there yet end with Compacted. */
  compact(revision: Revision): void {
    let count = 0
    while (count < this.#batches.length && this.#batches[count]!.revision <= revision)
      this.#drop(this.#batches[count++]!)
    this.#batches.splice(0, count)
    this.#compacted = Math.max(this.#compacted, revision)
    for (const watch of this.#watches) watch.wake()
  }

  watch(prefix: string, after: Revision): StoreWatch {
    const watch = new RingWatch(this, prefix, after)
    this.#watches.add(watch)
    return watch
  }

  close(): void {
    for (const watch of [...this.#watches]) watch.close()
  }

  forget(watch: RingWatch): void {
    this.#watches.delete(watch)
  }

  /** All batches after a revision; throws Compacted. */
  after(revision: Revision): RevisionBatch[] {
    if (revision < this.#compacted) {
      const message = `revision ${revision} is older than the events kept, which begin after ${this.#compacted}`
      throw new StoreError('Compacted', message, { compacted: this.#compacted })
    }
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#batches[middle]!.revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#batches.slice(low)
  }

  /** Down to three quarters of the bounds at once, so that the array is not shifted for every push. */
  #shrink(): void {
    let count = 0
    while (
      count < this.#batches.length - 1 &&
      (this.#events > this.#bounds.maxEvents * 0.75 || this.#bytes > this.#bounds.maxBytes * 0.75)
    ) {
      this.#drop(this.#batches[count++]!)
    }
    this.#batches.splice(0, count)
  }

  #drop(batch: RevisionBatch): void {
    this.#events -= batch.events.length
    this.#bytes -= sizeOf(batch)
    this.#compacted = batch.revision
  }
}

class RingWatch implements StoreWatch {
  readonly #ring: EventRing
  readonly #prefix: string
  #after: Revision
  #closed = false
  #wake: (() => void) | undefined

  constructor(ring: EventRing, prefix: string, after: Revision) {
    this.#ring = ring
    this.#prefix = prefix
    this.#after = after
  }

  wake(): void {
    this.#wake?.()
  }

  close(): void {
    this.#closed = true
    this.#ring.forget(this)
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<{ events: StoreEvent[]; revision: Revision }> {
    try {
      while (!this.#closed) {
        const batches = this.#ring.after(this.#after)
        if (batches.length === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
          this.#wake = undefined
          continue
        }
        this.#after = batches.at(-1)!.revision
        const events = batches.flatMap((batch) => batch.events.filter((event) => event.key.startsWith(this.#prefix)))
        yield { events, revision: this.#after }
      }
    } finally {
      this.close()
    }
  }
}

function sizeOf(batch: RevisionBatch): number {
  let bytes = 0
  for (const event of batch.events) bytes += event.key.length + (event.value?.byteLength ?? 0)
  return bytes
}
