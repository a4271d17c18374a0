import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { Address } from 'hyperdht'
import { within } from '../clock/deadline.ts'
import { type Dial, firstToOpen } from '../link/first-to-open.ts'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Connection, LinkTransport, LinkTransportOwner } from '../link/transport.ts'
import { connectionOf } from './connection.ts'
import type { DhtNode } from './dht-node.ts'
import { dialDirectly, dialPeer } from './dial.ts'
import { hostOf, resolveEndpoints, textOf } from './endpoint.ts'
import type { OpenNode } from './open-node.ts'
import { Slots } from './slots.ts'
import { SwarmNode } from './swarm-node.ts'
import type { SwarmOptions } from './swarm-options.ts'
import { lookupTopic } from './topics.ts'
import { upgrade } from './upgrade.ts'

const maxParallelDials = 16
const maxPendingHandshakes = 128
const dialTimeoutMs = 15_000
const handshakeTimeoutMs = 10_000
/** A dial waits so long for the first relay to be known. */
const relayPatienceMs = 1000

/** Hyperswarm's DHT, hole punching and relays as a transport of links. */
export class SwarmTransport implements LinkTransport {
  readonly name = 'hyperswarm'
  readonly #options: SwarmOptions
  readonly #node: SwarmNode
  readonly #dials = new Slots(maxParallelDials)
  readonly #connections = new Set<Connection>()
  readonly #watchers = new Set<() => void>()
  #peers: ReadonlyMap<PeerKey, PeerAddresses> = new Map()
  #owner: LinkTransportOwner | undefined
  #pendingHandshakes = 0

  constructor(options: SwarmOptions) {
    this.#options = options
    const { guests } = options
    this.#node = new SwarmNode(options, {
      isAllowed: (key) => guests?.isAllowed(key) || this.#owner!.isAllowed(key.toString('hex')),
      hasRoom: () => this.#pendingHandshakes < maxPendingHandshakes,
      accept: (stream, opened) => this.#accept(stream, opened),
      peerEndpoints: () => [...this.#peers.values()].flatMap(({ udp }) => udp),
      remoteHosts: () => [...this.#connections].map(({ via }) => hostOf(via)),
      changed: () => {
        for (const changed of this.#watchers) changed()
      },
    })
  }

  async start(owner: LinkTransportOwner): Promise<void> {
    this.#owner = owner
    await this.#node.start()
  }

  setPeers(peers: ReadonlyMap<PeerKey, PeerAddresses>): void {
    this.#peers = peers
    this.#node.peersChanged()
  }

  /** Instead of those given before. */
  setTopics(topics: Buffer[]): void {
    this.#node.topics.set(topics)
  }

  /** Where everybody reaches this node: `host:port`; undefined behind NAT. */
  get publicAddress(): string | undefined {
    const address = this.#node.current?.publicAddress
    return address === undefined ? undefined : textOf(address)
  }

  /** The UDP port in use, for announcements on the local network; 0 before `start`. */
  get port(): number {
    return this.#node.port
  }

  /** `host:port` of rendezvous and public members that answer now, itself among them: for tokens and the next start. */
  get rendezvous(): string[] {
    const answering = this.#node.current?.relays.answering.map(textOf) ?? []
    return this.publicAddress === undefined ? answering : [this.publicAddress, ...answering]
  }

  /** Calls when `publicAddress`, `port` or `rendezvous` changed, until the returned function is called. */
  onChange(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  dial(peer: PeerKey, addresses: PeerAddresses, signal: AbortSignal): Promise<Connection> | undefined {
    const { bootstrap, dht } = this.#options
    const hasWay = addresses.udp.length > 0 || bootstrap.length > 0 || dht !== 'none' || this.rendezvous.length > 0
    if (!hasWay) return undefined
    return this.#dial(peer, addresses.udp, [], signal)
  }

  /** Connects to whoever of a topic answers first. Rejects with one sentence when nobody does. */
  async dialTopic(topic: Buffer, signal: AbortSignal): Promise<Connection> {
    const { node, relays } = await this.#node.opened
    // Before the first rendezvous has answered nobody can be found.
    if (relays.answering.length === 0) await relays.probe()
    return firstToOpen({
      dials: this.#topicDials(node, topic),
      streamOf: ({ stream }) => stream,
      none: 'nobody was found in the DHT',
      signal,
    })
  }

  async *#topicDials(node: DhtNode, topic: Buffer): AsyncGenerator<Dial<Connection>> {
    let count = 0
    for await (const { peer, hints } of lookupTopic(node, topic)) {
      yield (signal) => this.#dial(peer, [], hints, signal)
      if (++count === maxParallelDials) return
    }
  }

  networkChanged(): void {
    this.#node.networkChanged()
  }

  async close(): Promise<void> {
    await this.#node.close()
  }

  async #dial(peer: PeerKey, endpoints: string[], hints: Address[], outer: AbortSignal): Promise<Connection> {
    const late = AbortSignal.timeout(dialTimeoutMs)
    const signal = AbortSignal.any([outer, late])
    const release = await this.#dials.take(signal)
    try {
      const { node, relays } = await this.#node.opened
      if (node.firewalled && relays.choose() === null) {
        await within(relayPatienceMs, relays.probe(), () => new Error('late')).catch(() => {})
      }
      const addresses = await resolveEndpoints(endpoints)
      const { keyPair } = this.#options
      const wayChanged = (connection: Connection) => this.#wayChanged(connection)
      const isRelayed = [...this.#connections].some((one) => one.peer === peer && one.way === 'relayed')
      const dial = { node, relays, keyPair, peer, addresses, hints, isRelayed, signal, wayChanged }
      const { connection, direct } = await dialPeer(dial)
      this.#track(connection)
      if (direct !== undefined) {
        upgrade(
          connection,
          direct,
          () => dialDirectly(dial),
          (better) => this.#found(better),
        )
      }
      return connection
    } catch (error) {
      throw late.aborted ? new Error(`not reached in ${dialTimeoutMs / 1000} s`) : error
    } finally {
      release()
    }
  }

  async #accept(stream: NoiseSecretStream, { node }: OpenNode): Promise<void> {
    this.#pendingHandshakes++
    const timer = setTimeout(() => stream.destroy(), handshakeTimeoutMs)
    try {
      const connection = await connectionOf(stream, node, (changed) => this.#wayChanged(changed))
      if (connection === undefined) return
      this.#track(connection)
      const { guests } = this.#options
      if (guests?.isAllowed(stream.remotePublicKey)) guests.accept(stream, connection.via)
      else this.#owner!.accept(connection)
    } finally {
      clearTimeout(timer)
      this.#pendingHandshakes--
    }
  }

  /** A direct connection in place of a relayed one. */
  #found(connection: Connection): void {
    this.#track(connection)
    this.#owner!.accept(connection)
  }

  #track(connection: Connection): void {
    this.#connections.add(connection)
    connection.stream.on('close', () => this.#connections.delete(connection))
    this.#node.noteSource(hostOf(connection.via))
  }

  #wayChanged(connection: Connection): void {
    this.#node.noteSource(hostOf(connection.via))
    this.#owner!.wayChanged(connection)
  }
}
