import { Duplex } from 'streamx'

type Callback = (error: Error | null) => void

const maxJoinedBytes = 64 * 1024

/** What a WebSocketStream needs of either end's WebSocket. */
export interface MessageSocket {
  /** False when the socket is full: `WebSocketStream.drained` is called when there is room again. Throws when closed. */
  send(message: Uint8Array): boolean
  close(): void
}

/**
 * A WebSocket as a streamx Duplex of buffers: what NoiseSecretStream wants below it. An empty message is the half-close.
 * Reading cannot be paused on Bun's WebSockets: the layer above bounds what a peer may have under way.
 */
export class WebSocketStream extends Duplex {
  readonly #socket: MessageSocket
  #writing: Callback | undefined

  constructor(socket: MessageSocket) {
    super({ eagerOpen: true })
    this.#socket = socket
  }

  /** A message has come. */
  received(message: Buffer): void {
    if (this.destroying) return
    this.push(message.byteLength === 0 ? null : message)
  }

  /** The socket took all that was sent. */
  drained(): void {
    this.#settle(null)
  }

  /** The socket has closed, orderly (code 1000) or not. */
  closed(code: number, reason = ''): void {
    if (this.destroying) return
    if (code !== 1000) {
      this.destroy(new Error(`the WebSocket closed with ${code}${reason === '' ? '' : ` (${reason})`}`))
      return
    }
    this.push(null)
    this.destroy()
  }

  /** What was written in one turn goes together: each message of a WebSocket is a call of the system and a turn of the peer. */
  override _writev(batch: unknown[], callback: Callback): void {
    try {
      let hasRoom = true
      for (const message of joined(batch as Buffer[])) hasRoom = this.#socket.send(message) && hasRoom
      if (hasRoom) callback(null)
      else this.#writing = callback
    } catch (error) {
      callback(error as Error)
    }
  }

  override _final(callback: Callback): void {
    try {
      this.#socket.send(new Uint8Array(0))
    } catch {
      // Closed already: the other side knows.
    }
    callback(null)
  }

  override _predestroy(): void {
    this.#settle(new Error('the WebSocket stream was destroyed'))
  }

  override _destroy(callback: Callback): void {
    this.#socket.close()
    callback(null)
  }

  #settle(error: Error | null): void {
    const callback = this.#writing
    this.#writing = undefined
    callback?.(error)
  }
}

/** In order, in messages of about 64 KiB at most, where none was longer. */
function* joined(batch: readonly Buffer[]): Generator<Buffer> {
  let parts: Buffer[] = []
  let sizeBytes = 0
  for (const part of batch) {
    if (parts.length > 0 && sizeBytes + part.byteLength > maxJoinedBytes) {
      yield parts.length === 1 ? parts[0]! : Buffer.concat(parts)
      parts = []
      sizeBytes = 0
    }
    parts.push(part)
    sizeBytes += part.byteLength
  }
  if (parts.length > 0) yield parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}
