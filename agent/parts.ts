import type { PartName, StatusBoard } from './status.ts'

interface Stoppable {
  stop(): Promise<void>
}

/** The parts of a node in the order of their start: each says how it went, and they end in reverse order. */
export class Parts {
  readonly #board: StatusBoard
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
    try {
      const part = await start()
      this.#running.push({ name, part })
      this.#board.set(name, 'ready')
      return part
    } catch (error) {
      this.#board.set(name, 'failed', (error as Error).message)
      throw error
    }
  }

  async stop(): Promise<void> {
    for (const { name, part } of this.#running.splice(0).reverse()) {
      await part.stop()
      if (name !== undefined) this.#board.set(name, 'stopped')
    }
  }
}
