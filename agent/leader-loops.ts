import type { Logger } from '../mesh/logger/logger.ts'
import type { Leadership } from '../mesh/raft/effects.ts'

/** The loops that only the leader runs, in one of its terms. */
export interface TermLoops {
  /** Resolves when every loop works. */
  ready(): Promise<void>
  /** Resolves when none of them writes any more. */
  stop(): Promise<void>
}

/** Starts the leader's loops when this node is elected, with its term, and ends them when it no longer leads. */
export class LeaderLoops {
  readonly #start: (term: number) => TermLoops
  readonly #log: Logger
  #running: { term: number; loops: TermLoops } | undefined
  /** Changes one after the other: the loops of a term have ended before those of the next begin. */
  #turn: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(start: (term: number) => TermLoops, log: Logger) {
    this.#start = start
    this.#log = log
  }

  /** Resolves when the loops are as the leadership asks for. */
  follow(leadership: Leadership): Promise<void> {
    this.#turn = this.#turn.then(() => this.#change(leadership))
    return this.#turn
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#turn
    await this.#end()
  }

  async #change({ role, term }: Leadership): Promise<void> {
    const leads = role === 'leader' && !this.#isStopped
    if (leads && this.#running?.term === term) return
    await this.#end()
    if (!leads) return
    const loops = this.#start(term)
    this.#running = { term, loops }
    await loops.ready().catch((error: Error) => {
      this.#log.error('the loops of the leader did not start', { term, error: error.message })
    })
  }

  async #end(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await running?.loops.stop()
  }
}
