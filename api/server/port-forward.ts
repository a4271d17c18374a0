import type { ByteStream } from './pod-streams.ts'
import { SpdyConnection, type SpdyStream, type SpdyTransport } from './spdy/connection.ts'

/** A pair of streams that belong together: the bytes, and what went wrong. */
interface Pair {
  data?: SpdyStream
  error?: SpdyStream
  timer: ReturnType<typeof setTimeout>
}

/** A client that opens one stream of a pair opens the other at once. Upstream: streamCreationTimeout. */
const pairTimeoutMs = 30_000

/**
 * Port-forward over SPDY streams: each TCP connection is a `data` and an `error` stream with the same request id.
 * Upstream: k8s.io/kubelet/pkg/cri/streaming/portforward.
 */
export class PortForward {
  readonly connection: SpdyConnection
  #connect: (port: number) => Promise<ByteStream>
  #pairs = new Map<string, Pair>()

  constructor(transport: SpdyTransport, connect: (port: number) => Promise<ByteStream>) {
    this.#connect = connect
    this.connection = new SpdyConnection(transport, (stream) => this.#accept(stream))
  }

  close(): void {
    for (const pair of this.#pairs.values()) clearTimeout(pair.timer)
    this.#pairs.clear()
    this.connection.close()
  }

  #accept(stream: SpdyStream): void {
    const type = stream.headers.get('streamtype')
    const port = Number(stream.headers.get('port'))
    const isKnown = type === 'data' || type === 'error'
    if (!isKnown || !Number.isInteger(port) || port < 1 || port > 65_535) {
      stream.reset()
      return
    }
    const id = stream.headers.get('requestid') ?? `${port}`
    let pair = this.#pairs.get(id)
    if (!pair) {
      pair = { timer: setTimeout(() => this.#drop(id), pairTimeoutMs) }
      this.#pairs.set(id, pair)
    }
    pair[type] = stream
    if (!pair.data || !pair.error) return
    clearTimeout(pair.timer)
    this.#pairs.delete(id)
    void this.#forward(port, pair.data, pair.error)
  }

  #drop(id: string): void {
    const pair = this.#pairs.get(id)
    this.#pairs.delete(id)
    pair?.data?.reset()
    pair?.error?.reset()
  }

  async #forward(port: number, data: SpdyStream, error: SpdyStream): Promise<void> {
    try {
      const target = await this.#connect(port)
      await Promise.all([copyOut(target.readable, data), copyIn(data.readable, target.writable)])
    } catch (reason) {
      const text = reason instanceof Error ? reason.message : String(reason)
      await error.write(Buffer.from(`an error occurred forwarding to port ${port}: ${text}`))
    }
    data.end()
    error.end()
  }
}

async function copyOut(source: ReadableStream<Uint8Array>, stream: SpdyStream): Promise<void> {
  const reader = source.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    await stream.write(value)
  }
  stream.end()
}

async function copyIn(source: ReadableStream<Uint8Array>, target: WritableStream<Uint8Array>): Promise<void> {
  const reader = source.getReader()
  const writer = target.getWriter()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    await writer.write(value)
  }
  // The other side may have closed already: then there is nothing left to end.
  await writer.close().catch(() => {})
}
