const minRtoMs = 300
const maxRtoMs = 4000
const initialRtoMs = 1000
const maxBackoff = 5
/** A sample this long is a stall of ours rather than of the path. */
const stallMs = 5000

/** Round-trip estimate and retransmission timeout (RFC 6298, gains 1/8 and 1/4). All in ms. */
export class RoundTrip {
  smoothedMs = 0
  minMs = Number.POSITIVE_INFINITY
  #variationMs = 0
  #rtoMs = initialRtoMs
  #backoff = 0

  /** A round trip of a packet that was sent once. */
  sample(measuredMs: number): void {
    const ceilingMs = this.smoothedMs + 5 * this.#variationMs
    const rttMs = measuredMs > stallMs && this.smoothedMs > 0 ? Math.min(measuredMs, ceilingMs) : measuredMs
    if (this.smoothedMs === 0) {
      this.smoothedMs = rttMs
      this.#variationMs = rttMs / 2
    } else {
      this.#variationMs += (Math.abs(rttMs - this.smoothedMs) - this.#variationMs) / 4
      this.smoothedMs += (rttMs - this.smoothedMs) / 8
    }
    this.minMs = Math.min(this.minMs, rttMs)
    const rtoMs = this.smoothedMs + Math.max(4 * this.#variationMs, 10)
    this.#rtoMs = Math.min(Math.max(rtoMs, minRtoMs), maxRtoMs)
    this.#backoff = 0
  }

  get timeoutMs(): number {
    return Math.min(this.#rtoMs * 2 ** this.#backoff, maxRtoMs)
  }

  /** A timeout happened: the next one comes later. */
  backOff(): void {
    this.#backoff = Math.min(this.#backoff + 1, maxBackoff)
  }
}
