import NoiseSecretStream, { type NoiseKeyPair } from '@hyperswarm/secret-stream'
import { systemClock } from '../../clock/clock.ts'
import { silentLogger } from '../../logger/logger.ts'
import { UDX } from '../../udx/udx.ts'
import { WebSocketTransport } from '../../websocket/websocket-transport.ts'
import type { Channel, Links, PeerAddresses, PeerKey, Priority } from '../links.ts'
import { openLinks } from '../open-links.ts'
import type { Connection, LinkTransport, LinkTransportOwner } from '../transport.ts'

/** A transport that dials nobody: connections are handed to it. */
export class HandTransport implements LinkTransport {
  readonly name = 'hand'
  owner!: LinkTransportOwner
  readonly udx = new UDX()
  readonly socket = this.udx.createSocket()
  /** Those that are open. */
  readonly connections = new Set<Connection>()
  readonly #host: string

  constructor(host: string) {
    this.#host = host
  }

  async start(owner: LinkTransportOwner): Promise<void> {
    this.owner = owner
    this.socket.bind(0, this.#host)
  }

  setPeers(): void {}

  dial(): undefined {
    return undefined
  }

  /** Hands the links a connection that somebody opened. */
  take(connection: Connection): void {
    this.connections.add(connection)
    connection.stream.once('close', () => this.connections.delete(connection))
    this.owner.accept(connection)
  }

  networkChanged(): void {}

  async close(): Promise<void> {
    for (const { stream } of this.connections) stream.destroy()
    await this.socket.close()
  }
}

export interface Node {
  links: Links
  key: PeerKey
  keyPair: NoiseKeyPair
  addresses: PeerAddresses
  hand: HandTransport
  webSocket: WebSocketTransport
}

export interface NodeOptions {
  keyPair?: NoiseKeyPair
  /** False: no WebSocket address is told to others. */
  hasWebSocket?: boolean
  giveUpMs?: number
  /** Default 127.0.0.1. */
  host?: string
}

export async function startNode(options: NodeOptions = {}): Promise<Node> {
  const { keyPair = NoiseSecretStream.keyPair(), hasWebSocket = true, giveUpMs, host = '127.0.0.1' } = options
  const webSocket = new WebSocketTransport({ keyPair, listen: { host, port: 0 }, log: silentLogger })
  const hand = new HandTransport(host)
  const key = keyPair.publicKey.toString('hex')
  const links = await openLinks({
    self: key,
    transports: [hand, webSocket],
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
    giveUpMs,
  })
  const urls = hasWebSocket ? [`ws://${host}:${webSocket.port}/skein`] : []
  return { links, key, keyPair, addresses: { udp: [], webSocket: urls }, hand, webSocket }
}

/** All know all. */
export function introduce(...nodes: Node[]): void {
  const peers = new Map(nodes.map(({ key, addresses }) => [key, addresses]))
  for (const { links } of nodes) links.setPeers(peers)
}

let nextStreamId = 1

/** Joins two nodes by a UDX stream over real UDP. */
export async function joinByUdx(one: Node, other: Node, way: Connection['way'] = 'udp'): Promise<void> {
  const ids = [nextStreamId++, nextStreamId++]
  const raw = [one, other].map(({ hand }, index) => hand.udx.createStream(ids[index]!)) as ReturnType<
    UDX['createStream']
  >[]
  raw[0]!.connect(one.hand.socket, ids[1]!, other.hand.socket.address()!.port, '127.0.0.1')
  raw[1]!.connect(other.hand.socket, ids[0]!, one.hand.socket.address()!.port, '127.0.0.1')
  const { keyPair } = one
  const streams = [
    new NoiseSecretStream(true, raw[0]!, { pattern: 'IK', keyPair, remotePublicKey: other.keyPair.publicKey }),
    new NoiseSecretStream(false, raw[1]!, { pattern: 'IK', keyPair: other.keyPair }),
  ]
  await Promise.all(streams.map(({ opened }) => opened))
  for (const [index, node] of [one, other].entries()) {
    const peer = index === 0 ? other : one
    const via = `127.0.0.1:${peer.hand.socket.address()!.port}`
    const connection: Connection = { stream: streams[index]!, peer: peer.key, way, via, isInitiator: index === 0 }
    connection.stream.on('error', () => {})
    node.hand.take(connection)
  }
}

/** A protocol of a node that keeps what came and tells what happened. */
export class Recorder {
  readonly opened: Promise<Channel>
  readonly closed: Promise<void>
  readonly messages: Buffer[] = []
  sessions = 0
  #waiting: { count: number; resolve(): void } | undefined
  #drained: (() => void) | undefined

  constructor(links: Links, name: string, priority: Priority, keep = true) {
    const opened = Promise.withResolvers<Channel>()
    const closed = Promise.withResolvers<void>()
    this.opened = opened.promise
    this.closed = closed.promise
    let count = 0
    links.serve({
      name,
      priority,
      opened: (channel) => {
        this.sessions++
        opened.resolve(channel)
        return {
          received: (message) => {
            count++
            if (keep) this.messages.push(Buffer.from(message))
            this.onMessage?.(message)
            if (this.#waiting !== undefined && count >= this.#waiting.count) this.#waiting.resolve()
          },
          drained: () => this.#drained?.(),
          closed: () => closed.resolve(),
        }
      },
    })
    this.count = () => count
  }

  count: () => number
  onMessage?: (message: Uint8Array) => void

  /** Resolves when so many messages have come in all. */
  arrived(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.count() >= count) resolve()
      else this.#waiting = { count, resolve }
    })
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve
    })
  }
}

/** Resolves when the first link of a node is as described. */
export function linkIs(node: Node, state: { way?: string; state?: string }): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const [status] = node.links.status()
      if (status === undefined) return
      if (state.way !== undefined && status.way !== state.way) return
      if (state.state !== undefined && status.state !== state.state) return
      unwatch()
      resolve()
    }
    const unwatch = node.links.onChange(look)
    look()
  })
}
