import NoiseSecretStream, { type NoiseKeyPair } from '@hyperswarm/secret-stream'
import { within } from '../clock/deadline.ts'
import { WebSocketStream } from './websocket-stream.ts'

/** More than this in the client's socket and writing waits; less than the low mark and it goes on. */
const highWaterBytes = 1024 * 1024
const lowWaterBytes = 256 * 1024
const drainPollMs = 2

/** A WebSocket was opened and closed again by the other end, which is not the one asked for. */
export class HandshakeClosed extends Error {
  override readonly name = 'HandshakeClosed'
}

/**
 * Opens a link to a peer that listens: `ws://` or `wss://` URL (its TLS is not what protects: the Noise handshake inside
 * proves the peer's key). Resolves after the handshake; rejects when the peer is not the one asked for (HandshakeClosed),
 * late, or `signal` aborts.
 */
export async function dialWebSocket(
  url: string,
  keyPair: NoiseKeyPair,
  remotePublicKey: Buffer,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<NoiseSecretStream> {
  const raw = connect(url)
  const noise = new NoiseSecretStream(true, raw, { pattern: 'IK', keyPair, remotePublicKey })
  let failure: Error | undefined
  const onError = (error: Error) => {
    failure = error
  }
  noise.on('error', onError)
  const abort = () => noise.destroy(new Error(`dialling ${url} was given up`))
  signal?.addEventListener('abort', abort)
  try {
    const opened = await within(timeoutMs, noise.opened, () => new Error(`${url} did not answer in ${timeoutMs} ms`))
    if (opened) return noise
    signal?.throwIfAborted()
    if (raw.isOpen) throw new HandshakeClosed(`${url} closed the connection during the handshake`)
    throw failure ?? new Error(`${url} cannot be reached`)
  } catch (error) {
    noise.destroy()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
    // A listener has to stay until the caller has its own, which it adds in the same turn.
    queueMicrotask(() => noise.off('error', onError))
  }
}

function connect(url: string): OpeningStream {
  const socket = new WebSocket(url, { tls: { rejectUnauthorized: false } } as object as string[])
  socket.binaryType = 'nodebuffer'
  let poll: ReturnType<typeof setInterval> | undefined
  const opened = Promise.withResolvers<void>()
  const stream = new OpeningStream(opened.promise, {
    send(message) {
      socket.send(message)
      if (socket.bufferedAmount < highWaterBytes) return true
      // Bun's client WebSocket has no drain event.
      poll ??= setInterval(() => {
        if (socket.bufferedAmount > lowWaterBytes) return
        clearInterval(poll)
        poll = undefined
        stream.drained()
      }, drainPollMs)
      return false
    },
    close() {
      clearInterval(poll)
      socket.close(1000)
    },
  })
  socket.onopen = () => {
    stream.isOpen = true
    opened.resolve()
  }
  socket.onmessage = ({ data }) => stream.received(data as Buffer)
  socket.onclose = ({ code, reason }) => {
    if (stream.isOpen) stream.closed(code, reason)
    else opened.reject(new Error(`${url} cannot be reached (${reason === '' ? `WebSocket code ${code}` : reason})`))
  }
  opened.promise.catch(() => {})
  return stream
}

/** Writes wait until the WebSocket is open. */
class OpeningStream extends WebSocketStream {
  /** The other end speaks WebSocket at least. */
  isOpen = false
  readonly #opened: Promise<void>

  constructor(opened: Promise<void>, socket: ConstructorParameters<typeof WebSocketStream>[0]) {
    super(socket)
    this.#opened = opened
  }

  override _open(callback: (error: Error | null) => void): void {
    this.#opened.then(() => callback(null), callback)
  }
}
