import type { PartName, StatusBoard } from './status.ts'

interface Stoppable {
  stop(): Promise<void>
}

/** The parts of a node in the order of their start: each says how it went, and they end in reverse order. */
export class Parts {
  readonly #board: StatusBoard
  #isStopped = false
  readonly #running: { name?: PartName; part: Stoppable }[] = []

  constructor(board: StatusBoard) {
    this.#board = board
  }

  /** Shows all that will be started, so that "ready" waits for the last one. */
  announce(names: PartName[]): void {
    for (const name of names) this.#board.set(name, 'starting')
  }

  /** Something that has no state of its own to show. */
  add(part: Stoppable): void {
    this.#running.push({ part })
  }

  async start<T extends Stoppable>(name: PartName, start: () => Promise<T>): Promise<T> {
    const part = await this.attempt(name, start)
    if (this.#isStopped) {
      await part.stop()
      throw new Error('the node stops')
    }
    this.#running.push({ name, part })
    this.#board.set(name, 'ready')
    return part
  }

  /** Work before a part can start; a failure is the part's. */
  async attempt<T>(name: PartName, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.#board.set(name, 'failed', (error as Error).message)
      throw error
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { name, part } of this.#running.splice(0).reverse()) {
      await part.stop()
      if (name !== undefined) this.#board.set(name, 'stopped')
    }
  }
}
