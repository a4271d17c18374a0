import { type Entry, type Index, type LogPosition, sizeBytesOf, type Term } from './entry.ts'

/**
 * The log's tail in memory: what the driver has not compacted yet, durable or not. The driver bounds it with
 * `compact`; a node that needs older entries gets a snapshot. It also knows how far the tail is handed out for writing
 * (`saved`) and how far it is durable (`stable`).
 */
export class LogView {
  #base: LogPosition
  #entries: Entry[]
  #sizeBytes = 0
  #stable: Index
  #saved: Index
  #truncateFrom: Index | undefined
  /** Writes under way: how far each makes the log durable, unless that is cut off again meanwhile. */
  #writes: { sequence: number; last: Index }[] = []

  /** Throws when the entries have a gap or go back in term. */
  constructor(base: LogPosition, entries: readonly Entry[]) {
    this.#base = { index: base.index, term: base.term }
    this.#entries = []
    this.append(entries)
    this.#stable = this.lastIndex
    this.#saved = this.lastIndex
  }

  get base(): LogPosition {
    return this.#base
  }

  get lastIndex(): Index {
    return this.#base.index + this.#entries.length
  }

  get last(): LogPosition {
    return this.#entries.at(-1) ?? this.#base
  }

  /** The last index that is durable here, as far as reported. */
  get stable(): Index {
    return this.#stable
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  entry(index: Index): Entry | undefined {
    return this.#entries[index - this.#base.index - 1]
  }

  /** Undefined outside of the tail; the base's own term is known. */
  term(index: Index): Term | undefined {
    return index === this.#base.index ? this.#base.term : this.entry(index)?.term
  }

  matches(position: LogPosition): boolean {
    return this.term(position.index) === position.term
  }

  /** Whether a candidate whose log ends there may have this node's vote (section 5.4.1). */
  isUpToDate(candidate: LogPosition): boolean {
    const { term, index } = this.last
    return candidate.term > term || (candidate.term === term && candidate.index >= index)
  }

  /** Entries from `from` to `to`, both included, up to `maxBytes`, but at least one when there is one. */
  slice(from: Index, to: Index, maxBytes: number): Entry[] {
    const slice: Entry[] = []
    let bytes = 0
    for (let index = from; index <= to; index++) {
      const entry = this.entry(index)
      if (entry === undefined) break
      bytes += sizeBytesOf(entry)
      if (slice.length > 0 && bytes > maxBytes) break
      slice.push(entry)
    }
    return slice
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const { index, term } = this.last
      if (entry.index !== index + 1 || entry.term < term) {
        throw new Error(`entry ${entry.index} of term ${entry.term} cannot follow entry ${index} of term ${term}`)
      }
      this.#entries.push(entry)
      this.#sizeBytes += sizeBytesOf(entry)
    }
  }

  /** The first of these entries that is missing here or has another term. */
  firstConflict(entries: readonly Entry[]): Entry | undefined {
    return entries.find((entry) => !this.matches(entry))
  }

  truncateFrom(from: Index): void {
    if (from <= this.#base.index) throw new Error(`cannot cut the log at ${from}: its base is ${this.#base.index}`)
    for (const entry of this.#entries.splice(from - this.#base.index - 1)) this.#sizeBytes -= sizeBytesOf(entry)
    this.#stable = Math.min(this.#stable, from - 1)
    for (const write of this.#writes) write.last = Math.min(write.last, from - 1)
    if (this.#saved >= from) {
      this.#saved = from - 1
      this.#truncateFrom = Math.min(this.#truncateFrom ?? from, from)
    }
  }

  /**
   * The latest place at or before `position` whose term is not above the position's: two logs cannot agree after it.
   * Skips whole terms in one exchange (end of section 5.3). May lie before the base: then a snapshot is needed.
   */
  hint(position: LogPosition): LogPosition {
    let index = Math.min(position.index, this.lastIndex)
    while (index >= this.#base.index && (this.term(index) ?? 0) > position.term) index--
    return { index, term: this.term(index) ?? 0 }
  }

  /** Forgets entries up to `index`, which must be durable in the state below. */
  compact(index: Index): void {
    const term = this.term(index)
    if (index <= this.#base.index) return
    if (term === undefined || index > this.#stable) throw new Error(`cannot compact up to ${index}: not durable here`)
    for (const entry of this.#entries.splice(0, index - this.#base.index)) this.#sizeBytes -= sizeBytesOf(entry)
    this.#base = { index, term }
  }

  /** A snapshot takes the place of the whole log. Its position is durable with the next write. */
  restore(base: LogPosition): void {
    this.#base = { index: base.index, term: base.term }
    this.#entries = []
    this.#sizeBytes = 0
    this.#saved = base.index
    this.#stable = 0
    this.#truncateFrom = undefined
    for (const write of this.#writes) write.last = 0
  }

  /** What has not been handed out for writing yet. */
  unsaved(): { truncateFrom?: Index; entries: Entry[] } {
    const entries = this.#saved === this.lastIndex ? [] : this.#entries.slice(this.#saved - this.#base.index)
    return { truncateFrom: this.#truncateFrom, entries }
  }

  /** All of the log is being written by the record of this sequence. */
  saving(sequence: number): void {
    this.#saved = this.lastIndex
    this.#truncateFrom = undefined
    this.#writes.push({ sequence, last: this.#saved })
  }

  /** Writes up to this sequence are durable. */
  saved(sequence: number): void {
    while (this.#writes[0] !== undefined && this.#writes[0].sequence <= sequence) {
      this.#stable = Math.max(this.#stable, this.#writes.shift()!.last)
    }
  }
}
