import type { ByteString, Cursor, Entry, KeyRange } from './backend.ts'
import type { Memtable, Slot } from './memtable.ts'
import { RangeSet } from './range-set.ts'
import type { Table } from './table.ts'
import { type BlockReader, blockFrom } from './table-format.ts'

/** Entries in the order of the scan, one at a time. */
interface Source {
  /** Hides entries of the sources behind. */
  readonly deleted: RangeSet
  /** The entry it stands on; undefined at the end. */
  current(): [ByteString, Slot] | undefined
  /** To the next entry; a promise when a block has to come from the disk. */
  advance(): void | Promise<void>
}

/** All sources as one: of entries with the same key the first source's counts. */
export class MergingCursor implements Cursor {
  readonly #reverse: boolean
  readonly #sources: Source[]
  #begun = false

  private constructor(sources: Source[], reverse: boolean) {
    this.#sources = sources
    this.#reverse = reverse
  }

  /** Newest first; `settled` do not overlap and are in order of keys. */
  static over(
    memtables: readonly Memtable[],
    recent: readonly Table[],
    settled: readonly Table[],
    range: KeyRange,
    reverse: boolean,
  ): MergingCursor {
    const sources = [
      ...memtables.map((memtable) => new MemtableSource(memtable, range, reverse)),
      ...recent.map((table) => new TablesSource([table], range, reverse)),
      new TablesSource(settled, range, reverse),
    ]
    return new MergingCursor(sources, reverse)
  }

  async next(count: number): Promise<Entry[]> {
    if (!this.#begun) {
      this.#begun = true
      for (const source of this.#sources) await source.advance()
    }
    const entries: Entry[] = []
    while (entries.length < count) {
      const winner = this.#winner()
      if (winner === undefined) break
      const [key, slot] = this.#sources[winner]!.current()!
      const hidden = this.#sources.slice(0, winner).some(({ deleted }) => deleted.covers(key))
      if (slot !== null && !hidden) entries.push({ key, value: Buffer.from(slot) })
      for (const source of this.#sources) {
        if (source.current()?.[0] !== key) continue
        const loading = source.advance()
        if (loading !== undefined) await loading
      }
    }
    return entries
  }

  close(): void {
    this.#sources.length = 0
  }

  #winner(): number | undefined {
    let winner: number | undefined
    let best: ByteString | undefined
    for (let index = 0; index < this.#sources.length; index++) {
      const key = this.#sources[index]!.current()?.[0]
      if (key === undefined) continue
      if (best === undefined || (this.#reverse ? key > best : key < best)) {
        best = key
        winner = index
      }
    }
    return winner
  }
}

class MemtableSource implements Source {
  readonly deleted: RangeSet
  readonly #entries: Generator<[ByteString, Slot]>
  #current: [ByteString, Slot] | undefined

  constructor(memtable: Memtable, range: KeyRange, reverse: boolean) {
    this.deleted = memtable.deleted
    this.#entries = memtable.scan(range, reverse)
  }

  current(): [ByteString, Slot] | undefined {
    return this.#current
  }

  advance(): void {
    const { value, done } = this.#entries.next()
    this.#current = done === true ? undefined : value
  }
}

/** Tables that do not overlap, as one. */
class TablesSource implements Source {
  readonly deleted: RangeSet
  readonly #tables: readonly Table[]
  readonly #range: KeyRange
  readonly #reverse: boolean
  #begun = false
  #table = 0
  #blockIndex = 0
  #block: BlockReader | undefined
  #index = 0

  constructor(tables: readonly Table[], range: KeyRange, reverse: boolean) {
    this.#tables = tables
    this.#range = range
    this.#reverse = reverse
    this.deleted = tables.length === 1 ? tables[0]!.meta.deleted : RangeSet.empty
  }

  current(): [ByteString, Slot] | undefined {
    if (this.#block === undefined) return undefined
    const key = this.#block.key(this.#index)
    const { start, end } = this.#range
    if (this.#reverse ? key < start : end !== undefined && key >= end) return undefined
    return [key, this.#block.slot(this.#index)]
  }

  advance(): void | Promise<void> {
    if (!this.#begun) return this.#seek()
    if (this.#block === undefined) return
    this.#index += this.#reverse ? -1 : 1
    if (this.#index >= 0 && this.#index < this.#block.count) return
    this.#blockIndex += this.#reverse ? -1 : 1
    return this.#enter()
  }

  /** To the first entry of the range. */
  async #seek(): Promise<void> {
    this.#begun = true
    const { start, end } = this.#range
    if (this.#reverse) {
      this.#table = this.#tables.length - 1
      while (end !== undefined && this.#table >= 0 && this.#tables[this.#table]!.first >= end) this.#table--
      const blocks = this.#tables[this.#table]?.meta.blocks ?? []
      this.#blockIndex = blocks.length - 1
      while (end !== undefined && this.#blockIndex >= 0 && blocks[this.#blockIndex]!.first >= end) this.#blockIndex--
    } else {
      this.#table = 0
      while (this.#table < this.#tables.length && this.#tables[this.#table]!.last < start) this.#table++
      this.#blockIndex = blockFrom(this.#tables[this.#table]?.meta.blocks ?? [], start)
    }
    await this.#enter()
    if (this.#block === undefined) return
    if (!this.#reverse) this.#index = Math.max(this.#index, this.#block.seek(start))
    else if (end !== undefined) this.#index = this.#block.seek(end) - 1
  }

  /** Into the block that it stands before, in this table or the next. */
  async #enter(): Promise<void> {
    const step = this.#reverse ? -1 : 1
    this.#block = undefined
    for (let table = this.#tables[this.#table]; table !== undefined; table = this.#tables[this.#table]) {
      const { blocks } = table.meta
      if (this.#blockIndex >= 0 && this.#blockIndex < blocks.length) {
        const block = await table.block(this.#blockIndex)
        this.#index = this.#reverse ? block.count - 1 : 0
        this.#block = block
        return
      }
      this.#table += step
      this.#blockIndex = this.#reverse ? (this.#tables[this.#table]?.meta.blocks.length ?? 0) - 1 : 0
    }
  }
}
