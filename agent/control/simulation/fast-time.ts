import type { Clock } from '../../../mesh/clock/clock.ts'

/**
 * For simulations: clock and timers that run `speed` times as fast, so that back-offs and grace periods of minutes
 * pass in a second. Replaces the process's timers until `restore`.
 */
export class FastTime implements Clock {
  readonly #speed: number
  readonly #startMs = performance.now()
  readonly #timeout = globalThis.setTimeout
  readonly #interval = globalThis.setInterval

  constructor(speed: number) {
    this.#speed = speed
    const scaled = (real: typeof setTimeout) =>
      ((run: () => void, ms = 0) => real(run, ms / speed)) as unknown as typeof setTimeout
    globalThis.setTimeout = scaled(this.#timeout)
    globalThis.setInterval = scaled(this.#interval as unknown as typeof setTimeout) as unknown as typeof setInterval
  }

  nowMs(): number {
    return Date.parse('2026-01-01T00:00:00Z') + this.monotonicMs()
  }

  monotonicMs(): number {
    return (performance.now() - this.#startMs) * this.#speed
  }

  restore(): void {
    globalThis.setTimeout = this.#timeout
    globalThis.setInterval = this.#interval
  }
}
