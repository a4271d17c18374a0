/** Beyond what is on its way anyhow: as much bulk as a control message may find waiting before it. */
const standingBytes = 64 * 1024
/** A path quicker than this is taken to be so slow: an event loop's turn is no queue. */
const minRoundTripMs = 5
const rateRounds = 10
const roundTripValidMs = 10_000
/** So much of the path is used when its own round trip is looked for: enough to go on, too little to wait in a queue. */
const probingShare = 0.9
const maxBytes = 16 * 1024 * 1024

interface Sent {
  /** Sum of all bytes sent, with this. */
  total: number
  atMs: number
  /** What was acknowledged when it was sent, and when that was. */
  delivered: number
  deliveredAtMs: number
  isStarved: boolean
}

/**
 * How much bulk may be on its way, whatever the transport takes (a WebSocket: megabytes in the kernel): what the path
 * carries in a round trip or several, and 64 KiB. The rate is the highest of ten round trips, the round trip the lowest of
 * ten seconds, as BBR takes them.
 */
export class BulkWindow {
  readonly #sent: Sent[] = []
  #head = 0
  #total = 0
  #delivered = 0
  #deliveredAtMs = 0
  #rates: number[] = [0]
  #roundEnds = 0
  #roundTripMs = Number.POSITIVE_INFINITY
  #roundTripAtMs = 0
  /** Grows with what is acknowledged, so that no burst follows a pause. */
  #rampBytes = standingBytes
  /** A part of the path is left empty until so much is acknowledged, to see its own round trip. */
  #probingUntil: number | undefined
  /** The next round trip is believed, whatever it was before. */
  #isRelearning = false
  #isStarved = true

  /**
   * No more than this should be on its way: 64 KiB, and what the path carries in so many round trips. `roundTripMs` is the
   * path's own where somebody else knows it better.
   */
  limitBytes(roundTrips: number, roundTripMs = this.#roundTripMs): number {
    const path = roundTrips * this.#pathBytes(roundTripMs)
    return Math.min(standingBytes + path, this.#rampBytes, maxBytes)
  }

  sent(bytes: number, nowMs: number): void {
    if (this.#head === this.#sent.length) this.#deliveredAtMs = nowMs
    this.#total += bytes
    this.#sent.push({
      total: this.#total,
      atMs: nowMs,
      delivered: this.#delivered,
      deliveredAtMs: this.#deliveredAtMs,
      isStarved: this.#isStarved,
    })
    this.#isStarved = false
  }

  /** There was room and nothing to send: what is on its way now says little of the path. */
  starved(): void {
    this.#isStarved = true
  }

  acknowledged(bytes: number, nowMs: number): void {
    if (bytes === 0) return
    this.#delivered += bytes
    this.#deliveredAtMs = nowMs
    if (this.#probingUntil === undefined) this.#rampBytes = Math.min(this.#rampBytes + bytes, maxBytes)
    let newest: Sent | undefined
    while (this.#head < this.#sent.length && this.#sent[this.#head]!.total <= this.#delivered) {
      newest = this.#sent[this.#head++]
    }
    this.#compact()
    if (newest === undefined) return
    this.#measureRoundTrip(nowMs - newest.atMs, nowMs)
    this.#measureRate(newest, nowMs)
  }

  /** Another way: nothing is known of it. */
  reset(): void {
    this.#sent.length = 0
    this.#head = 0
    this.#total = 0
    this.#delivered = 0
    this.#rates = [0]
    this.#roundEnds = 0
    this.#roundTripMs = Number.POSITIVE_INFINITY
    this.#rampBytes = standingBytes
    this.#probingUntil = undefined
    this.#isRelearning = false
    this.#isStarved = true
  }

  /** What is on its way when nothing waits. */
  #pathBytes(roundTripMs: number): number {
    if (this.#roundTripMs === Number.POSITIVE_INFINITY) return 0
    return Math.max(...this.#rates) * Math.max(roundTripMs, minRoundTripMs)
  }

  #measureRoundTrip(roundTripMs: number, nowMs: number): void {
    if (this.#isRelearning || roundTripMs <= this.#roundTripMs) {
      this.#roundTripMs = roundTripMs
      this.#roundTripAtMs = nowMs
      this.#isRelearning = false
    } else if (nowMs - this.#roundTripAtMs > roundTripValidMs && this.#probingUntil === undefined) {
      // A queue of our own making would be taken for the path: it is emptied first.
      this.#rampBytes = this.#pathBytes(this.#roundTripMs) * probingShare
      this.#probingUntil = this.#total
    }
    if (this.#probingUntil !== undefined && this.#delivered >= this.#probingUntil) {
      this.#probingUntil = undefined
      this.#isRelearning = true
    }
  }

  #measureRate(newest: Sent, nowMs: number): void {
    if (newest.delivered >= this.#roundEnds) {
      this.#roundEnds = this.#delivered
      this.#rates.push(0)
      if (this.#rates.length > rateRounds) this.#rates.shift()
    }
    const elapsedMs = nowMs - newest.deliveredAtMs
    if (elapsedMs <= 0) return
    const rate = (this.#delivered - newest.delivered) / elapsedMs
    if (newest.isStarved && rate < Math.max(...this.#rates)) return
    const last = this.#rates.length - 1
    this.#rates[last] = Math.max(this.#rates[last]!, rate)
  }

  #compact(): void {
    if (this.#head < 512 || this.#head * 2 < this.#sent.length) return
    this.#sent.splice(0, this.#head)
    this.#head = 0
  }
}
