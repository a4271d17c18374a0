import type { ReadableStreamDefaultReader } from 'node:stream/web'
import type { ServerWebSocket } from 'bun'
import type { StreamSession, StreamSocket } from './web-socket.ts'

const maxBufferedBytes = 1024 * 1024
const newline = 0x0a

/**
 * A watch over a WebSocket: each event is a text message of its own, as browsers read it. Reads no further while the
 * client is behind. Upstream: k8s.io/apiserver/pkg/endpoints/handlers/watch.go (HandleWS).
 */
export class WatchSession implements StreamSession {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #drained: (() => void) | undefined
  #isClosed = false

  /** `body`: events, each a line of JSON. */
  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader()
  }

  open(socket: ServerWebSocket<StreamSocket>): void {
    this.#send(socket).then(
      () => socket.close(1000, ''),
      () => socket.close(1011, 'the watch failed'),
    )
  }

  async #send(socket: ServerWebSocket<StreamSocket>): Promise<void> {
    let rest = Buffer.alloc(0)
    for (;;) {
      const { done, value } = await this.#reader.read()
      if (done || this.#isClosed) return
      rest = rest.length === 0 ? Buffer.from(value) : Buffer.concat([rest, value])
      let start = 0
      for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline, start)) {
        if (end > start) socket.sendText(rest.toString('utf8', start, end))
        start = end + 1
      }
      rest = rest.subarray(start)
      if (socket.getBufferedAmount() <= maxBufferedBytes) continue
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    }
  }

  /** What the client says means nothing here, as upstream. */
  message(): void {}

  drain(): void {
    this.#drained?.()
    this.#drained = undefined
  }

  close(): void {
    this.#isClosed = true
    this.drain()
    this.#reader.cancel().catch(() => {})
  }
}
