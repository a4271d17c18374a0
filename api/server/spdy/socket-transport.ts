import type { SpdyTransport } from './connection.ts'

const maxHeldBytes = 1024 * 1024

/** Frames over a socket: what it does not take at once is held, and `send` waits while that is much. */
export class SocketTransport implements SpdyTransport {
  #socket: { write(bytes: Buffer): number; end(): void }
  #held: Buffer[] = []
  #heldBytes = 0
  #waiting: (() => void)[] = []
  #isClosing = false

  constructor(socket: { write(bytes: Buffer): number; end(): void }) {
    this.#socket = socket
  }

  async send(bytes: Buffer): Promise<void> {
    if (this.#isClosing) return
    const taken = this.#held.length > 0 ? 0 : Math.max(0, this.#socket.write(bytes))
    if (taken === bytes.length) return
    this.#held.push(bytes.subarray(taken))
    this.#heldBytes += bytes.length - taken
    if (this.#heldBytes > maxHeldBytes) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** The socket takes bytes again. */
  drain(): void {
    while (this.#held.length > 0) {
      const chunk = this.#held[0]!
      const taken = Math.max(0, this.#socket.write(chunk))
      this.#heldBytes -= taken
      if (taken < chunk.length) {
        this.#held[0] = chunk.subarray(taken)
        break
      }
      this.#held.shift()
    }
    if (this.#heldBytes <= maxHeldBytes) for (const resolve of this.#waiting.splice(0)) resolve()
    if (this.#isClosing && this.#held.length === 0) this.#socket.end()
  }

  /** Ends the socket after what is held. */
  close(): void {
    this.#isClosing = true
    for (const resolve of this.#waiting.splice(0)) resolve()
    if (this.#held.length === 0) this.#socket.end()
  }
}
