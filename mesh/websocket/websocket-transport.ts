import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { NoiseKeyPair } from '@hyperswarm/secret-stream'
import { closeUnheard, type Dial, firstToOpen } from '../link/first-to-open.ts'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Connection, LinkTransport, LinkTransportOwner } from '../link/transport.ts'
import type { Logger } from '../logger/logger.ts'
import { dialWebSocket } from './dial.ts'
import { type Door, WebSocketListener } from './listener.ts'

const dialTimeoutMs = 10_000
/** URLs of one peer that are tried at once; more are not tried. */
const maxUrls = 8

export interface WebSocketTransportOptions {
  /** The node's. */
  keyPair: NoiseKeyPair
  /** Where peers may dial to; undefined for a node that only dials. Port 0 takes any free one. */
  listen?: { host: string; port: number; tls?: { certificatePem: string; keyPem: string } }
  /** For those who are no peers yet; needs `listen`. */
  guests?: Door
  log: Logger
}

/** Links over WebSockets: for networks that block UDP. */
export class WebSocketTransport implements LinkTransport {
  readonly name = 'websocket'
  readonly #options: WebSocketTransportOptions
  readonly #open = new Set<NoiseSecretStream>()
  #listener: WebSocketListener | undefined
  #isClosed = false

  constructor(options: WebSocketTransportOptions) {
    this.#options = options
  }

  /** The port listened on; undefined when there is none, or before `start`. */
  get port(): number | undefined {
    return this.#listener?.port
  }

  async start(owner: LinkTransportOwner): Promise<void> {
    const { listen, guests, keyPair, log } = this.#options
    if (listen === undefined) return
    try {
      this.#listener = new WebSocketListener({
        ...listen,
        guests,
        keyPair,
        log,
        isAllowed: (key) => owner.isAllowed(key.toString('hex')),
        accept: (stream, from) => owner.accept(this.#connection(stream, from)),
      })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const why = code === 'EADDRINUSE' ? 'it is in use' : message
      throw new Error(`cannot listen for WebSocket links on ${listen.host} port ${listen.port}: ${why}`)
    }
  }

  setPeers(): void {}

  dial(peer: PeerKey, { webSocket }: PeerAddresses, signal: AbortSignal): Promise<Connection> | undefined {
    if (webSocket.length === 0 || this.#isClosed) return undefined
    const key = Buffer.from(peer, 'hex')
    return firstToOpen({
      dials: webSocket.slice(0, maxUrls).map(
        (url): Dial<Connection> =>
          (given) =>
            this.#dial(url, key, given),
      ),
      streamOf: ({ stream }) => stream,
      none: 'no URL is known',
      signal,
    })
  }

  networkChanged(): void {}

  async close(): Promise<void> {
    this.#isClosed = true
    for (const stream of this.#open) stream.destroy()
    await this.#listener?.close()
  }

  async #dial(url: string, peer: Buffer, signal: AbortSignal): Promise<Connection> {
    const stream = await dialWebSocket(url, this.#options.keyPair, peer, dialTimeoutMs, signal)
    if (!this.#isClosed) return this.#connection(stream, url)
    closeUnheard(stream)
    throw new Error('the transport is closed')
  }

  #connection(stream: NoiseSecretStream, via: string): Connection {
    this.#open.add(stream)
    stream.once('close', () => this.#open.delete(stream))
    // Until the links have listeners of their own.
    stream.on('error', () => {})
    const { isInitiator, remotePublicKey } = stream
    return { stream, peer: remotePublicKey.toString('hex'), way: 'websocket', via, isInitiator }
  }
}
