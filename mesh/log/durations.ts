/** The newest of many durations, and how long the slow ones among them were. */
export class Durations {
  readonly #newest: Float64Array
  #count = 0

  constructor(maxKept = 512) {
    this.#newest = new Float64Array(maxKept)
  }

  add(durationMs: number): void {
    this.#newest[this.#count++ % this.#newest.length] = durationMs
  }

  /** What this fraction (0 to 1) of the kept ones did not exceed; undefined when there are none. */
  percentileMs(fraction: number): number | undefined {
    const kept = this.#newest.slice(0, this.#count).sort()
    return kept[Math.min(Math.floor(kept.length * fraction), kept.length - 1)]
  }
}
