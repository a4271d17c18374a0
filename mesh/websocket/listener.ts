import NoiseSecretStream, { type NoiseKeyPair } from '@hyperswarm/secret-stream'
import type { Server, ServerWebSocket } from 'bun'
import type { Logger } from '../logger/logger.ts'
import { WebSocketStream } from './websocket-stream.ts'

/** Who answers at one path. */
export interface Door {
  keyPair: NoiseKeyPair
  /** Asked after the handshake has proved the key and before any byte of the peer is handed on. */
  isAllowed(publicKey: Buffer): boolean
  /** `from` is the address that it came from. */
  accept(connection: NoiseSecretStream, from: string): void
}

export interface ListenerOptions extends Door {
  host: string
  /** 0 for any free one. */
  port: number
  tls?: { certificatePem: string; keyPem: string }
  /** For those who are no peers yet, at `guestPath`. */
  guests?: Door
  log: Logger
  /** How long a handshake may take. Default 5 s. */
  handshakeTimeoutMs?: number
  /** Connections whose handshake is not done; more are refused. Default 128, and 32 from one address. */
  maxHandshakes?: number
  maxHandshakesPerAddress?: number
}

/** Largest message: a secret-stream message (2^24 - 1 bytes) with its length and tag. */
const maxMessageBytes = 2 ** 24 + 64
const peerPath = '/skein'
export const guestPath = '/skein/join'

/** A Noise IK handshake needs 200 bytes of the dialler; more is somebody else. */
const maxHandshakeBytes = 4096

interface SocketData {
  /** The address it came from. */
  from: string
  door: Door
  stream?: WebSocketStream
  /** What came before the handshake was done. */
  handshakeBytes: number
}

/** Takes WebSocket links of peers that can only dial out. */
export class WebSocketListener {
  readonly #options: ListenerOptions
  readonly #server: Server<SocketData>
  /** Whose handshake is not done, and how many of them an address has. */
  readonly #handshakes = new Set<WebSocketStream>()
  readonly #perAddress = new Map<string, number>()

  constructor(options: ListenerOptions) {
    this.#options = options
    this.#server = Bun.serve<SocketData>({
      hostname: options.host,
      port: options.port,
      tls: options.tls && { cert: options.tls.certificatePem, key: options.tls.keyPem },
      fetch: (request, server) => this.#upgrade(request, server),
      websocket: {
        data: { door: options, from: '', handshakeBytes: 0 },
        maxPayloadLength: maxMessageBytes,
        backpressureLimit: 2 * maxMessageBytes,
        idleTimeout: 120,
        open: (socket) => this.#open(socket),
        message: (socket, message) => this.#received(socket.data, message as Buffer),
        drain: (socket) => socket.data.stream?.drained(),
        close: (socket, code, reason) => socket.data.stream?.closed(code, reason),
      },
    })
  }

  get port(): number {
    return this.#server.port!
  }

  async close(): Promise<void> {
    await this.#server.stop(true)
  }

  #upgrade(request: Request, server: Server<SocketData>): Response | undefined {
    const { pathname } = new URL(request.url)
    const door = { [peerPath]: this.#options, [guestPath]: this.#options.guests }[pathname]
    if (door === undefined) return new Response('not found\n', { status: 404 })
    const from = server.requestIP(request)?.address ?? ''
    const { maxHandshakes = 128, maxHandshakesPerAddress = 32 } = this.#options
    if (this.#handshakes.size >= maxHandshakes || (this.#perAddress.get(from) ?? 0) >= maxHandshakesPerAddress) {
      return new Response('too many connections are being opened\n', { status: 503 })
    }
    if (server.upgrade(request, { data: { door, from, handshakeBytes: 0 } })) return undefined
    return new Response('a WebSocket is expected here\n', { status: 426 })
  }

  #open(socket: ServerWebSocket<SocketData>): void {
    const stream = new WebSocketStream({
      send(message) {
        const sent = socket.send(message)
        if (sent === 0) throw new Error('the WebSocket is closed')
        return sent > 0 || message.byteLength === 0
      },
      close: () => socket.close(1000),
    })
    socket.data.stream = stream
    const { door, from } = socket.data
    this.#handshakes.add(stream)
    this.#perAddress.set(from, (this.#perAddress.get(from) ?? 0) + 1)
    const noise = new NoiseSecretStream(false, stream, { pattern: 'IK', keyPair: door.keyPair })
    const timer = setTimeout(() => noise.destroy(), this.#options.handshakeTimeoutMs ?? 5000)
    // Whoever knocks with garbage is nobody's error; a link's own listener comes with accept().
    noise.on('error', () => {})
    noise.opened.then((opened) => {
      clearTimeout(timer)
      this.#handshakes.delete(stream)
      this.#leave(from)
      if (opened) this.#admit(noise, door, from)
    })
  }

  #leave(from: string): void {
    const count = this.#perAddress.get(from)!
    if (count === 1) this.#perAddress.delete(from)
    else this.#perAddress.set(from, count - 1)
  }

  #received(data: SocketData, message: Buffer): void {
    const { stream } = data
    if (stream === undefined) return
    if (this.#handshakes.has(stream)) {
      data.handshakeBytes += message.byteLength
      if (data.handshakeBytes > maxHandshakeBytes) {
        stream.destroy()
        return
      }
    }
    stream.received(message)
  }

  #admit(noise: NoiseSecretStream, door: Door, from: string): void {
    if (door.isAllowed(noise.remotePublicKey)) {
      door.accept(noise, from)
      return
    }
    this.#options.log.debug('a WebSocket with an unknown key was refused', {
      peer: noise.remotePublicKey.toString('hex'),
      from,
    })
    noise.destroy()
  }
}
