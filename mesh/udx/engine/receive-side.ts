import { maxSackRanges, type SackRange } from './packet.ts'
import { after, distance, type Seq } from './sequence.ts'

/** What may wait for a gap to be filled: payloads and what keeping one costs. Beyond it packets are dropped. */
const maxReorderBytes = 8 * 1024 * 1024
const entryCostBytes = 128
/** No sender has more packets under way. */
const maxAhead = 65_536

/** Puts packets in order: takes any, hands on each payload once. */
export class ReceiveSide {
  /** The next seq expected: what we acknowledge. */
  next: Seq
  /** True once the remote's END and all before it have come. */
  ended = false
  readonly #waiting = new Map<Seq, Uint8Array>()
  /** Sorted, apart from each other, all after `next`. */
  readonly #ranges: SackRange[] = []
  #waitingBytes = 0
  #endSeq: Seq | undefined

  constructor(next: Seq) {
    this.next = next
  }

  get hasGap(): boolean {
    return this.#ranges.length > 0
  }

  get reorderBytes(): number {
    return this.#waitingBytes
  }

  /** Appends the payloads that are in order now to `delivered`. */
  receive(seq: Seq, payload: Uint8Array, isEnd: boolean, delivered: Uint8Array[]): void {
    const ahead = distance(seq, this.next)
    if (ahead < 0 || this.ended || this.#isBeyondEnd(seq)) return
    if (ahead > 0) {
      this.#keep(seq, payload, isEnd)
      return
    }
    if (isEnd) this.#endSeq ??= seq
    this.#advance(payload, delivered)
    this.#drain(delivered)
    this.ended = this.#endSeq !== undefined && distance(this.next, this.#endSeq) > 0
  }

  /** The oldest ranges first: the ones whose loss holds up the most. */
  sackRanges(): SackRange[] {
    return this.#ranges.slice(0, maxSackRanges)
  }

  clear(): void {
    this.#waiting.clear()
    this.#ranges.length = 0
    this.#waitingBytes = 0
  }

  #isBeyondEnd(seq: Seq): boolean {
    return this.#endSeq !== undefined && distance(seq, this.#endSeq) > 0
  }

  #keep(seq: Seq, payload: Uint8Array, isEnd: boolean): void {
    const cost = payload.length + entryCostBytes
    if (distance(seq, this.next) >= maxAhead || this.#waitingBytes + cost > maxReorderBytes) return
    if (this.#waiting.has(seq)) return
    if (isEnd) this.#endSeq ??= seq
    this.#waiting.set(seq, payload)
    this.#waitingBytes += cost
    this.#addToRanges(seq)
  }

  #advance(payload: Uint8Array, delivered: Uint8Array[]): void {
    this.next = after(this.next)
    if (payload.length > 0) delivered.push(payload)
  }

  #drain(delivered: Uint8Array[]): void {
    while (this.#ranges[0]?.start === this.next) {
      const { end } = this.#ranges.shift()!
      while (this.next !== end) {
        const payload = this.#waiting.get(this.next)!
        this.#waiting.delete(this.next)
        this.#waitingBytes -= payload.length + entryCostBytes
        this.#advance(payload, delivered)
      }
    }
  }

  /** From the back: most packets come in order behind one gap. */
  #addToRanges(seq: Seq): void {
    const ranges = this.#ranges
    const end = after(seq)
    let index = ranges.length - 1
    while (index >= 0 && distance(ranges[index]!.start, seq) > 0) index--
    const before = ranges[index]
    const behind = ranges[index + 1]
    if (before?.end === seq) {
      before.end = end
      if (behind?.start === end) {
        before.end = behind.end
        ranges.splice(index + 1, 1)
      }
    } else if (behind?.start === end) {
      behind.start = seq
    } else {
      ranges.splice(index + 1, 0, { start: seq, end })
    }
  }
}
