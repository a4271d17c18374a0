import type { Channel, ChannelHandlers, LinkStatus, Links, PeerAddresses, PeerKey, Protocol } from './links.ts'

/** The links of several nodes in one process, for tests of what runs above them: nodes can be cut off and restarted. */
export class MemoryLinkNetwork {
  readonly #nodes = new Map<PeerKey, MemoryLinks>()
  readonly #cut = new Set<PeerKey>()

  /** A node; one that was there under the same key has restarted. */
  join(self: PeerKey): Links {
    const links = new MemoryLinks(self, this)
    const before = this.#nodes.get(self)
    for (const other of this.#nodes.values()) {
      before?.unlink(other.self)
      other.unlink(self)
    }
    this.#nodes.set(self, links)
    return links
  }

  /** The node's process is gone, or nobody reaches it any more: its sessions end. */
  cut(key: PeerKey): void {
    this.#cut.add(key)
    this.settle()
  }

  heal(key: PeerKey): void {
    this.#cut.delete(key)
    this.settle()
  }

  /** Begins and ends sessions so that exactly those that can be are open. */
  settle(): void {
    for (const one of this.#nodes.values()) {
      for (const other of this.#nodes.values()) {
        if (one.self < other.self) this.#settlePair(one, other)
      }
    }
  }

  leave(links: MemoryLinks): void {
    if (this.#nodes.get(links.self) === links) this.#nodes.delete(links.self)
  }

  #settlePair(one: MemoryLinks, other: MemoryLinks): void {
    const isReachable = !this.#cut.has(one.self) && !this.#cut.has(other.self)
    const isOpen = isReachable && one.knows(other.self) && other.knows(one.self)
    if (isOpen === (one.isLinked(other) && other.isLinked(one))) return
    one.unlink(other.self)
    other.unlink(one.self)
    if (!isOpen) return
    one.link(other)
    other.link(one)
  }
}

/** One node's end. */
class MemoryLinks implements Links {
  readonly #network: MemoryLinkNetwork
  readonly #protocols = new Map<string, Protocol>()
  readonly #sessions = new Map<PeerKey, MemorySession>()
  readonly #watchers = new Set<() => void>()
  #peers: ReadonlyMap<PeerKey, PeerAddresses> = new Map()

  constructor(
    readonly self: PeerKey,
    network: MemoryLinkNetwork,
  ) {
    this.#network = network
  }

  serve(protocol: Protocol): void {
    this.#protocols.set(protocol.name, protocol)
  }

  setPeers(peers: ReadonlyMap<PeerKey, PeerAddresses>): void {
    this.#peers = peers
    this.#network.settle()
  }

  networkChanged(): void {}

  status(): LinkStatus[] {
    const others = [...this.#peers.keys()].filter((peer) => peer !== this.self)
    return others.map((peer) => ({
      peer,
      state: this.#sessions.has(peer) ? 'connected' : 'connecting',
      sentBytes: 0,
      receivedBytes: 0,
      wayChanges: 0,
    }))
  }

  onChange(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  async close(): Promise<void> {
    this.#peers = new Map()
    this.#network.settle()
    this.#network.leave(this)
  }

  knows(peer: PeerKey): boolean {
    return this.#peers.has(peer)
  }

  isLinked(other: MemoryLinks): boolean {
    return this.#sessions.get(other.self)?.other === other
  }

  link(other: MemoryLinks): void {
    const session = new MemorySession(other)
    this.#sessions.set(other.self, session)
    for (const protocol of this.#protocols.values()) {
      const channel: Channel = {
        peer: other.self,
        queuedBytes: 0,
        send: (message) => {
          setImmediate(() => {
            if (session.isOpen) other.deliver(this, protocol.name, message)
          })
          return true
        },
      }
      session.handlers.set(protocol.name, protocol.opened(channel))
    }
    for (const changed of this.#watchers) changed()
  }

  unlink(peer: PeerKey): void {
    const session = this.#sessions.get(peer)
    if (session === undefined) return
    this.#sessions.delete(peer)
    session.isOpen = false
    for (const handlers of session.handlers.values()) handlers.closed?.()
    for (const changed of this.#watchers) changed()
  }

  deliver(from: MemoryLinks, protocol: string, message: Uint8Array): void {
    const session = this.#sessions.get(from.self)
    if (session?.other === from) session.handlers.get(protocol)?.received(message)
  }
}

class MemorySession {
  isOpen = true
  readonly handlers = new Map<string, ChannelHandlers>()

  constructor(readonly other: MemoryLinks) {}
}
