import { createHash } from 'node:crypto'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { startThread } from '../../../mesh/thread/thread.ts'
import { addressOf, type Family, familyOf, formatAddress, parseCidr } from '../address/address.ts'
import { RouteNetlink } from '../netlink/route.ts'
import { Candidates, innerIndex } from './candidates.ts'
import { closeDevice, openTun, openUdp, writeDevice } from './device.ts'
import { outerHeaderBytes } from './path-size.ts'
import { PeerTable } from './peer-table.ts'
import { Reflectors } from './reflector.ts'
import { type SessionSecret, sealOverheadBytes } from './seal.ts'
import { maxPacketBytes, offloadHeaderBytes, segmentOverheadBytes } from './segment.ts'
import {
  aliveMsOf,
  candidatePlace,
  candidateWords,
  type Endpoint,
  isAlive,
  type LinkPacket,
  maxPeers,
  memoryBytes,
  nowMs,
  type PeerMoved,
  type Reflection,
  sinceWord,
  type TunnelPeer,
  words,
  wordsACandidate,
  wordsAPeer,
} from './shared.ts'

export interface TunnelOptions {
  instance: string
  /** The node's own address: what packets that leave by the tunnel get where they are masqueraded. */
  nodeAddress: string
  /** The UDP port; 0 for any. */
  port: number
  /** Rendezvous hosts, as `host:port`, which tell where the socket is seen from outside. */
  reflectors?: readonly string[]
  /** Takes a packet, with its offloads, for a peer that is reached by the link. */
  toLink?: (name: string, packet: Uint8Array) => void
  log: Logger
}

/** Another node's end of the tunnel. */
export interface TunnelEndpoint extends SessionSecret {
  /** The node's name. */
  name: string
  /** Its addresses and its pods', as text. */
  cidrs: string[]
  /** Where it may be reached, best first. */
  endpoints: Endpoint[]
  /** Its tunnel at its address in the mesh: pinged by the way that packets to it take. */
  inner?: Endpoint
  /** Its packets are given to `toLink`; pings go on. */
  isByLink?: boolean
}

/** One place where a peer may be reached, as its pings tell. */
export interface PathFigures extends Endpoint {
  roundTripMs: number
  /** Answered lately. */
  isAlive: boolean
  /** This node's socket as the peer sees it there. */
  observed: Endpoint | undefined
  /** The largest packet that the tunnel carries there; undefined until it is known. Of the path that packets take only. */
  mtu: number | undefined
  pings: number
  pongs: number
}

type Path = PathFigures & { silentMs: number }

/** How a peer is reached. */
export interface PeerFigures {
  /** Those that have ever answered, in no order. */
  paths: PathFigures[]
  /** The way that packets to it take, whichever that is. */
  inner: PathFigures | undefined
  /** The one that packets take, when it has answered. */
  current: PathFigures | undefined
  /** Since any of them answered; undefined: none ever did. */
  silentMs: number | undefined
}

/** Of paths that no probe has measured yet. */
const defaultPathBytes = 1500
const rekeyMs = 60 * 60 * 1000
/** How often it is looked which paths answer. */
const lookMs = 100
/** Between two rounds of pings: at least, and for each peer, so that many peers do not cost more. */
const [minPingIntervalMs, pingIntervalAPeerMs] = [250, 4]

/** The largest packet that the tunnel carries over a path whose IP packets have so many bytes. */
const tunnelMtu = (pathBytes: number, family: Family): number =>
  pathBytes - outerHeaderBytes[family] - sealOverheadBytes - segmentOverheadBytes

