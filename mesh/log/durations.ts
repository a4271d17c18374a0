/** How long something took: how often and how long in all, and the newest of them for what the slow ones among them took. */
export class Durations {
  readonly #newest: Float64Array
  #count = 0
  #sumMs = 0

  constructor(maxKept = 512) {
    this.#newest = new Float64Array(maxKept)
  }

  add(durationMs: number): void {
    this.#newest[this.#count++ % this.#newest.length] = durationMs
    this.#sumMs += durationMs
  }

  /** Of all that was ever added. */
  get count(): number {
    return this.#count
  }

  /** Of all that was ever added. */
  get sumMs(): number {
    return this.#sumMs
  }

  /** What this fraction (0 to 1) of the kept ones did not exceed; undefined when there are none. */
  percentileMs(fraction: number): number | undefined {
    const kept = this.#newest.slice(0, this.#count).sort()
    return kept[Math.min(Math.floor(kept.length * fraction), kept.length - 1)]
  }
}
