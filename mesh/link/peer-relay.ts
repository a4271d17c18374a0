import NoiseSecretStream, { type NoiseKeyPair } from '@hyperswarm/secret-stream'
import { within } from '../clock/deadline.ts'
import type { Logger } from '../logger/logger.ts'
import type { CircuitStream } from './circuit-stream.ts'
import { Circuits } from './circuits.ts'
import { NotNeeded } from './dialler.ts'
import type { Links, PeerAddresses, PeerKey } from './links.ts'
import type { Connection, LinkTransport, LinkTransportOwner } from './transport.ts'

const handshakeTimeoutMs = 5000
const maxPendingHandshakes = 64
/** Other ways come first: most peers are reached by them sooner. */
const patienceMs = 1000
/** A dial asks so many relays, one after the other. */
const maxRelaysAsked = 4

export interface PeerRelayOptions {
  keyPair: NoiseKeyPair
  log: Logger
}

/**
 * A way to peers that no other way leads to (one that has only WebSockets, another that none dials): through a peer that
 * is linked with both. The relay passes ciphertext on: the Noise session is between the two ends.
 */
export class PeerRelayTransport implements LinkTransport {
  readonly name = 'peer relay'
  readonly #options: PeerRelayOptions
  readonly #open = new Set<NoiseSecretStream>()
  #owner: LinkTransportOwner | undefined
  #links: Links | undefined
  #circuits: Circuits | undefined
  #pending = 0

  constructor(options: PeerRelayOptions) {
    this.#options = options
  }

  /** Before any peer is named: the links that this is a transport of also carry it. */
  serveOn(links: Links): void {
    this.#links = links
    const circuits = new Circuits({
      self: links.self,
      near: () => this.#near(),
      incoming: (peer, via, stream) => this.#accept(peer, via, stream),
    })
    this.#circuits = circuits
    links.serve({ name: 'relay', priority: 'bulk', opened: (channel) => circuits.opened(channel) })
  }

  async start(owner: LinkTransportOwner): Promise<void> {
    this.#owner = owner
  }

  setPeers(): void {}

  dial(peer: PeerKey, _addresses: PeerAddresses, signal: AbortSignal): Promise<Connection> | undefined {
    if (this.#circuits === undefined) return undefined
    return this.#dial(peer, signal)
  }

  networkChanged(): void {}

  async close(): Promise<void> {
    for (const stream of this.#open) stream.destroy()
  }

  async #dial(peer: PeerKey, signal: AbortSignal): Promise<Connection> {
    await pause(patienceMs, signal)
    const status = this.#links!.status().find((link) => link.peer === peer)
    if (status?.state === 'connected') throw new NotNeeded('another way was found')
    let failure = new Error('no peer is linked that could relay')
    for (const relay of this.#circuits!.relays.slice(0, maxRelaysAsked)) {
      if (relay === peer) continue
      try {
        return await this.#dialThrough(relay, peer, signal)
      } catch (error) {
        failure = new Error(`through ${relay.slice(0, 8)}: ${(error as Error).message}`)
        signal.throwIfAborted()
      }
    }
    throw failure
  }

  async #dialThrough(relay: PeerKey, peer: PeerKey, signal: AbortSignal): Promise<Connection> {
    const raw = this.#circuits!.connect(relay, peer)
    const { keyPair } = this.#options
    const remotePublicKey = Buffer.from(peer, 'hex')
    const stream = new NoiseSecretStream(true, raw, { pattern: 'IK', keyPair, remotePublicKey })
    const abort = () => stream.destroy(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await this.#handshake(stream, relay)
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async #accept(peer: PeerKey, via: PeerKey, raw: CircuitStream): Promise<void> {
    if (this.#pending >= maxPendingHandshakes || !this.#owner!.isAllowed(peer)) {
      raw.on('error', () => {})
      raw.destroy()
      return
    }
    this.#pending++
    try {
      const stream = new NoiseSecretStream(false, raw, { pattern: 'IK', keyPair: this.#options.keyPair })
      const connection = await this.#handshake(stream, via)
      if (connection.peer === peer) this.#owner!.accept(connection)
      else stream.destroy()
    } catch (error) {
      this.#options.log.debug('a relayed connection did not open', { peer, reason: (error as Error).message })
    } finally {
      this.#pending--
    }
  }

  async #handshake(stream: NoiseSecretStream, relay: PeerKey): Promise<Connection> {
    let failure: Error | undefined
    stream.on('error', (error) => {
      failure ??= error
    })
    this.#open.add(stream)
    stream.once('close', () => this.#open.delete(stream))
    try {
      const late = () => new Error(`no answer in ${handshakeTimeoutMs / 1000} s`)
      if (!(await within(handshakeTimeoutMs, stream.opened, late))) throw failure ?? new Error('closed')
    } catch (error) {
      stream.destroy()
      throw error
    }
    const { isInitiator } = stream
    const peer = stream.remotePublicKey.toString('hex')
    return { stream, peer, way: 'relayed', via: `peer ${relay}`, isInitiator }
  }

  #near(): ReadonlySet<PeerKey> {
    const near = this.#links!.status().filter(({ state, way }) => state === 'connected' && way !== 'relayed')
    return new Set(near.map(({ peer }) => peer))
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const aborted = () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', aborted)
      resolve()
    }, delayMs)
    signal.addEventListener('abort', aborted, { once: true })
  })
}
