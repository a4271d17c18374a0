import { createHash } from 'node:crypto'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { startThread } from '../../../mesh/thread/thread.ts'
import { type Address, addressOf } from '../address/address.ts'
import { RouteNetlink } from '../netlink/route.ts'
import { closeDevice, openTun, openUdp } from './device.ts'
import { sealOverheadBytes } from './seal.ts'
import { segmentOverheadBytes } from './segment.ts'
import {
  maxPeers,
  memoryBytes,
  nowMs,
  type PeerMoved,
  peerWords,
  type TunnelPeer,
  words,
  wordsAPeer,
} from './shared.ts'

export interface TunnelOptions {
  instance: string
  /** The node's own address: what packets that leave by the tunnel get where they are masqueraded. */
  nodeAddress: string
  /** Where datagrams are received: `0.0.0.0`, and 0 for any port. */
  address: string
  port: number
  /** Of the smallest path to a peer. */
  pathMtu?: number
  log: Logger
}

/** How a peer is reached, as measured by a ping a second. */
export interface PeerFigures {
  roundTripMs: number | undefined
  /** Share of pings without an answer, over the tunnel's life. */
  loss: number
  /** Seconds since the last answer; undefined: never. */
  silentSeconds: number | undefined
  /** Our address as the peer sees it. */
  observedAddress: Address | undefined
}

const defaultPathMtu = 1500
const outerHeaderBytes = 28
const rekeyMs = 60 * 60 * 1000

/** What the tunnel adds to each packet. */
export const tunnelOverheadBytes = outerHeaderBytes + sealOverheadBytes + segmentOverheadBytes

export const tunnelName = (instance: string): string => `skt-${instance.slice(0, 10)}`

/**
 * Packets to other nodes sealed in UDP datagrams of one socket, which NATs can be punched for: a TUN device with the
 * kernel's segmentation, and two threads between it and the socket.
 */
export class Tunnel {
  /** The device's index, for routes. */
  readonly link: number
  /** The UDP port. */
  readonly port: number
  readonly #descriptors: number[]
  readonly #memory = new Int32Array(new SharedArrayBuffer(memoryBytes))
  readonly #threads: Worker[]
  readonly #stopped: Promise<unknown>
  readonly #log: Logger
  readonly #slots = new Map<string, number>()
  readonly #rekeyTimer: ReturnType<typeof setInterval>
  /** Fingerprints of secrets no longer in use: one for every session that ended. */
  readonly #retired = new Set<string>()
  /** Where `setPeers` said that each peer is. */
  readonly #given = new Map<string, string>()
  #peers: TunnelPeer[] = []

