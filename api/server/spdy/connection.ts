import { controlFrame, controlType, dataFrame, type Frame, FrameReader, flagFin, withStreamId } from './frame.ts'
import { HeaderCodec } from './header-codec.ts'

/** One stream that the client opened. */
export interface SpdyStream {
  readonly id: number
  readonly headers: Map<string, string>
  /** What the client sends; ends when it half-closes or the connection ends. */
  readonly readable: ReadableStream<Uint8Array>
  /** Resolves when the transport takes more. */
  write(bytes: Uint8Array): Promise<void>
  /** Half-closes our side. */
  end(): void
  /** Ends both sides at once. */
  reset(): void
}

/** What frames travel on. */
export interface SpdyTransport {
  /** Resolves when more may be written. */
  send(bytes: Buffer): Promise<void>
  close(): void
}

const maxStreams = 512
/** Of one stream, not yet read here. Beyond it the stream is reset: SPDY's windows are not used by Kubernetes. */
const maxUnreadBytes = 16 * 1024 * 1024
const chunkBytes = 32 * 1024

interface OpenStream extends SpdyStream {
  push(bytes: Uint8Array, isLast: boolean): void
}

/** The server's end of a SPDY/3.1 connection, as far as Kubernetes' clients use one. */
export class SpdyConnection {
  #transport: SpdyTransport
  #onStream: (stream: SpdyStream) => void
  #codec = new HeaderCodec()
  #reader = new FrameReader()
  #streams = new Map<number, OpenStream>()
  #work: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(transport: SpdyTransport, onStream: (stream: SpdyStream) => void) {
    this.#transport = transport
    this.#onStream = onStream
  }

  /** Bytes from the client. What is not SPDY ends the connection. */
  receive(chunk: Uint8Array): void {
    let frames: Frame[]
    try {
      frames = this.#reader.push(chunk)
    } catch {
      this.close()
      return
    }
    // One after the other: header blocks are one zlib stream.
    for (const frame of frames) this.#work = this.#work.then(() => this.#handle(frame)).catch(() => this.close())
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const stream of this.#streams.values()) stream.push(Buffer.alloc(0), true)
    this.#streams.clear()
    this.#codec.close()
    this.#transport.close()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  async #handle(frame: Frame): Promise<void> {
    if (this.#isClosed) return
    if (!frame.isControl) {
      this.#streams.get(frame.streamId)?.push(frame.payload, (frame.flags & flagFin) !== 0)
      return
    }
    const { type, payload, flags } = frame
    if (type === controlType.synStream) await this.#accept(payload, (flags & flagFin) !== 0)
    else if (type === controlType.ping) await this.#transport.send(controlFrame(controlType.ping, 0, payload))
    else if (type === controlType.rstStream) this.#forget(payload.readUInt32BE(0))
    else if (type === controlType.goAway && this.#streams.size === 0) this.close()
    else if (type === controlType.headers) await this.#codec.decode(payload.subarray(4))
  }

  async #accept(payload: Buffer, isFinished: boolean): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff
    const headers = await this.#codec.decode(payload.subarray(10))
    if (this.#streams.size >= maxStreams) {
      const refused = Buffer.from([0, 0, 0, 3])
      await this.#transport.send(controlFrame(controlType.rstStream, 0, withStreamId(id, refused)))
      return
    }
    const stream = this.#open(id, headers)
    this.#streams.set(id, stream)
    const reply = withStreamId(id, await this.#codec.encode(new Map()))
    await this.#transport.send(controlFrame(controlType.synReply, 0, reply))
    if (isFinished) stream.push(Buffer.alloc(0), true)
    this.#onStream(stream)
  }

  #forget(id: number): void {
    this.#streams.get(id)?.push(Buffer.alloc(0), true)
    this.#streams.delete(id)
  }

  #open(id: number, headers: Map<string, string>): OpenStream {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    let isReadDone = false
    let isWriteDone = false
    const readable = new ReadableStream<Uint8Array>(
      {
        start(own) {
          controller = own
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxUnreadBytes }),
    )
    const finish = () => {
      if (isReadDone && isWriteDone) this.#streams.delete(id)
    }
    const reset = () => {
      if (!isWriteDone && !this.#isClosed) {
        const cancelled = Buffer.from([0, 0, 0, 5])
        void this.#transport.send(controlFrame(controlType.rstStream, 0, withStreamId(id, cancelled)))
      }
      isWriteDone = true
      this.#forget(id)
    }
    return {
      ...{ id, headers, readable, reset },
      push(bytes, isLast) {
        if (isReadDone) return
        if (bytes.length > 0) controller?.enqueue(Uint8Array.from(bytes))
        if (isLast) {
          isReadDone = true
          controller?.close()
          finish()
        } else if ((controller?.desiredSize ?? 1) <= 0) reset()
      },
      write: async (bytes) => {
        for (let at = 0; at < bytes.length; at += chunkBytes) {
          if (isWriteDone || this.#isClosed) return
          await this.#transport.send(dataFrame(id, 0, bytes.subarray(at, at + chunkBytes)))
        }
      },
      end: () => {
        if (isWriteDone || this.#isClosed) return
        isWriteDone = true
        void this.#transport.send(dataFrame(id, flagFin, Buffer.alloc(0)))
        finish()
      },
    }
  }
}
