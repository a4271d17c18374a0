import { isIP } from 'node:net'
import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { NoiseKeyPair } from '@hyperswarm/secret-stream'
import HyperDHT, { type Address, type Server } from 'hyperdht'
import { within } from '../clock/deadline.ts'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Connection, LinkTransport, LinkTransportOwner } from '../link/transport.ts'
import type { Logger } from '../logger/logger.ts'
import { connectionOf } from './connection.ts'
import { dialDirectly, dialPeer } from './dial.ts'
import { isGlobal, resolveEndpoints, textOf } from './endpoint.ts'
import { type OpenNode, openNode } from './open-node.ts'
import { RelayDirectory } from './relay-directory.ts'
import { routeSource } from './route-source.ts'
import { Slots } from './slots.ts'
import { lookupTopic, Topics } from './topics.ts'
import { upgrade } from './upgrade.ts'

/** Which DHT beside the cluster's own public hosts: Holepunch's, none, or one at `HOST:PORT`. */
export type Dht = 'public' | 'none' | { host: string }

export interface SwarmOptions {
  keyPair: NoiseKeyPair
  /** Topics of 32 bytes under which this node is to be found; `setTopics` changes them. */
  topics?: Buffer[]
  /** `host:port` of rendezvous and of public members, as configured, from a token, or remembered. */
  bootstrap: string[]
  dht: Dht
  /** IPv4 address to bind to. Default 0.0.0.0. */
  host?: string
  /** UDP port; a public node uses the three after it as well. Any free one when left out, but not on a public node. */
  port?: number
  /** IPv4 address at which everybody reaches `port` of this host; found out when left out. */
  publicHost?: string
  /** Those who are no peers yet, such as joining nodes, and what becomes of their connections. */
  guests?: Guests
  log: Logger
}

