import type { StreamEngine } from './engine/stream-engine.ts'

/** Calls a stream's engine when it wants: one timer for its deadline, one immediate for the end of a turn. */
export class EngineSchedule {
  readonly #engine: StreamEngine
  readonly #pump: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #timerAtMs = 0
  #hasTurn = false

  constructor(engine: StreamEngine, pump: () => void) {
    this.#engine = engine
    this.#pump = pump
  }

  /** To be called after everything that may have changed the engine's mind. */
  plan(): void {
    if (this.#engine.wantsTurn && !this.#hasTurn) {
      this.#hasTurn = true
      setImmediate(() => {
        this.#hasTurn = false
        this.#pump()
      })
    }
    const deadlineMs = this.#engine.deadlineMs()
    if (deadlineMs === undefined) return
    // A timer that fires too early only looks again: cheaper than making a new one for every packet.
    if (this.#timer !== undefined) {
      if (this.#timerAtMs <= deadlineMs + 1) return
      clearTimeout(this.#timer)
    }
    this.#timerAtMs = deadlineMs
    const delayMs = Math.max(1, Math.ceil(deadlineMs - performance.now()))
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#pump()
    }, delayMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
