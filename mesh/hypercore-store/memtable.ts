import { SortedMap } from '../sorted-map/sorted-map.ts'
import type { ByteString, KeyRange, Operation } from './backend.ts'
import { RangeSet } from './range-set.ts'

/** A value, or null where the key was deleted here. */
export type Slot = Uint8Array | null

const byBytes = (a: ByteString, b: ByteString): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The newest writes, in order of keys. What it does not know is to be asked of what is older. `Value`: what stands for a
 * value, never undefined.
 */
export class Memtable<Value = Uint8Array> {
  readonly #tree: SortedMap<ByteString, Value | null>
  #deleted: RangeSet

  constructor(tree = new SortedMap<ByteString, Value | null>(undefined, byBytes), deleted = RangeSet.empty) {
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
  apply(this: Memtable, operation: Operation): void {
    switch (operation.kind) {
      case 'put':
        this.set(operation.key, operation.value)
        return
      case 'delete':
        this.set(operation.key, null)
        return
      case 'deleteRange':
        this.deleteRange(operation.start, operation.end)
    }
  }

  /** Null: the key is deleted. */
  set(key: ByteString, slot: Value | null): void {
    this.#tree.set(key, slot)
  }

  deleteRange(start: ByteString, end: ByteString): void {
    if (start >= end) return
    this.#tree.deleteRange(start, end, false)
    this.#deleted = this.#deleted.with(start, end)
  }

  /** Undefined: ask what is older. */
  get(key: ByteString): Value | null | undefined {
    const slot = this.#tree.get(key)
    if (slot !== undefined) return slot
    return this.#deleted.covers(key) ? null : undefined
  }

  /** As it is now; costs nothing but a copy of the nodes that are changed after. */
  snapshot(): Memtable<Value> {
    return new Memtable(this.#tree.clone(), this.#deleted)
  }

  /** Not to be used after a change of this memtable: scan a snapshot. */
  *scan({ start, end }: KeyRange, reverse: boolean): Generator<[ByteString, Value | null]> {
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
