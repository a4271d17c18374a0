/** Sizes of IP packets that are tried on a path, largest first; the last passes everywhere (RFC 8200 section 5). */
export const pathSizes = [1500, 1492, 1480, 1460, 1440, 1420, 1400, 1380, 1360, 1340, 1320, 1300, 1280] as const
/** Of an IP packet: IP and UDP. */
export const outerHeaderBytes = { IPv4: 28, IPv6: 48 }
const lastStep = pathSizes.length - 1

/**
 * Rounds that a search has, so that a lost probe does not count; those between two probes of what is known, and those that
 * an answer may take before it is searched again; rounds until a larger one is tried.
 */
const [searchRounds, watchRounds, answerRounds, raiseRounds] = [4, 8, 4, 240]

/**
 * Finds the largest packet that a path carries, by probes of its own as RFC 8899 has it: errors that routers send are
 * neither waited for nor believed. Pure: one call for each round of pings.
 */
export class PathSize {
  #step: number | undefined
  /** Rounds left of a search, and the largest that was answered in it. */
  #searching = searchRounds
  #best: number | undefined
  #rounds = 0
  #isAwaited = false

  /** Bytes of an IP packet; undefined until it is known. */
  get bytes(): number | undefined {
    return this.#step === undefined ? undefined : pathSizes[this.#step]
  }

  /**
   * The next round. `answered` has a bit for each step that was answered since the last one. Returns the steps to probe
   * now, as indexes of `pathSizes`.
   */
  round(answered: number): number[] {
    const largest = answered === 0 ? undefined : 31 - Math.clz32(answered & -answered)
    return this.#searching > 0 ? this.#search(largest) : this.#watch(largest)
  }

  #search(answered: number | undefined): number[] {
    if (answered !== undefined) this.#best = Math.min(answered, this.#best ?? lastStep)
    if (this.#best === 0 || this.#searching === 1) {
      this.#step = this.#best ?? lastStep
      this.#searching = 0
      this.#rounds = 0
      this.#isAwaited = false
      return []
    }
    this.#searching--
    return Array.from({ length: this.#best ?? pathSizes.length }, (_, step) => step)
  }

  #watch(answered: number | undefined): number[] {
    const step = this.#step!
    this.#rounds++
    if (answered !== undefined && answered <= step) this.#isAwaited = false
    if (this.#isAwaited && this.#rounds % watchRounds === answerRounds) return this.#begin(undefined)
    if (this.#rounds % raiseRounds === 0 && step > 0) return this.#begin(step)
    if (this.#rounds % watchRounds !== 0) return []
    this.#isAwaited = true
    return [step]
  }

  /** Searches above a step, or everything. */
  #begin(above: number | undefined): number[] {
    this.#best = above
    this.#searching = searchRounds
    return this.#search(undefined)
  }
}
