import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { Clock } from '../clock/clock.ts'
import type { PeerAddresses, PeerKey } from '../link/links.ts'
import type { Logger } from '../logger/logger.ts'
import { announcementKey, nonceBytes, openAnnouncement, type Self, sealAnnouncement } from './announcement.ts'
import { Neighbours } from './neighbours.ts'

/** Of the organisation-local scope; sent with a TTL of 1, so it stays on the network. */
const group = '239.255.83.107'
export const multicastPort = 49736
/** Quickly at first and after a change of network, then slowly. */
const firstEveryMs = 1000
const firstCount = 5
const everyMs = 20_000

export interface MulticastOptions {
  /** What members of the cluster and holders of its tokens know. */
  secret: Uint8Array
  /** What this node says of itself; left out by one that only asks, such as a joining node. */
  self?: () => Self
  clock: Clock
  /** Called when a peer is met, met elsewhere, or forgotten: `peers` has changed. */
  changed(): void
  log: Logger
  /** For tests. */
  port?: number
}

/**
 * Nodes of one cluster on one local network find each other with nothing else: each says its key and ports by multicast,
 * sealed so that others see neither who nor whose it is. Nothing is believed of it: whoever was met is dialled by its key.
 */
export class Multicast {
  readonly #options: MulticastOptions
  readonly #key: Buffer
  readonly #neighbours = new Neighbours()
  readonly #joined = new Set<string>()
  #socket: Socket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #quickOnesLeft = 0
  #sending = Promise.resolve()
  /** Whom the owner was told of last. */
  #told = ''

  constructor(options: MulticastOptions) {
    this.#options = options
    this.#key = announcementKey(options.secret)
  }

  /** Never rejects: a host that cannot do multicast does without, which the log says. */
  async start(): Promise<void> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind(this.#port, '0.0.0.0', resolve)
      })
    } catch (error) {
      this.#options.log.warn('nodes on the local network are not looked for', { reason: (error as Error).message })
      socket.close()
      return
    }
    socket.removeAllListeners('error')
    socket.on('error', (error) => this.#options.log.debug('multicast failed', { reason: error.message }))
    socket.on('message', (datagram, { address }) => this.#received(datagram, address))
    socket.setMulticastTTL(1)
    this.#socket = socket
    this.networkChanged()
  }

  /** Those heard of within the last 90 s, and where. */
  get peers(): ReadonlyMap<PeerKey, PeerAddresses> {
    return this.#neighbours.addresses(this.#options.clock.monotonicMs())
  }

  /** Says and asks again at once, on the interfaces that there are now. */
  networkChanged(): void {
    this.#quickOnesLeft = firstCount
    this.#joined.clear()
    this.#announceAgain()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#socket?.close()
    this.#socket = undefined
  }

  get #port(): number {
    return this.#options.port ?? multicastPort
  }

  #announceAgain(): void {
    clearTimeout(this.#timer)
    if (this.#socket === undefined) return
    this.#announce()
    if (this.#names() !== this.#told) this.#changed()
    const delayMs = this.#quickOnesLeft-- > 0 ? firstEveryMs : everyMs
    this.#timer = setTimeout(() => this.#announceAgain(), delayMs * (0.8 + 0.4 * Math.random()))
    this.#timer.unref()
  }

  /** From each address after the other: a datagram leaves by the interface that is set when it is sent, not when `send` is called. */
  #announce(): void {
    const hosts = lanAddresses()
    this.#sending = this.#sending.then(async () => {
      for (const host of hosts) await this.#announceFrom(host)
    })
  }

  async #announceFrom(host: string): Promise<void> {
    const socket = this.#socket
    if (socket === undefined) return
    const datagram = sealAnnouncement(this.#key, randomBytes(nonceBytes), { host, self: this.#options.self?.() })
    try {
      if (!this.#joined.has(host)) this.#join(socket, host)
      socket.setMulticastInterface(host)
      await new Promise<void>((resolve, reject) => {
        socket.send(datagram, this.#port, group, (error) => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      this.#joined.delete(host)
      this.#options.log.debug('no multicast from this address', { host, reason: (error as Error).message })
    }
  }

  #join(socket: Socket, host: string): void {
    try {
      socket.addMembership(group, host)
    } catch (error) {
      // Joined already, before the network changed.
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
    this.#joined.add(host)
  }

  #received(datagram: Buffer, from: string): void {
    const nowMs = this.#options.clock.monotonicMs()
    if (!this.#neighbours.mayHear(nowMs)) return
    const announcement = openAnnouncement(this.#key, datagram, from)
    if (announcement === undefined) return
    const { self } = this.#options
    if (self !== undefined && announcement.self?.peer === self().peer) return
    const isNew = this.#neighbours.heard(announcement, nowMs)
    const isAnswerDue = isNew || announcement.self === undefined
    if (self !== undefined && isAnswerDue && this.#neighbours.mayAnswer(nowMs)) this.#announce()
    if (isNew) this.#changed()
  }

  #names(): string {
    return [...this.peers.keys()].sort().join()
  }

  #changed(): void {
    this.#told = this.#names()
    this.#options.changed()
  }
}

function lanAddresses(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)
}
