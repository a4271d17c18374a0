import type { Socket } from 'bun'

/** Something bytes can be held back from. */
export interface Pausable {
  pause(): void
  resume(): void
}

/**
 * Bytes on their way into a socket: written at once when it takes them; what it does not take waits here while the
 * source is paused, so that at most one read's worth is held.
 */
export class BytePipe {
  #queue: Buffer[] = []
  #ending = false
  #isPaused = false

  constructor(
    readonly target: Pick<Socket<unknown>, 'write' | 'end'>,
    readonly source: Pausable,
  ) {}

  get heldBytes(): number {
    return this.#queue.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  write(chunk: Buffer): void {
    if (this.#queue.length === 0) {
      const taken = Math.max(0, this.target.write(chunk))
      if (taken === chunk.length) return
      // The buffer belongs to the runtime once this call returns.
      this.#queue.push(Buffer.from(chunk.subarray(taken)))
    } else this.#queue.push(Buffer.from(chunk))
    if (!this.#isPaused) {
      this.#isPaused = true
      this.source.pause()
    }
  }

  /** The target takes bytes again. */
  drain(): void {
    while (this.#queue.length > 0) {
      const chunk = this.#queue[0]!
      const taken = Math.max(0, this.target.write(chunk))
      if (taken < chunk.length) {
        this.#queue[0] = chunk.subarray(taken)
        return
      }
      this.#queue.shift()
    }
    if (this.#ending) this.target.end()
    else if (this.#isPaused) {
      this.#isPaused = false
      this.source.resume()
    }
  }

  /** Ends the target after what is still held. */
  end(): void {
    this.#ending = true
    if (this.#queue.length === 0) this.target.end()
  }
}
