import { createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto'
import type { Channel, LinkStatus, Links, PeerKey } from '../../../mesh/link/links.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import type { SessionSecret } from '../tunnel/seal.ts'
import type { Endpoint } from '../tunnel/shared.ts'
import { decodeMessage, encodeMessage, type NetworkMessage } from './network-message.ts'
import type { WayKind } from './peer.ts'

/** Beyond it packets of pods are dropped, as a full queue of a network device does. */
const maxQueuedBytes = 1024 * 1024

/** A node that was linked since this one began. */
export interface LinkedPeer extends SessionSecret {
  /** The node's name. */
  name: string
  endpoints: Endpoint[]
  observed: Endpoint[]
  offered: readonly WayKind[]
  /** There is a session, and a connection under it. */
  isLinked: boolean
  /** Of the link. */
  status: LinkStatus
}

/** What the network does with news of its peers. */
export interface NetworkLinkEvents {
  /** A peer came, went, or told something. */
  changed(): void
  /** A packet, with its offloads, of a peer's pod. */
  packet(name: string, packet: Uint8Array): void
}

/** This node's end of the tunnel, as it is told to all. */
export interface OwnEnd {
  endpoints: Endpoint[]
  observed: Endpoint[]
}

interface Session {
  channel: Channel
  privateKey: KeyObject
  /** base64url. */
  publicKey: string
  said: string
}

interface Known extends SessionSecret {
  /** The peer's key of the session that the secret is of. */
  remoteKey: string
  message: NetworkMessage
}

/** The pod network's conversation with the other nodes, and its packets where no other way is left. */
export class NetworkLinks {
  readonly #links: Links
  readonly #nameOf: (peer: PeerKey) => string | undefined
  readonly #log: Logger
  readonly #sessions = new Map<PeerKey, Session>()
  readonly #packets = new Map<PeerKey, Channel>()
  /** Stays when a session ends: the paths of the tunnel may go on. */
  readonly #known = new Map<PeerKey, Known>()
  readonly #offers = new Map<PeerKey, readonly WayKind[]>()
  #keys = new Map<string, PeerKey>()
  #own: OwnEnd = { endpoints: [], observed: [] }
  #events: NetworkLinkEvents | undefined

  constructor(links: Links, nameOf: (peer: PeerKey) => string | undefined, log: Logger) {
    this.#links = links
    this.#nameOf = nameOf
    this.#log = log
    links.serve({ name: 'network', priority: 'control', opened: (channel) => this.#opened(channel) })
    links.serve({ name: 'network-packets', priority: 'bulk', opened: (channel) => this.#openedPackets(channel) })
  }

  /** Some node is, or was, linked. */
  get hasPeers(): boolean {
    return this.#sessions.size > 0 || this.#known.size > 0
  }

  /** The network is there; what was told before it came is in `peers`. */
  attach(events: NetworkLinkEvents): void {
    this.#events = events
  }

  detach(): void {
    this.#events = undefined
  }

  /** Those whose names and secrets are known. */
  peers(): LinkedPeer[] {
    const statuses = new Map(this.#links.status().map((status) => [status.peer, status]))
    this.#keys = new Map()
    return [...this.#known].flatMap(([key, { secret, isInitiator, message }]) => {
      const name = this.#nameOf(key)
      const status = statuses.get(key)
      // No member any more.
      if (status === undefined) this.#known.delete(key)
      if (name === undefined || status === undefined) return []
      this.#keys.set(name, key)
      const { endpoints, observed, offered } = message
      const isLinked = this.#packets.has(key) && status.state === 'connected'
      return { name, secret, isInitiator, endpoints, observed, offered, isLinked, status }
    })
  }

  /** Tells all where this node's tunnel may be reached. */
  setOwnEnd(own: OwnEnd): void {
    this.#own = own
    for (const key of this.#sessions.keys()) this.#say(key)
  }

  /** Tells one node which ways to it work. */
  offer(name: string, offered: readonly WayKind[]): void {
    const key = this.#keys.get(name)
    if (key === undefined) return
    this.#offers.set(key, offered)
    this.#say(key)
  }

  /** False when it was dropped. */
  sendPacket(name: string, packet: Uint8Array): boolean {
    const key = this.#keys.get(name)
    const channel = key === undefined ? undefined : this.#packets.get(key)
    if (channel === undefined || channel.queuedBytes > maxQueuedBytes) return false
    channel.send(packet)
    return true
  }

  #opened(channel: Channel) {
    const { peer } = channel
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    const session: Session = { channel, privateKey, publicKey: publicKey.export({ format: 'jwk' }).x!, said: '' }
    this.#sessions.set(peer, session)
    // What was offered to the session before was for its state of things.
    this.#offers.delete(peer)
    this.#say(peer)
    this.#events?.changed()
    return {
      received: (bytes: Uint8Array) => this.#received(peer, session, bytes),
      closed: () => {
        if (this.#sessions.get(peer) === session) this.#sessions.delete(peer)
        this.#events?.changed()
      },
    }
  }

  #openedPackets(channel: Channel) {
    const { peer } = channel
    this.#packets.set(peer, channel)
    return {
      received: (packet: Uint8Array) => {
        const name = this.#known.has(peer) ? this.#nameOf(peer) : undefined
        if (name !== undefined) this.#events?.packet(name, packet)
      },
      closed: () => {
        if (this.#packets.get(peer) === channel) this.#packets.delete(peer)
      },
    }
  }

  #received(peer: PeerKey, session: Session, bytes: Uint8Array): void {
    const message = decodeMessage(bytes)
    const known = this.#known.get(peer)
    if (message === undefined) {
      this.#log.warn('a node said something about its network that was not understood', { peer })
    } else if (known?.remoteKey === message.key) {
      known.message = message
      this.#events?.changed()
    } else {
      try {
        const secret = sharedSecret(session, message.key)
        const isInitiator = this.#links.self < peer
        this.#known.set(peer, { secret, isInitiator, remoteKey: message.key, message })
        this.#events?.changed()
      } catch (error) {
        this.#log.warn("a node's key for the pod network is none", { peer, error: (error as Error).message })
      }
    }
  }

  /** Nothing where all was said already. */
  #say(peer: PeerKey): void {
    const session = this.#sessions.get(peer)
    if (session === undefined) return
    const { endpoints, observed } = this.#own
    const message = encodeMessage({
      key: session.publicKey,
      endpoints,
      observed,
      offered: [...(this.#offers.get(peer) ?? [])],
    })
    const text = message.toString()
    if (text === session.said) return
    session.said = text
    session.channel.send(message)
  }
}

/** The same on both sides, and new for each session. Throws for what is no public key. */
function sharedSecret({ privateKey, publicKey }: Session, remoteKey: string): Uint8Array {
  const remote = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: remoteKey }, format: 'jwk' })
  const shared = diffieHellman({ privateKey, publicKey: remote })
  const salt = [publicKey, remoteKey].sort().join(' ')
  return new Uint8Array(hkdfSync('sha256', shared, salt, 'skein pod network 1', 32))
}