/** The device's MTU; where a path carries less, the route has to say so. */
export const maxTunnelMtu = tunnelMtu(defaultPathBytes, 'IPv4')

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
  readonly #candidates = new Map<string, Candidates>()
  readonly #timers: ReturnType<typeof setInterval>[]
  readonly #toLink: (name: string, packet: Uint8Array) => void
  /** Fingerprints of secrets no longer in use: one for every session that ended. */
  readonly #retired = new Set<string>()
  readonly #reflectors: Reflectors
  #table = new PeerTable<string>([])
  #peers: TunnelPeer[] = []

  constructor({ instance, nodeAddress, port, reflectors = [], toLink, log }: TunnelOptions) {
    this.#log = log
    this.#toLink = toLink ?? (() => undefined)
    this.#memory[words.pingIntervalMs] = minPingIntervalMs
    const tun = openTun(tunnelName(instance))
    const udp = openUdp(port)
    this.#descriptors = [tun, udp.fd]
    this.port = udp.port
    this.#reflectors = new Reflectors(udp, reflectors)
    const netlink = new RouteNetlink()
    const { index } = netlink.links().find(({ name }) => name === tunnelName(instance))!
    const own = addressOf(nodeAddress)
    netlink.addAddress({ link: index, address: own, prefixLength: own.length * 8 })
    netlink.setMtu(index, maxTunnelMtu)
    netlink.setUp(index)
    netlink.close()
    this.link = index
    const ends: Promise<void>[] = []
    this.#threads = (['send', 'receive'] as const).map((role) => {
      const thread = startThread('agent/network/tunnel/tunnel.worker.ts')
      thread.postMessage({ role, tun, udp: udp.fd, isForBoth: udp.isForBoth, memory: this.#memory.buffer })
      ends.push(this.#listen(thread, role))
      return thread
    })
    this.#stopped = Promise.all(ends)
    this.#timers = [setInterval(() => this.rekey(), rekeyMs), setInterval(() => this.#look(), lookMs)]
  }

  /**
   * Replaces the peers. A secret of one that was gone may not come back, since its counters are forgotten. Paths of a
   * peer that is known go on.
   */
  setPeers(peers: TunnelEndpoint[]): void {
    const secrets = new Set(peers.map(({ secret }) => fingerprint(secret)))
    const returning = peers.find(({ secret }) => this.#retired.has(fingerprint(secret)))
    if (returning !== undefined)
      throw new Error(`the secret shared with ${returning.name} was used before: agree on a new one`)
    for (const { secret } of this.#peers) if (!secrets.has(fingerprint(secret))) this.#retired.add(fingerprint(secret))
    const names = new Set(peers.map(({ name }) => name))
    for (const name of this.#slots.keys()) {
      if (names.has(name)) continue
      this.#slots.delete(name)
      this.#candidates.delete(name)
    }
    if (peers.length > maxPeers) this.#log.error('more peers than a tunnel can have', { most: maxPeers })
    this.#peers = peers.slice(0, maxPeers).map((peer) => this.#peerFrom(peer))
    this.#table = new PeerTable(this.#peers.map(({ name, cidrs }) => [name, cidrs.map(parseCidr)]))
    Atomics.store(
      this.#memory,
      words.pingIntervalMs,
      Math.max(minPingIntervalMs, this.#peers.length * pingIntervalAPeerMs),
    )
    this.#tell()
  }

  /** A packet that came by the link. False when it is none of that peer's. */
  takeFromLink(name: string, packet: Uint8Array): boolean {
    const isOfPeer = packet.length <= maxPacketBytes && this.#table.ofSource(packet, offloadHeaderBytes) === name
    const isTaken = isOfPeer && writeDevice(this.#descriptors[0]!, packet) >= 0
    Atomics.add(this.#memory, isTaken ? words.receivedPackets : words.refused, 1)
    return isTaken
  }

  /** All directions go on to the next key. */
  rekey(): void {
    Atomics.add(this.#memory, words.epoch, 1)
  }

  /** Where the socket is seen from outside, as the reflectors tell. */
  get reflected(): Endpoint[] {
    return this.#reflectors.observed
  }

  /** Undefined for who is no peer. */
  figures(name: string): PeerFigures | undefined {
    const slot = this.#slots.get(name)
    const candidates = this.#candidates.get(name)
    if (slot === undefined || candidates === undefined) return undefined
    const now = nowMs()
    const list = candidates.list.map((one, index) => one && this.#path(slot, index, one, now))
    const paths = list.filter((one, index) => one !== undefined && index !== innerIndex) as Path[]
    const current = candidates.current === undefined ? undefined : list[candidates.current]
    const silences = paths.map(({ silentMs }) => silentMs)
    const inner = list[innerIndex]
    return { paths, inner, current, silentMs: silences.length === 0 ? undefined : Math.min(...silences) }
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
    for (const timer of this.#timers) clearInterval(timer)
    this.#reflectors.stop()
    Atomics.store(this.#memory, words.stop, 1)
    await this.#stopped
    for (const thread of this.#threads) thread.terminate()
    for (const fd of this.#descriptors) closeDevice(fd)
  }

  #listen(thread: Worker, role: string): Promise<void> {
    return new Promise((resolve) => {
      thread.onmessage = ({ data }: MessageEvent<PeerMoved | Reflection | LinkPacket | 'stopped'>) => {
        if (data === 'stopped') resolve()
        else if ('packet' in data) this.#handOver(data)
        else if ('reflection' in data) this.#reflectors.take(data.reflection, data)
        else this.#found(data)
      }
      thread.onerror = (event) => {
        this.#log.error(`the tunnel's ${role} thread failed`, { error: event.message })
        resolve()
      }
    })
  }

  #handOver({ name, packet }: LinkPacket): void {
    Atomics.sub(this.#memory, words.linkBytes, packet.length)
    this.#toLink(name, packet)
  }

  #found({ name, address, port }: PeerMoved): void {
    // By its address in the mesh it speaks through other ways than this one.
    if (this.#table.ofAddress(addressOf(address)) !== undefined) return
    const index = this.#candidates.get(name)?.find({ address, port })
    if (index === undefined) return
    this.#log.info('a peer speaks from a place that it did not name', { node: name, address, port })
    this.#forget(this.#slots.get(name)!, index)
    this.#refresh(name)
  }

  /** Follows the paths that answer. */
  #look(): void {
    const now = nowMs()
    for (const { name, slot } of this.#peers) {
      const isChanged = this.#candidates.get(name)!.choose((index) => isAlive(this.#memory, slot, index, now))
      if (isChanged) this.#refresh(name)
    }
  }

  #refresh(name: string): void {
    const candidates = this.#candidates.get(name)!
    this.#peers = this.#peers.map((peer) =>
      peer.name === name ? { ...peer, candidates: candidates.list, current: candidates.current } : peer,
    )
    this.#tell()
  }

  #tell(): void {
    for (const thread of this.#threads) thread.postMessage({ peers: this.#peers })
  }

  #peerFrom({ name, secret, isInitiator, cidrs, endpoints, inner, isByLink = false }: TunnelEndpoint): TunnelPeer {
    const slot = this.#slotOf(name)
    const candidates = this.#candidates.get(name) ?? new Candidates()
    this.#candidates.set(name, candidates)
    for (const index of candidates.set(endpoints, inner)) this.#forget(slot, index)
    const now = nowMs()
    candidates.choose((index) => isAlive(this.#memory, slot, index, now))
    const { list, current } = candidates
    return { name, secret, isInitiator, cidrs, candidates: list, current, isByLink, slot }
  }

  #path(slot: number, index: number, endpoint: Endpoint, now: number): Path | undefined {
    const place = candidatePlace(slot, index)
    const value = (word: number) => Atomics.load(this.#memory, place + word)
    const pongs = value(candidateWords.pongs)
    if (pongs === 0) return undefined
    const observed = new Uint8Array(4)
    new DataView(observed.buffer).setInt32(0, value(candidateWords.observedAddress))
    const pathBytes = value(candidateWords.pathBytes)
    const silentMs = Math.max(0, sinceWord(value(candidateWords.lastPong), now))
    return {
      address: endpoint.address,
      port: endpoint.port,
      roundTripMs: value(candidateWords.roundTripMicros) / 1000,
      silentMs,
      isAlive: silentMs <= aliveMsOf(this.#memory),
      observed: observed.some((byte) => byte !== 0)
        ? { address: formatAddress(observed), port: value(candidateWords.observedPort) }
        : undefined,
      mtu: pathBytes === 0 ? undefined : tunnelMtu(pathBytes, familyOf(addressOf(endpoint.address))),
      pings: value(candidateWords.pings),
      pongs,
    }
  }

  /** What was measured of the candidate that had this index. */
  #forget(slot: number, index: number): void {
    const place = candidatePlace(slot, index)
    this.#memory.fill(0, place, place + wordsACandidate)
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
