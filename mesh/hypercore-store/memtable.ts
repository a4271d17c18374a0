import { SortedMap } from '../sorted-map/sorted-map.ts'
import type { ByteString, KeyRange, Operation } from './backend.ts'
import { RangeSet } from './range-set.ts'

/** A value, or null where the key was deleted here. */
export type Slot = Uint8Array | null

const byBytes = (a: ByteString, b: ByteString): number => (a < b ? -1 : a > b ? 1 : 0)

/** The newest writes, in order of keys. What it does not know is to be asked of what is older. */
export class Memtable {
  readonly #tree: SortedMap<ByteString, Slot>
  #deleted: RangeSet

  constructor(tree = new SortedMap<ByteString, Slot>(undefined, byBytes), deleted = RangeSet.empty) {
    this.#tree = tree
    this.#deleted = deleted
  }

  /** Ranges that hide what is older, but nothing of this memtable. */
  get deleted(): RangeSet {
    return this.#deleted
  }

  get size(): number {
    return this.#tree.size
  }

  /** Keeps the values by reference. */
  apply(operation: Operation): void {
    switch (operation.kind) {
      case 'put':
        this.#tree.set(operation.key, operation.value)
        return
      case 'delete':
        this.#tree.set(operation.key, null)
        return
      case 'deleteRange':
        if (operation.start >= operation.end) return
        this.#tree.deleteRange(operation.start, operation.end, false)
        this.#deleted = this.#deleted.with(operation.start, operation.end)
    }
  }

  /** Undefined: ask what is older. */
  get(key: ByteString): Slot | undefined {
    const slot = this.#tree.get(key)
    if (slot !== undefined) return slot
    return this.#deleted.covers(key) ? null : undefined
  }

  /** As it is now; costs nothing but a copy of the nodes that are changed after. */
  snapshot(): Memtable {
    return new Memtable(this.#tree.clone(), this.#deleted)
  }

  /** Not to be used after a change of this memtable: scan a snapshot. */
  *scan({ start, end }: KeyRange, reverse: boolean): Generator<[ByteString, Slot]> {
    if (!reverse) {
      for (const entry of this.#tree.entries(start)) {
        if (end !== undefined && entry[0] >= end) return
        yield entry
      }
      return
    }
    for (const entry of this.#tree.entriesReversed(end, undefined, end !== undefined)) {
      if (entry[0] < start) return
      yield entry
    }
  }
}
