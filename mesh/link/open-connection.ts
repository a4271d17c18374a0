import { type Acknowledgement, encodeFrame, type Frame } from './frame.ts'
import type { Waiting } from './session.ts'
import type { Connection } from './transport.ts'

/** How long an orderly end may take before the connection is cut. */
const endTimeoutMs = 1000

/** What streamx keeps to itself, and what our UDXStream tells. */
interface Buffered {
  _writableState: { buffered: number }
  /** Bytes written that have not left this host. */
  unsentBytes?: number
  minRttMs?: number
}

export interface ConnectionHandlers {
  received(bytes: Buffer): void
  /** There is room again. */
  drained(): void
  /** Called once, unless ended here. */
  lost(reason: string): void
}

/** A connection in use: frames out, messages in, and how much waits in it. */
export class OpenConnection {
  readonly connection: Connection
  /** After `end`: resolves when nothing more goes out. */
  closed: Promise<void> = Promise.resolve()
  readonly #handlers: ConnectionHandlers
  #isOver = false

  constructor(connection: Connection, handlers: ConnectionHandlers) {
    this.connection = connection
    this.#handlers = handlers
    const { stream } = connection
    stream.on('data', (bytes) => {
      if (!this.#isOver) handlers.received(bytes as Buffer)
    })
    stream.on('drain', () => this.#drained())
    // Of a UDXStream.
    stream.rawStream.on('sent' as 'drain', () => this.#drained())
    stream.on('error', (error) => this.#lost(error.message))
    stream.on('end', () => this.#lost('the peer closed the connection'))
    stream.on('close', () => this.#lost('the connection was closed'))
  }

  get waiting(): Waiting {
    const { stream } = this.connection
    const raw = stream.rawStream as unknown as Buffered
    const { buffered } = (stream as unknown as Buffered)._writableState
    if (raw.unsentBytes !== undefined) {
      return { bytes: buffered + raw.unsentBytes, isAll: true, roundTripMs: raw.minRttMs }
    }
    return { bytes: buffered + raw._writableState.buffered, isAll: false }
  }

  /** Bytes, before encryption. */
  write(frame: Frame, acknowledgement: Acknowledgement): number {
    if (this.#isOver) return 0
    const { stream } = this.connection
    const bytes = encodeFrame(frame, acknowledgement, (size) => stream.alloc(size))
    stream.write(bytes)
    return bytes.length
  }

  /** Lets what was written go out, then closes; nothing is handed on any more. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    const { stream } = this.connection
    stream.end(null)
    const timer = setTimeout(() => stream.destroy(), endTimeoutMs)
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #drained(): void {
    if (!this.#isOver) this.#handlers.drained()
  }

  #lost(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.connection.stream.destroy()
    this.#handlers.lost(reason)
  }
}