  constructor({ instance, nodeAddress, address, port, pathMtu = defaultPathMtu, log }: TunnelOptions) {
    this.#log = log
    const tun = openTun(tunnelName(instance))
    const udp = openUdp(addressOf(address), port)
    this.#descriptors = [tun, udp.fd]
    this.port = udp.port
    const netlink = new RouteNetlink()
    const { index } = netlink.links().find(({ name }) => name === tunnelName(instance))!
    const own = addressOf(nodeAddress)
    netlink.addAddress({ link: index, address: own, prefixLength: own.length * 8 })
    netlink.setMtu(index, pathMtu - tunnelOverheadBytes)
    netlink.setUp(index)
    netlink.close()
    this.link = index
    const ends: Promise<void>[] = []
    this.#threads = (['send', 'receive'] as const).map((role) => {
      const thread = startThread('agent/network/tunnel/tunnel.worker.ts')
      thread.postMessage({ role, tun, udp: udp.fd, memory: this.#memory.buffer })
      ends.push(this.#listen(thread, role))
      return thread
    })
    this.#stopped = Promise.all(ends)
    this.#rekeyTimer = setInterval(() => Atomics.add(this.#memory, words.epoch, 1), rekeyMs)
  }

  /**
   * Replaces the peers. A peer whose secret is the same goes on where it was; a secret of one that was gone may not come
   * back, since its counters are forgotten.
   */
  setPeers(peers: Omit<TunnelPeer, 'slot'>[]): void {
    const secrets = new Set(peers.map(({ secret }) => fingerprint(secret)))
    const returning = peers.find(({ secret }) => this.#retired.has(fingerprint(secret)))
    if (returning !== undefined)
      throw new Error(`the secret shared with ${returning.name} was used before: agree on a new one`)
    for (const { secret } of this.#peers) if (!secrets.has(fingerprint(secret))) this.#retired.add(fingerprint(secret))
    const names = new Set(peers.map(({ name }) => name))
    for (const name of this.#slots.keys()) {
      if (names.has(name)) continue
      this.#slots.delete(name)
      this.#given.delete(name)
    }
    const before = JSON.stringify(this.#peers)
    this.#peers = peers.slice(0, maxPeers).map((peer) => ({ ...peer, ...this.#placeOf(peer) }))
    if (peers.length > maxPeers) this.#log.error('more peers than a tunnel can have', { most: maxPeers })
    if (JSON.stringify(this.#peers) !== before) this.#tell()
  }

  /** Where a peer's datagrams come from. */
  addressOf(name: string): string | undefined {
    return this.#peers.find((peer) => peer.name === name)?.address
  }

  /** All directions go on to the next key. */
  rekey(): void {
    Atomics.add(this.#memory, words.epoch, 1)
  }

  figures(name: string): PeerFigures | undefined {
    const slot = this.#slots.get(name)
    if (slot === undefined) return undefined
    const value = (word: number) => Atomics.load(this.#memory, words.peers + slot * wordsAPeer + word)
    const [sent, answered] = [value(peerWords.pingsSent), value(peerWords.pongsReceived)]
    const observed = new Uint8Array(4)
    new DataView(observed.buffer).setInt32(0, value(peerWords.observedAddress))
    return {
      observedAddress: observed.some((byte) => byte !== 0) ? observed : undefined,
      roundTripMs: answered === 0 ? undefined : value(peerWords.roundTripMicros) / 1000,
      // The last one may still be on its way.
      loss: sent <= 1 ? 0 : Math.max(0, (sent - 1 - answered) / (sent - 1)),
      silentSeconds: answered === 0 ? undefined : Math.floor(nowMs() / 1000) - value(peerWords.lastPongSeconds),
    }
  }

  counters() {
    const value = (word: number) => Atomics.load(this.#memory, word)
    return {
      sentPackets: value(words.sentPackets),
      sentDrops: value(words.sentDrops),
      receivedPackets: value(words.receivedPackets),
      refused: value(words.refused),
      tooLarge: value(words.tooLarge),
    }
  }

  /** Ends; the device goes, with its routes. */
  async stop(): Promise<void> {
    clearInterval(this.#rekeyTimer)
    Atomics.store(this.#memory, words.stop, 1)
    await this.#stopped
    for (const thread of this.#threads) thread.terminate()
    for (const fd of this.#descriptors) closeDevice(fd)
  }

  #listen(thread: Worker, role: string): Promise<void> {
    return new Promise((resolve) => {
      thread.onmessage = ({ data }: MessageEvent<PeerMoved | 'stopped'>) => {
        if (data === 'stopped') resolve()
        else this.#follow(data)
      }
      thread.onerror = (event) => {
        this.#log.error(`the tunnel's ${role} thread failed`, { error: event.message })
        resolve()
      }
    })
  }

  #follow({ name, address, port }: PeerMoved): void {
    const peer = this.#peers.find((one) => one.name === name)
    if (peer === undefined || (peer.address === address && peer.port === port)) return
    this.#log.info('a peer is reached elsewhere now', { node: name, address, port })
    Object.assign(peer, { address, port })
    this.#tell()
  }

  #tell(): void {
    for (const thread of this.#threads) thread.postMessage({ peers: this.#peers })
  }

  /** A peer whose datagrams came from elsewhere in the meantime is still there, unless it is said to have moved again. */
  #placeOf({ name, secret, address, port }: Omit<TunnelPeer, 'slot'>): Pick<TunnelPeer, 'slot' | 'address' | 'port'> {
    const slot = this.#slotOf(name)
    const given = `${fingerprint(secret)} ${address} ${port}`
    const known = this.#peers.find((peer) => peer.name === name)
    const place = this.#given.get(name) === given && known !== undefined ? known : { address, port }
    this.#given.set(name, given)
    return { slot, address: place.address, port: place.port }
  }

  #slotOf(name: string): number {
    const known = this.#slots.get(name)
    if (known !== undefined) return known
    const taken = new Set(this.#slots.values())
    let slot = 0
    while (taken.has(slot)) slot++
    this.#memory.fill(0, words.peers + slot * wordsAPeer, words.peers + (slot + 1) * wordsAPeer)
    this.#slots.set(name, slot)
    return slot
  }
}

const fingerprint = (secret: Uint8Array): string => createHash('sha256').update(secret).digest('base64').slice(0, 22)
