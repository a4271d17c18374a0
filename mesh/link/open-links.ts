import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logger/logger.ts'
import { closeUnheard } from './first-to-open.ts'
import type { LinkStatus, Links, PeerAddresses, PeerKey, Protocol } from './links.ts'
import { Peer } from './peer.ts'
import type { Connection, LinkTransport } from './transport.ts'

/** A session that no way was found for in this time is given up. */
const defaultGiveUpMs = 60_000
/** Unknown keys are named once each; of so many at most. */
const maxNamedStrangers = 1000

export interface LinksOptions {
  /** The public key of the transports' key pair, in hex. */
  self: PeerKey
  /** All of them are used at once; the links start and close them. */
  transports: readonly LinkTransport[]
  clock: Clock
  /** In [0, 1). */
  random: () => number
  log: Logger
  giveUpMs?: number
}

/** Starts the transports; rejects when one cannot listen. Nobody is let in before `setPeers`. */
export async function openLinks(options: LinksOptions): Promise<Links> {
  const links = new TransportLinks(options)
  try {
    await links.start()
  } catch (error) {
    await links.close()
    throw error
  }
  return links
}

class TransportLinks implements Links {
  readonly self: PeerKey
  readonly #options: LinksOptions
  /** Drawn anew for each process: a restarted peer is a new session. */
  readonly #process = randomBytes(16).toString('hex')
  readonly #protocols: Protocol[] = []
  readonly #peers = new Map<PeerKey, Peer>()
  readonly #watchers = new Set<() => void>()
  readonly #strangers = new Set<PeerKey>()
  #isClosed = false

  constructor(options: LinksOptions) {
    this.self = options.self
    this.#options = options
  }

  async start(): Promise<void> {
    for (const transport of this.#options.transports) {
      await transport.start({
        isAllowed: (peer) => this.#isAllowed(peer),
        accept: (connection) => this.#accept(connection, transport),
        wayChanged: (connection) => this.#peers.get(connection.peer)?.wayChanged(connection),
      })
    }
  }

  serve(protocol: Protocol): void {
    if (this.#peers.size > 0) throw new Error(`protocol ${protocol.name} is served after peers were named`)
    if (this.#protocols.some(({ name }) => name === protocol.name)) {
      throw new Error(`protocol ${protocol.name} is served twice`)
    }
    this.#protocols.push(protocol)
  }

  setPeers(peers: ReadonlyMap<PeerKey, PeerAddresses>): void {
    if (this.#isClosed) return
    const others = new Map([...peers].filter(([key]) => key !== this.self))
    for (const [key, peer] of [...this.#peers]) {
      if (others.has(key)) continue
      this.#peers.delete(key)
      peer.close('the peer was removed')
    }
    for (const transport of this.#options.transports) transport.setPeers(others)
    for (const [key, addresses] of others) {
      const known = this.#peers.get(key)
      if (known === undefined) this.#peers.set(key, this.#open(key, addresses))
      else known.addresses = addresses
    }
    this.#changed()
  }

  networkChanged(): void {
    for (const transport of this.#options.transports) transport.networkChanged()
    for (const peer of this.#peers.values()) peer.networkChanged()
  }

  status(): LinkStatus[] {
    return [...this.#peers.values()].map((peer) => peer.status())
  }

  onChange(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const closing = [...this.#peers.values()].map((peer) => peer.close('the peer is stopping'))
    this.#peers.clear()
    await Promise.all(closing)
    await Promise.all(this.#options.transports.map((transport) => transport.close()))
  }

  #open(peer: PeerKey, addresses: PeerAddresses): Peer {
    const { transports, clock, random, log, giveUpMs = defaultGiveUpMs } = this.#options
    return new Peer({
      self: this.self,
      peer,
      process: this.#process,
      protocols: this.#protocols,
      addresses,
      transports,
      giveUpMs,
      clock,
      random,
      log,
      changed: () => this.#changed(),
    })
  }

  #isAllowed(peer: PeerKey): boolean {
    if (this.#peers.has(peer)) return true
    if (peer === this.self || this.#strangers.has(peer)) return false
    if (this.#strangers.size >= maxNamedStrangers) this.#strangers.clear()
    this.#strangers.add(peer)
    this.#options.log.warn('a peer with an unknown key was refused', { peer })
    return false
  }

  #accept(connection: Connection, transport: LinkTransport): void {
    if (this.#isAllowed(connection.peer)) {
      this.#peers.get(connection.peer)!.take(connection, transport)
      return
    }
    closeUnheard(connection.stream)
  }

  #changed(): void {
    for (const changed of this.#watchers) changed()
  }
}
