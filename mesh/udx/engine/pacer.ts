/** Token bucket in bytes: spreads packets at the rate congestion control asks for. */
export class Pacer {
  #tokens = 25_000
  #atMs: number

  constructor(nowMs: number) {
    this.#atMs = nowMs
  }

  /** May a packet go now? `bytesPerMs` is the present rate. */
  allows(nowMs: number, bytesPerMs: number, segmentBytes: number): boolean {
    if (nowMs > this.#atMs) {
      const burstBytes = Math.max(bytesPerMs * 2.5, 12 * segmentBytes)
      this.#tokens = Math.min(burstBytes, this.#tokens + (nowMs - this.#atMs) * bytesPerMs)
      this.#atMs = nowMs
    }
    return this.#tokens > 0
  }

  spend(bytes: number): void {
    this.#tokens -= bytes
  }

  /** After a timeout, so that the first retransmissions go at once. */
  grant(bytes: number): void {
    this.#tokens = Math.max(this.#tokens, bytes)
  }
}
