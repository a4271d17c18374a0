/** The runtime's streaming server as WebSocket (v4.channel.k8s.io): the first byte of each message names a channel. */

const maxWaitingBytes = 16 << 20

export interface ChannelHandlers {
  message(channel: number, data: Uint8Array): void
  closed(error: Error | undefined): void
}

export class ChannelSocket {
  readonly #socket: WebSocket
  readonly opened: Promise<void>

  constructor(url: string, handlers: ChannelHandlers) {
    this.#socket = new WebSocket(url.replace(/^http/, 'ws'), ['v4.channel.k8s.io'])
    this.#socket.binaryType = 'arraybuffer'
    const opened = Promise.withResolvers<void>()
    this.opened = opened.promise
    this.opened.catch(() => {})
    let failure: Error | undefined
    this.#socket.onopen = () => opened.resolve()
    this.#socket.onmessage = ({ data }) => {
      const bytes = typeof data === 'string' ? Buffer.from(data) : new Uint8Array(data as ArrayBuffer)
      if (bytes.length > 0) handlers.message(bytes[0]!, bytes.subarray(1))
    }
    this.#socket.onerror = () => {
      failure = new Error('the container runtime refused or broke the stream')
    }
    this.#socket.onclose = () => {
      opened.reject(failure ?? new Error('the container runtime closed the stream'))
      handlers.closed(failure)
    }
  }

  send(channel: number, data: Uint8Array): void {
    if (this.#socket.bufferedAmount > maxWaitingBytes) {
      this.close()
      throw new Error('the container runtime does not take data fast enough')
    }
    const message = new Uint8Array(data.length + 1)
    message[0] = channel
    message.set(data, 1)
    this.#socket.send(message)
  }

  get waitingBytes(): number {
    return this.#socket.bufferedAmount
  }

  close(): void {
    this.#socket.close()
  }
}

/** A readable end fed by messages; what is not consumed is bounded, since a WebSocket cannot be held back. */
export class MessageQueue {
  readonly readable: ReadableStream<Uint8Array>
  #controller!: ReadableStreamDefaultController<Uint8Array>
  #open = true

  constructor(cancelled: () => void) {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        cancel: () => {
          this.#open = false
          cancelled()
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxWaitingBytes }),
    )
  }

  /** False when the consumer is too slow: the stream has been broken off. */
  push(data: Uint8Array): boolean {
    if (!this.#open) return true
    if ((this.#controller.desiredSize ?? 0) <= 0) {
      this.#open = false
      this.#controller.error(new Error('the stream was not read fast enough'))
      return false
    }
    this.#controller.enqueue(data)
    return true
  }

  fail(error: Error): void {
    if (this.#open) this.#controller.error(error)
    this.#open = false
  }

  end(): void {
    if (this.#open) this.#controller.close()
    this.#open = false
  }
}
