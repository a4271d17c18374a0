import type { Duplex } from 'streamx'
import type { PeerKey } from '../link/links.ts'

/** What a tunnel is for (`pod-stream`, `api`, `operations`, `snapshot`) and small facts about it (at most 4 KiB as JSON). */
export interface TunnelRequest {
  purpose: string
  metadata?: Record<string, string>
}

/**
 * A byte stream with a peer: `end()` closes this direction only, writes wait while the other end does not read, and
 * `destroy(error)` resets it with the error's message as the reason there.
 */
export type Tunnel = Duplex

/** Streams to peers by their keys, many over one link; a slow one does not hold up the others. */
export interface Tunnels {
  /** Resolves when the peer has accepted. Rejects with the peer's reason, or when it is not linked by the deadline (default 10 s). */
  open(peer: PeerKey, request: TunnelRequest, deadlineMs?: number): Promise<Tunnel>
  /** Takes tunnels of one purpose. A throw or a rejection refuses the tunnel with the error's message as its reason. */
  accept(purpose: string, take: (tunnel: Tunnel, request: TunnelRequest, peer: PeerKey) => void | Promise<void>): void
}
