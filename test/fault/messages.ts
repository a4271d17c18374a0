/** What the loops of a voter that leads, or led, are about to be, or are. */
export type LoopsState = 'changing' | 'working' | 'ended'

/** What a voter's process is started with. */
export interface VoterOrders {
  id: string
  directory: string
  tickMs: number
  /** How many times as fast as the machine's the time of loops and workers goes, and since when (ms since the epoch). */
  speed?: number
  startMs?: number
}

export interface ToVoter {
  from: string
  datagram: Uint8Array
}

export type FromVoter =
  | { kind: 'ready' }
  | { kind: 'datagram'; to: string; datagram: Uint8Array }
  | { kind: 'leadership'; role: string; term: number; loops: LoopsState }
