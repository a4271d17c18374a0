import type { SessionSecret } from './seal.ts'

/** A peer as the threads are told of it. */
export interface TunnelPeer extends SessionSecret {
  /** The node's name. */
  name: string
  /** Its addresses and its pods', as text. */
  cidrs: string[]
  /** Where its datagrams go. */
  address: string
  port: number
  /** Its place in the shared figures; unchanged while it is a peer. */
  slot: number
}

export interface ThreadStart {
  role: 'send' | 'receive'
  tun: number
  udp: number
  memory: SharedArrayBuffer
}

export interface ThreadPeers {
  peers: TunnelPeer[]
}

/** What a thread tells: a peer's datagrams come from elsewhere now. */
export interface PeerMoved {
  name: string
  address: string
  port: number
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
  peers: 16,
}
export const peerWords = {
  pingsSent: 0,
  pongsReceived: 1,
  roundTripMicros: 2,
  lastPongSeconds: 3,
  /** Where the peer sees us: an IPv4 address, 0 for none or another. */
  observedAddress: 4,
}
export const wordsAPeer = 8
export const maxPeers = 1024
export const memoryBytes = (words.peers + maxPeers * wordsAPeer) * 4

/** Milliseconds of one clock for all threads of the process. */
export const nowMs = (): number => performance.timeOrigin + performance.now()
