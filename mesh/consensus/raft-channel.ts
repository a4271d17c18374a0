import type { Clock } from '../clock/clock.ts'
import { type Channel, type ChannelHandlers, type Links, maxMessageBytes, type PeerKey } from '../link/links.ts'
import type { Transport } from '../log/transport.ts'
import type { Logger } from '../logger/logger.ts'
import { decodeBundle, encodeBundle } from './bundle.ts'
import { decodeGreeting, encodeGreeting, type LogIdentity, mismatch } from './greeting.ts'

export interface RaftChannelOptions {
  links: Links
  /** Only with nodes of the same log a word is exchanged. */
  identity: LogIdentity
  clock: Clock
  logger: Logger
}

/**
 * What waits for one peer; a datagram beyond it is dropped: it would be stale when it got there, and Raft sends again. A
 * little more than the appends that Raft has under way to one node.
 */
const maxQueuedBytes = 24 * 1024 * 1024

/** Longer ones travel alone. */
const maxBundledBytes = 4096
/** A bundle is a frame of the link, at most. */
const maxBundleBytes = 12 * 1024

interface Peer {
  channel: Channel
  takesBundles: boolean
  /** Datagrams of this turn, to go together. */
  bundle: Uint8Array[]
  bundleBytes: number
  /** Its greeting came and names our log. */
  isAgreed: boolean
  heardMs: number | undefined
  dropped: number
}

/** The log's way to the other nodes: datagrams on the protocol `raft` of the links, each session begun with a greeting. */
export class RaftChannel implements Transport {
  readonly #options: RaftChannelOptions
  readonly #peers = new Map<PeerKey, Peer>()
  readonly #refusals = new Map<PeerKey, string>()
  /** A session without a way keeps what is sent, for as long as it lasts: by then it would be stale. */
  #connected = new Set<PeerKey>()
  #deliver: ((from: PeerKey, datagram: Uint8Array) => void) | undefined
  #lost: ((peer: PeerKey) => void) | undefined

  /** Before the links know any peer. */
  constructor(options: RaftChannelOptions) {
    this.#options = options
    const { links } = options
    links.serve({ name: 'raft', priority: 'control', opened: (channel) => this.#opened(channel) })
    links.onChange(() => {
      const connected = links.status().filter(({ state }) => state === 'connected')
      const before = this.#connected
      this.#connected = new Set(connected.map(({ peer }) => peer))
      for (const peer of before) if (!this.#connected.has(peer)) this.#lost?.(peer)
    })
  }

  send(to: PeerKey, datagram: Uint8Array): void {
    const peer = this.#peers.get(to)
    if (!peer?.isAgreed || !this.#connected.has(to)) return
    const isFull = peer.channel.queuedBytes + datagram.byteLength > maxQueuedBytes
    if (isFull || datagram.byteLength > maxMessageBytes) {
      if (peer.dropped++ === 0) {
        const { queuedBytes } = peer.channel
        this.#options.logger.warn('datagrams to a peer are dropped', { to, queuedBytes, bytes: datagram.byteLength })
      }
      return
    }
    peer.dropped = 0
    if (peer.takesBundles && datagram.byteLength <= maxBundledBytes) {
      this.#bundle(peer, datagram)
      return
    }
    this.#sendBundle(peer)
    peer.channel.send(datagram)
  }

  receive(deliver: (from: PeerKey, datagram: Uint8Array) => void): void {
    this.#deliver = deliver
  }

  onLost(lost: (peer: PeerKey) => void): void {
    this.#lost = lost
  }

  /** `clock.monotonicMs()` when the peer was last heard in the present session; undefined when it was not. */
  heardMs(peer: PeerKey): number | undefined {
    return this.#peers.get(peer)?.heardMs
  }

  /** Peers whose log is another one, and why; until they greet rightly. */
  get refusals(): ReadonlyMap<PeerKey, string> {
    return this.#refusals
  }

  #bundle(peer: Peer, datagram: Uint8Array): void {
    if (peer.bundle.length === 0) queueMicrotask(() => this.#sendBundle(peer))
    peer.bundle.push(datagram)
    peer.bundleBytes += datagram.byteLength
    if (peer.bundleBytes > maxBundleBytes) this.#sendBundle(peer)
  }

  #sendBundle(peer: Peer): void {
    const { bundle } = peer
    if (bundle.length === 0) return
    peer.bundle = []
    peer.bundleBytes = 0
    peer.channel.send(bundle.length === 1 ? bundle[0]! : encodeBundle(bundle))
  }

  #opened(channel: Channel): ChannelHandlers {
    const bundling = { takesBundles: false, bundle: [], bundleBytes: 0 }
    const peer: Peer = { channel, ...bundling, isAgreed: false, heardMs: undefined, dropped: 0 }
    this.#peers.set(channel.peer, peer)
    channel.send(encodeGreeting(this.#options.identity))
    let isGreeted = false
    return {
      received: (message) => {
        // Heard is reached, whatever was said of the link last.
        this.#connected.add(channel.peer)
        if (!isGreeted) {
          isGreeted = true
          this.#greeted(peer, message)
        } else if (peer.isAgreed) {
          peer.heardMs = this.#options.clock.monotonicMs()
          this.#received(channel.peer, message)
        }
      },
      closed: () => {
        if (this.#peers.get(channel.peer) === peer) this.#peers.delete(channel.peer)
      },
    }
  }

  #received(from: PeerKey, message: Uint8Array): void {
    try {
      for (const datagram of decodeBundle(message)) this.#deliver?.(from, datagram)
    } catch (error) {
      this.#options.logger.warn('a message is dropped', { from, error: (error as Error).message })
    }
  }

  #greeted(peer: Peer, message: Uint8Array): void {
    const { identity, logger } = this.#options
    const { peer: from } = peer.channel
    const greeting = decodeGreeting(message)
    const reason = mismatch(identity, greeting)
    if (reason === undefined) {
      peer.takesBundles = greeting!.takesBundles
      peer.isAgreed = true
      this.#refusals.delete(from)
      return
    }
    this.#refusals.set(from, reason)
    logger.error('a peer has another log: nothing is exchanged with it', { from, reason })
  }
}
