import NoiseSecretStream, { type NoiseKeyPair } from '@hyperswarm/secret-stream'
import NoiseWrap from 'hyperdht/lib/noise-wrap.js'
import { type Dial, firstToOpen } from '../link/first-to-open.ts'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Connection, LinkTransport, LinkTransportOwner } from '../link/transport.ts'
import type { Logger } from '../logger/logger.ts'
import type { UDXSocket } from '../udx/socket.ts'
import type { UDXStream } from '../udx/stream.ts'
import { UDX } from '../udx/udx.ts'
import { type Endpoint, resolveSix, textOf } from './endpoint.ts'
import { HandshakeGate } from './handshake-gate.ts'
import {
  decodeSixDatagram,
  encodeSixDatagram,
  hearStreamId,
  newToken,
  type SixDatagram,
  sayStreamId,
} from './six-datagram.ts'

const askEveryMs = 250
const dialTimeoutMs = 10_000
const maxAddresses = 8
/** An answer is given again for so long: it may have been lost. */
const answerKeptMs = 10_000

export interface SixOptions {
  keyPair: NoiseKeyPair
  /** IPv6 address to bind to; default all. */
  host?: string
  /** Default any free one. */
  port?: number
  log: Logger
}

/**
 * Links over UDP between IPv6 addresses that are known: no NAT stands there, and the DHT cannot speak of them. One datagram
 * each way is HyperDHT's Noise handshake, then a UDX stream. Both ends dial from the port that they listen on, so that
 * firewalls which let answers in let both in.
 */
export class SixTransport implements LinkTransport {
  readonly name = 'UDP over IPv6'
  readonly #options: SixOptions
  readonly #udx = new UDX()
  readonly #gate = new HandshakeGate()
  readonly #streams = new Set<NoiseSecretStream>()
  /** What was answered, by the question. */
  readonly #answers = new Map<string, Buffer>()
  /** Who waits for an answer, by token. */
  readonly #asking = new Map<string, (answer: SixDatagram) => void>()
  #socket: UDXSocket | undefined
  #owner: LinkTransportOwner | undefined
  #nextStreamId = crypto.getRandomValues(new Uint32Array(1))[0]!

  constructor(options: SixOptions) {
    this.#options = options
  }

  /** 0 where this host has no IPv6. */
  get port(): number {
    return this.#socket?.address()?.port ?? 0
  }

  /** A host without IPv6 does without. Rejects when the port is taken. */
  async start(owner: LinkTransportOwner): Promise<void> {
    const { host = '::', port = 0, log } = this.#options
    this.#owner = owner
    const socket = this.#udx.createSocket({ ipv6Only: true })
    try {
      socket.bind(port, host)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE') throw new Error(`UDP port ${port} of ${host} is taken: choose another one`)
      log.debug('no links over IPv6', { reason: message })
      return
    }
    socket.on('message', (datagram: Buffer, from: Endpoint) => this.#received(datagram, from))
    this.#socket = socket
  }

  setPeers(): void {}

  dial(peer: PeerKey, { udp }: PeerAddresses, signal: AbortSignal): Promise<Connection> | undefined {
    const socket = this.#socket
    if (socket === undefined || !udp.some(mayBeSix)) return undefined
    const until = AbortSignal.any([signal, AbortSignal.timeout(dialTimeoutMs)])
    return firstToOpen({
      dials: this.#dials(socket, peer, udp),
      streamOf: ({ stream }) => stream,
      none: 'it has no IPv6 address',
      signal: until,
    }).catch((error: Error) => {
      throw error.name === 'TimeoutError' ? new Error('no IPv6 address of it answers') : error
    })
  }

  networkChanged(): void {}

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.destroy()
    await this.#socket?.close()
  }

  async *#dials(socket: UDXSocket, peer: PeerKey, udp: string[]): AsyncGenerator<Dial<Connection>> {
    const addresses = await resolveSix(udp.filter(mayBeSix))
    for (const address of addresses.slice(0, maxAddresses)) yield (signal) => this.#ask(socket, peer, address, signal)
  }

  async #ask(socket: UDXSocket, peer: PeerKey, to: Endpoint, signal: AbortSignal): Promise<Connection> {
    const noise = new NoiseWrap(this.#options.keyPair, Buffer.from(peer, 'hex'))
    const raw = this.#createStream()
    const token = newToken()
    const question = encodeSixDatagram({ kind: 'ask', token, noise: sayStreamId(noise, raw.id) })
    const ask = () => socket.trySend(question, to.port, to.host)
    const timer = setInterval(ask, askEveryMs)
    const name = token.toString('hex')
    try {
      ask()
      const answer = await new Promise<SixDatagram>((resolve, reject) => {
        this.#asking.set(name, resolve)
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      })
      const remoteId = hearStreamId(noise, answer.noise)
      if (remoteId === undefined) throw new Error(`${textOf(to)} answered with something else`)
      return this.#connect(raw, remoteId, to, noise, true)
    } catch (error) {
      raw.destroy()
      throw error
    } finally {
      clearInterval(timer)
      this.#asking.delete(name)
    }
  }

  #received(datagram: Buffer, from: Endpoint): void {
    const message = decodeSixDatagram(datagram)
    if (message === undefined) return
    if (message.kind === 'answer') this.#asking.get(message.token.toString('hex'))?.(message)
    else this.#asked(message, from)
  }

  /** Nothing is said to who is not known here, and nothing is kept of it. */
  #asked({ token, noise }: SixDatagram, from: Endpoint): void {
    const question = noise.toString('hex')
    const known = this.#answers.get(question)
    if (known !== undefined) {
      this.#socket!.trySend(known, from.port, from.host)
      return
    }
    if (!this.#gate.mayEnter(from.host, performance.now())) return
    const wrap = new NoiseWrap(this.#options.keyPair)
    const remoteId = hearStreamId(wrap, noise)
    if (remoteId === undefined || !this.#owner!.isAllowed(wrap.remotePublicKey!.toString('hex'))) return
    const raw = this.#createStream()
    const answer = encodeSixDatagram({ kind: 'answer', token, noise: sayStreamId(wrap, raw.id) })
    this.#answers.set(question, answer)
    setTimeout(() => this.#answers.delete(question), answerKeptMs).unref()
    this.#socket!.trySend(answer, from.port, from.host)
    this.#owner!.accept(this.#connect(raw, remoteId, from, wrap, false))
  }

  #createStream(): UDXStream {
    this.#nextStreamId = (this.#nextStreamId + 1) >>> 0
    return this.#udx.createStream(this.#nextStreamId)
  }

  #connect(raw: UDXStream, remoteId: number, to: Endpoint, noise: NoiseWrap, isInitiator: boolean): Connection {
    raw.connect(this.#socket!, remoteId, to.port, to.host)
    const stream = new NoiseSecretStream(isInitiator, raw, { handshake: noise.final() })
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    // Until the links have listeners of their own.
    stream.on('error', () => {})
    return { stream, peer: stream.remotePublicKey.toString('hex'), way: 'udp', via: textOf(to), isInitiator }
  }
}

/** A name may have any address; what is IPv4 by its looks has none. */
function mayBeSix(endpoint: string): boolean {
  return !/^[\d.]+:\d+$/.test(endpoint)
}
