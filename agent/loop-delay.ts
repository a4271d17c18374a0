import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the process's loop was since it was last asked, and since the start. */
export interface LoopDelays {
  /** Of the time since the last read. */
  p50Ms: number
  p99Ms: number
  longestMs: number
  /** Of all samples since the start. */
  sumMs: number
  count: number
}

/** The loop is looked at this often: what holds it up for less may go unseen. */
const resolutionMs = 50

/** Measures for how long the loop of this process does not turn. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  #sumMs = 0
  #count = 0

  constructor() {
    this.#histogram.enable()
  }

  /** Begins the next interval. */
  read(): LoopDelays {
    const { count, mean, max } = this.#histogram
    const quantile = (percent: number) => (count === 0 ? 0 : this.#histogram.percentile(percent) / 1e6)
    const [p50Ms, p99Ms, longestMs] = [quantile(50), quantile(99), count === 0 ? 0 : max / 1e6]
    if (count > 0) this.#sumMs += (count * mean) / 1e6
    this.#count += count
    this.#histogram.reset()
    return { p50Ms, p99Ms, longestMs, sumMs: this.#sumMs, count: this.#count }
  }

  stop(): void {
    this.#histogram.disable()
  }
}