export interface Guests {
  isAllowed(publicKey: Buffer): boolean
  /** `from` is the address that it came from. */
  accept(stream: NoiseSecretStream, from: string): void
}

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
  readonly #topics: Topics
  readonly #dials = new Slots(maxParallelDials)
  readonly #sources = new Map<string, string | undefined>()
  readonly #connections = new Set<Connection>()
  readonly #watchers = new Set<() => void>()
  #peers: ReadonlyMap<PeerKey, PeerAddresses> = new Map()
  #owner: LinkTransportOwner | undefined
  #opened: Promise<Opened> | undefined
  #current: Opened | undefined
  #pendingHandshakes = 0
  #isClosed = false

  constructor(options: SwarmOptions) {
    this.#options = options
    this.#topics = new Topics(options.keyPair, options.log)
    this.#topics.set(options.topics ?? [])
  }

  async start(owner: LinkTransportOwner): Promise<void> {
    this.#owner = owner
    // How others see this node is found out meanwhile: without a network nobody answers that.
    await new Promise<void>((bound, reject) => {
      this.#opened = this.#open(this.#options.port ?? 0, bound)
      this.#opened.then(
        () => bound(),
        (error: Error) => {
          reject(error)
          this.#options.log.error('UDP is out of use', { reason: error.message })
        },
      )
    })
  }

  setPeers(peers: ReadonlyMap<PeerKey, PeerAddresses>): void {
    this.#peers = peers
    if (this.#current !== undefined) this.#nameCandidates(this.#current)
  }

  /** Instead of those given before. */
  setTopics(topics: Buffer[]): void {
    this.#topics.set(topics)
  }

  /** Where others may reach this node: `publicHost:port`; empty behind NAT. */
  get publicAddress(): string | undefined {
    const address = this.#current?.publicAddress
    return address === undefined ? undefined : textOf(address)
  }

  /** The UDP port in use, for announcements on the local network; 0 before `start`. */
  get port(): number {
    return this.#current?.node.io.serverSocket?.address().port ?? 0
  }

  /** `host:port` of rendezvous and public members that answer now, to be remembered for the next start. */
  get rendezvous(): string[] {
    return this.#current?.relays.answering.map(textOf) ?? []
  }

  /** Calls when `publicAddress`, `port` or `rendezvous` changed, until the returned function is called. */
  onChange(changed: () => void): () => void {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  dial(peer: PeerKey, addresses: PeerAddresses, signal: AbortSignal): Promise<Connection> | undefined {
    const { bootstrap, dht } = this.#options
    const hasWay = addresses.udp.length > 0 || bootstrap.length > 0 || dht !== 'none' || this.rendezvous.length > 0
    // Others find a public node, which is a rendezvous of its own, and so does it them.
    if (!hasWay && this.#current?.publicAddress === undefined) return undefined
    return this.#dial(peer, addresses.udp, [], signal)
  }

  /** Connects to whoever of a topic answers first. Rejects with one sentence when nobody does. */
  async dialTopic(topic: Buffer, signal: AbortSignal): Promise<Connection> {
    const { node, relays } = await this.#opened!
    // Before the first rendezvous has answered nobody can be found.
    if (relays.answering.length === 0) await relays.probe()
    const others = new AbortController()
    const anySignal = AbortSignal.any([signal, others.signal])
    const dials: Promise<Connection>[] = []
    for await (const { peer, hints } of lookupTopic(node, topic)) {
      dials.push(this.#dial(peer, [], hints, anySignal))
      if (dials.length >= maxParallelDials) break
    }
    signal.throwIfAborted()
    if (dials.length === 0) throw new Error('nobody was found in the DHT')
    const first = await firstOf(dials)
    others.abort(new Error('another peer was quicker'))
    return first
  }

  networkChanged(): void {
    this.#topics.announce()
    this.#current?.server.refresh()
    this.#current?.relays.probe()
    this.#reopenWhenMoved()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#topics.stop()
    const opened = await this.#opened?.catch(() => undefined)
    if (opened !== undefined) await closeNode(opened)
  }

  async #open(port: number, bound?: () => void): Promise<Opened> {
    const { keyPair, host = '0.0.0.0', publicHost, log, bootstrap, dht, guests } = this.#options
    const known = [...bootstrap, ...(typeof dht === 'object' ? [dht.host] : []), ...this.#publicPeers()]
    const nodes = await resolveEndpoints(known)
    const isAllowed = (publicKey: Buffer) =>
      guests?.isAllowed(publicKey) || this.#owner!.isAllowed(publicKey.toString('hex'))
    const all = dht === 'public' ? [...nodes, ...(HyperDHT.BOOTSTRAP as unknown as Address[])] : nodes
    const open = await openNode({ keyPair, host, port, publicHost, bootstrap: all, isAllowed, log, bound })
    const relays = new RelayDirectory(open.plugin, log, (address) => {
      open.node.addNode(address)
      this.#topics.announce()
      this.#changed()
    })
    open.node.relayAddress = (publicKey) => relays.addressOf(publicKey)
    const server = open.node.createServer(
      // Whoever dials chooses the relay, or none.
      { firewall: (publicKey) => this.#pendingHandshakes >= maxPendingHandshakes || !isAllowed(publicKey) },
      (stream) => this.#accept(stream, open),
    )
    const opened = { ...open, relays, server }
    this.#current = opened
    this.#nameCandidates(opened)
    for (const { host } of nodes) this.#noteSource(host)
    server.listen(keyPair).then(
      () => this.#topics.use(open.node, server),
      (error: Error) => {
        if (!open.node.destroyed) log.warn('this node was not announced', { reason: error.message })
      },
    )
    const { publicAddress } = opened
    if (publicAddress !== undefined) log.info('this node is public', { address: textOf(publicAddress) })
    this.#changed()
    return opened
  }

  /** Public hosts that may be rendezvous: configured ones first. */
  async #nameCandidates({ relays, publicAddress }: Opened): Promise<void> {
    const candidates = await resolveEndpoints([...this.#options.bootstrap, ...this.#publicPeers()])
    const own = publicAddress === undefined ? '' : textOf(publicAddress)
    relays.setCandidates(candidates.filter((address) => textOf(address) !== own))
  }

  #publicPeers(): string[] {
    const endpoints = [...this.#peers.values()].flatMap(({ udp }) => udp)
    return endpoints.filter((endpoint) => {
      const host = hostOf(endpoint)
      return isIP(host) === 0 ? !host.startsWith('[') : isGlobal(host)
    })
  }

  async #dial(peer: PeerKey, endpoints: string[], hints: Address[], outer: AbortSignal): Promise<Connection> {
    const late = AbortSignal.timeout(dialTimeoutMs)
    const signal = AbortSignal.any([outer, late])
    const release = await this.#dials.take(signal)
    try {
      const { node, relays } = await this.#opened!
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
    this.#noteSource(hostOf(connection.via))
  }

  #wayChanged(connection: Connection): void {
    this.#noteSource(hostOf(connection.via))
    this.#owner!.wayChanged(connection)
  }

  async #noteSource(host: string): Promise<void> {
    if (!this.#sources.has(host)) this.#sources.set(host, await routeSource(host))
  }

  /** When the kernel sends from another address than before, the NAT mappings and the connections are worth nothing. */
  async #reopenWhenMoved(): Promise<void> {
    const inUse = [...this.#connections].map(({ via }) => hostOf(via))
    const hosts = new Set([...inUse, ...(this.#current?.relays.answering.map(({ host }) => host) ?? [])])
    for (const host of this.#sources.keys()) if (!hosts.has(host)) this.#sources.delete(host)
    let hasMoved = false
    for (const [host, before] of this.#sources) {
      const now = await routeSource(host)
      if (now !== undefined && now !== before) hasMoved = true
    }
    if (hasMoved && !this.#isClosed) this.#reopen()
  }

  #reopen(): void {
    const { port } = this
    this.#options.log.info('the network changed: UDP connections begin anew')
    const before = this.#opened!
    this.#sources.clear()
    this.#opened = before.then(async (opened) => {
      await closeNode(opened)
      return this.#open(this.#options.port ?? port)
    })
    this.#opened.catch((error: Error) => this.#options.log.error('UDP is out of use', { reason: error.message }))
  }

  #changed(): void {
    for (const changed of this.#watchers) changed()
  }
}

/** The first that succeeds, the rest destroyed; rejects with why the first failed. */
async function firstOf(dials: Promise<Connection>[]): Promise<Connection> {
  try {
    const first = await Promise.any(dials)
    for (const dialling of dials) {
      dialling.then(
        (late) => late !== first && late.stream.destroy(),
        () => {},
      )
    }
    return first
  } catch (error) {
    throw (error as AggregateError).errors[0] as Error
  }
}

function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':'))
}

interface Opened extends OpenNode {
  relays: RelayDirectory
  server: Server
}

async function closeNode({ node, relays, rendezvous }: Opened): Promise<void> {
  relays.close()
  await Promise.all([node.destroy({ force: true }), rendezvous?.close()])
}
