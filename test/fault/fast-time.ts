import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../mesh/clock/clock.ts'

/**
 * For simulations: clock and timers that run `speed` times as fast, so that back-offs and grace periods of minutes
 * pass in a second. Replaces the process's timers until `restore`. Clocks of several processes agree when they have
 * the same beginning.
 */
export class FastTime implements Clock {
  readonly #speed: number
  readonly #startMs: number
  readonly #isReal = new AsyncLocalStorage<boolean>()
  readonly #timeout = globalThis.setTimeout
  readonly #interval = globalThis.setInterval

  /** @param startMs when it began, in ms since the Unix epoch; default now */
  constructor(speed: number, startMs?: number) {
    this.#speed = speed
    this.#startMs = startMs === undefined ? performance.now() : startMs - performance.timeOrigin
    const scaled = (real: typeof setTimeout) =>
      ((run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
        real(run, this.#isReal.getStore() ? ms : ms / speed, ...args)) as unknown as typeof setTimeout
    globalThis.setTimeout = scaled(this.#timeout)
    globalThis.setInterval = scaled(this.#interval as unknown as typeof setTimeout) as unknown as typeof setInterval
  }

  nowMs(): number {
    return Date.parse('2026-01-01T00:00:00Z') + this.monotonicMs()
  }

  monotonicMs(): number {
    return (performance.now() - this.#startMs) * this.#speed
  }

  /** Timers made by `run`, and by what it waits for, are the machine's own: for disks and networks, which do not hurry. */
  real<T>(run: () => T): T {
    return this.#isReal.run(true, run)
  }

  /** Back to fast timers, for what is called out of real time. */
  fast<T>(run: () => T): T {
    return this.#isReal.run(false, run)
  }

  restore(): void {
    globalThis.setTimeout = this.#timeout
    globalThis.setInterval = this.#interval
  }
}
