/** When to try again: twice as long each time, up to a limit, drawn from its upper half so that peers do not march in step. */
export class BackOff {
  #failures = 0
  readonly #firstMs: number
  readonly #limitMs: number
  readonly #random: () => number

  constructor(firstMs: number, limitMs: number, random: () => number) {
    this.#firstMs = firstMs
    this.#limitMs = limitMs
    this.#random = random
  }

  /** The delay before the next try. */
  nextMs(): number {
    const fullMs = Math.min(this.#firstMs * 2 ** this.#failures, this.#limitMs)
    if (fullMs < this.#limitMs) this.#failures++
    return fullMs * (0.5 + this.#random() / 2)
  }

  reset(): void {
    this.#failures = 0
  }
}
