/** A seeded source of randomness (mulberry32): the same seed gives the same run, for ever. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
    // Neighbouring seeds begin alike: walk away from the start.
    for (let at = 0; at < 8; at++) this.next()
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer from `from` to `to`, both included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)]!
  }

  /** `count` different values, in random order. */
  sample<T>(values: readonly T[], count: number): T[] {
    const left = [...values]
    const taken: T[] = []
    while (taken.length < count && left.length > 0) taken.push(...left.splice(this.integer(0, left.length - 1), 1))
    return taken
  }
}
