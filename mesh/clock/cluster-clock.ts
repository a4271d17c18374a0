import type { Clock } from './clock.ts'

/**
 * Cluster time on one node: the machine's clock plus this node's offset, and never below the newest stamp of the log. While
 * that is ahead (a clock that was wrong has stamped it) time goes on from it at half speed, until the clock has caught up:
 * it neither goes back nor stands still.
 */
export class ClusterClock implements Clock {
  readonly #machine: Clock
  #newestStampMs: () => number = () => 0
  #floor = { stampMs: 0, sinceMs: 0 }
  #offsetMs = 0

  constructor(machine: Clock) {
    this.#machine = machine
  }

  nowMs(): number {
    const machineMs = this.#machine.nowMs() + this.#offsetMs
    const stampMs = this.#newestStampMs()
    if (stampMs > this.#floor.stampMs) this.#floor = { stampMs, sinceMs: this.monotonicMs() }
    return Math.max(machineMs, this.#floor.stampMs + (this.monotonicMs() - this.#floor.sinceMs) / 2)
  }

  monotonicMs(): number {
    return this.#machine.monotonicMs()
  }

  /** The machine's own clock. */
  machineMs(): number {
    return this.#machine.nowMs()
  }

  /** What is added to the machine's clock. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  set offsetMs(offsetMs: number) {
    this.#offsetMs = offsetMs
  }

  /** How far the machine's clock is ahead of cluster time, as far as is known; negative when it is behind. */
  get skewMs(): number {
    return this.#machine.nowMs() - this.nowMs()
  }

  /** From now on cluster time follows these stamps. */
  follow(newestStampMs: () => number): void {
    this.#newestStampMs = newestStampMs
  }
}

/** Beyond this a node's machine has a wrong clock, which people should be told (condition ClockSkew). */
export const skewToTellMs = 2000

/**
 * The leader's offset: so that most members' clocks are about right. `aheadMs`: how far each other member's clock is ahead of
 * the leader's. Of two middle ones the nearer to the present offset: one newcomer alone does not move the cluster's time.
 */
export function medianOffsetMs(aheadMs: readonly number[], presentMs: number): number {
  const all = [0, ...aheadMs].sort((a, b) => a - b)
  const upper = all[Math.floor(all.length / 2)]!
  const lower = all[Math.floor((all.length - 1) / 2)]!
  return Math.abs(upper - presentMs) < Math.abs(lower - presentMs) ? upper : lower
}
