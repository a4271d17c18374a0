import type { SessionSecret } from './seal.ts'

/** Where datagrams go: the address as text, and the UDP port. */
export interface Endpoint {
  address: string
  port: number
}

/** For people. */
export const formatEndpoint = ({ address, port }: Endpoint): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** A place where a peer may be reached; pings and their answers name it by its index and generation. */
export interface Candidate extends Endpoint {
  /** Told apart from one that had the same index before: a byte. */
  generation: number
}

export const maxCandidates = 8

/** A peer as the threads are told of it. */
export interface TunnelPeer extends SessionSecret {
  /** The node's name. */
  name: string
  /** Its addresses and its pods', as text. */
  cidrs: string[]
  /** By index; at most `maxCandidates`. */
  candidates: (Candidate | undefined)[]
  /** Index of the candidate that packets are sent to; undefined: none. */
  current: number | undefined
  /** Packets for it are handed to the main thread instead. */
  isByLink: boolean
  /** Its place in the shared figures; unchanged while it is a peer. */
  slot: number
}

export interface ThreadStart {
  role: 'send' | 'receive'
  tun: number
  udp: number
  /** The UDP socket speaks IPv4 and IPv6. */
  isForBoth: boolean
  memory: SharedArrayBuffer
}

export interface ThreadPeers {
  peers: TunnelPeer[]
}

/** What a thread tells: a peer's datagrams come from a place that is none of its candidates. */
export interface PeerMoved extends Endpoint {
  name: string
}

/** What a thread tells: a datagram that looks like the answer of a rendezvous, and where it came from. */
export interface Reflection extends Endpoint {
  reflection: Uint8Array
}

/** What a thread tells: a packet, with its offloads, for a peer that is reached by the link. */
export interface LinkPacket {
  name: string
  packet: Uint8Array<ArrayBuffer>
}

/** Places in the shared Int32Array. */
export const words = {
  stop: 0,
  epoch: 2,
  sentPackets: 3,
  sentDrops: 4,
  receivedPackets: 5,
  /** Forged, damaged or repeated datagrams, and packets from addresses that are not the peer's. */
  refused: 6,
  tooLarge: 7,
  /** Of packets on their way to the main thread. */
  linkBytes: 8,
  /** Between two rounds of pings. */
  pingIntervalMs: 9,
  peers: 16,
}

/** Of each candidate. */
export const candidateWords = {
  pings: 0,
  pongs: 1,
  roundTripMicros: 2,
  /** `clockWord` of the last answer; only where `pongs` is not 0. */
  lastPong: 3,
  /** Where the peer sees us: an IPv4 address, 0 for none or another; and the port. */
  observedAddress: 4,
  observedPort: 5,
  /** A bit for each of `pathSizes` that was answered since the sending thread looked. */
  answeredSizes: 6,
  /** The largest IP packet that passes; 0 until it is known. */
  pathBytes: 7,
}
export const wordsACandidate = 8
export const wordsAPeer = wordsACandidate * maxCandidates
export const maxPeers = 1024
export const memoryBytes = (words.peers + maxPeers * wordsAPeer) * 4

export const candidatePlace = (slot: number, index: number): number =>
  words.peers + slot * wordsAPeer + index * wordsACandidate

/** Milliseconds of one clock for all threads of the process. */
export const nowMs = (): number => performance.timeOrigin + performance.now()

/** The time in a word; it comes round in 49 days. */
export const clockWord = (ms: number): number => Math.floor(ms) | 0

/** Milliseconds since a `clockWord`. */
export const sinceWord = (word: number, ms: number): number => (clockWord(ms) - word) | 0

/** Rounds of pings that may go without an answer before a path counts as dead. */
const aliveRounds = 4

/** A path that answered this recently is alive. */
export const aliveMsOf = (memory: Int32Array): number => aliveRounds * Atomics.load(memory, words.pingIntervalMs)

/** True when the candidate answered lately. */
export function isAlive(memory: Int32Array, slot: number, index: number, ms: number): boolean {
  const place = candidatePlace(slot, index)
  if (Atomics.load(memory, place + candidateWords.pongs) === 0) return false
  return sinceWord(Atomics.load(memory, place + candidateWords.lastPong), ms) <= aliveMsOf(memory)
}
