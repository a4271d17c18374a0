import type { ByteString } from './backend.ts'
import type { Slot } from './memtable.ts'
import { RangeSet } from './range-set.ts'
import type { Table } from './table.ts'
import { blockFrom } from './table-format.ts'

/** The tables that make up the store at one time. They stay open while the version is in use. */
export class Version {
  /** One for each flushed segment, newest first. */
  readonly recent: readonly Table[]
  /** All older; in order of keys, without overlap. */
  readonly settled: readonly Table[]
  #references = 1

  constructor(recent: readonly Table[], settled: readonly Table[]) {
    this.recent = recent
    this.settled = settled
    for (const table of [...recent, ...settled]) table.retain()
  }

  retain(): this {
    this.#references++
    return this
  }

  release(): void {
    if (--this.#references > 0) return
    for (const table of [...this.recent, ...this.settled]) table.release()
  }

  get(key: ByteString): Slot | Promise<Slot> {
    for (let index = 0; index < this.recent.length; index++) {
      const slot = this.recent[index]!.get(key)
      if (slot instanceof Promise) return this.#getAfter(slot, key, index + 1)
      if (slot !== undefined) return slot
    }
    const slot = this.settledFor(key)?.get(key)
    return slot instanceof Promise ? slot.then((loaded) => loaded ?? null) : (slot ?? null)
  }

  async #getAfter(first: Promise<Slot | undefined>, key: ByteString, next: number): Promise<Slot> {
    let slot = await first
    for (let index = next; slot === undefined && index < this.recent.length; index++) {
      slot = await this.recent[index]!.get(key)
    }
    if (slot === undefined) slot = await this.settledFor(key)?.get(key)
    return slot ?? null
  }

  settledFor(key: ByteString): Table | undefined {
    return this.settled[this.settledFrom(key)]
  }

  /** Index of the first settled table that does not end before the key. */
  settledFrom(key: ByteString): number {
    let low = 0
    let high = this.settled.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.settled[middle]!.last < key) low = middle + 1
      else high = middle
    }
    return low
  }

  /** About the bytes on the disk that a removal of these keys could give back. */
  bytesWithin(start: ByteString, end: ByteString): number {
    let total = 0
    for (const table of this.recent) total += bytesOf(table, start, end)
    for (let index = this.settledFrom(start); index < this.settled.length; index++) {
      const table = this.settled[index]!
      if (table.first >= end) break
      total += bytesOf(table, start, end)
    }
    return total
  }

  /** About the bytes that these removals, and those in the recent tables, could give back. */
  hiddenBytes(deleted: RangeSet[]): number {
    const sets = [...deleted, ...this.recent.map(({ meta }) => meta.deleted)]
    const all = sets.flatMap(({ spans }) => spans).reduce((set, { start, end }) => set.with(start, end), RangeSet.empty)
    return all.spans.reduce((total, { start, end }) => total + this.bytesWithin(start, end), 0)
  }
}

/** Of the table's blocks that lie within. */
function bytesOf({ first, last, sizeBytes, meta: { blocks } }: Table, start: ByteString, end: ByteString): number {
  if (start <= first && last < end) return sizeBytes
  let total = 0
  for (let index = blockFrom(blocks, start); index < blocks.length && blocks[index]!.last < end; index++) {
    if (blocks[index]!.first >= start) total += blocks[index]!.sizeBytes
  }
  return total
}
