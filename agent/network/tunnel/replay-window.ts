/** Counters this far below the newest are still told apart; older ones are refused (RFC 6479's idea, simplified). */
export const windowSize = 4096

/**
 * Which of a lane's counters were seen. Datagrams may overtake each other, but each counts once. To be asked only for
 * what was authenticated, or a forged counter would move the window.
 */
export class ReplayWindow {
  readonly #bits = new Uint32Array(windowSize / 32)
  #newest = -1

  /** True for a counter not seen before, which is then seen. Counters are integers from 0 to 2^48. */
  accept(counter: number): boolean {
    if (counter <= this.#newest - windowSize) return false
    if (counter > this.#newest) this.#advance(counter)
    const index = counter % windowSize
    const word = index >>> 5
    const bit = 1 << (index & 31)
    if (this.#bits[word]! & bit) return false
    this.#bits[word]! |= bit
    return true
  }

  #advance(counter: number): void {
    if (counter - this.#newest >= windowSize) this.#bits.fill(0)
    else
      for (let passed = this.#newest + 1; passed <= counter; passed++) {
        const index = passed % windowSize
        this.#bits[index >>> 5]! &= ~(1 << (index & 31))
      }
    this.#newest = counter
  }
}
