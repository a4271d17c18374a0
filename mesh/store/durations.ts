/** How long something took, as counters that only grow: what Prometheus calls a summary without quantiles. */
export class Durations {
  #count = 0
  #sumMs = 0
  #longestMs = 0

  observe(ms: number): void {
    this.#count++
    this.#sumMs += ms
    this.#longestMs = Math.max(this.#longestMs, ms)
  }

  get count(): number {
    return this.#count
  }

  get sumSeconds(): number {
    return this.#sumMs / 1000
  }

  get longestSeconds(): number {
    return this.#longestMs / 1000
  }
}
