import type { ByteString } from './backend.ts'

interface Span {
  start: ByteString
  end: ByteString
}

/** An immutable set of keys, as ranges without overlap in order. */
export class RangeSet {
  static readonly empty = new RangeSet([])
  readonly spans: readonly Span[]

  constructor(spans: readonly Span[]) {
    this.spans = spans
  }

  covers(key: ByteString): boolean {
    const span = this.spans[this.#firstEndingAfter(key)]
    return span !== undefined && span.start <= key
  }

  /** True when some key from `first` to `last` (both included) may be in the set. */
  meets(first: ByteString, last: ByteString): boolean {
    const span = this.spans[this.#firstEndingAfter(first)]
    return span !== undefined && span.start <= last
  }

  /** True when all keys from `first` to `last` (both included) are in the set. */
  coversAll(first: ByteString, last: ByteString): boolean {
    const span = this.spans[this.#firstEndingAfter(first)]
    return span !== undefined && span.start <= first && last < span.end
  }

  /** Adds the keys from `start` (included) to `end` (excluded). */
  with(start: ByteString, end: ByteString): RangeSet {
    let first = this.#firstEndingAfter(start)
    // A range that ends where this one starts becomes one with it.
    if (first > 0 && this.spans[first - 1]!.end === start) first--
    let last = first
    let whole = { start, end }
    for (; last < this.spans.length && this.spans[last]!.start <= end; last++) {
      const span = this.spans[last]!
      if (span.start < whole.start) whole = { start: span.start, end: whole.end }
      if (span.end > whole.end) whole = { start: whole.start, end: span.end }
    }
    return new RangeSet([...this.spans.slice(0, first), whole, ...this.spans.slice(last)])
  }

  #firstEndingAfter(key: ByteString): number {
    let low = 0
    let high = this.spans.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.spans[middle]!.end <= key) low = middle + 1
      else high = middle
    }
    return low
  }
}
