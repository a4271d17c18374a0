import type NoiseSecretStream from '@hyperswarm/secret-stream'
import type { PeerAddresses, PeerKey, Way } from './links.ts'

/**
 * One open connection with a peer, whoever dialled. Handed over with the Noise handshake done, its owner not yet reading
 * (nobody listens to `data`); from then on the links own it and end it with `stream.destroy()`.
 */
export interface Connection {
  /**
   * Encrypted and message-preserving: one write here is one `data` there. Its `remotePublicKey` is the peer's key, its
   * `handshakeHash` the connection's name on both ends. When `stream.rawStream` has `unsentBytes` (our UDXStream) no more
   * than 64 KiB of bulk waits in it; elsewhere the session keeps what is on its way within a window of its own.
   */
  readonly stream: NoiseSecretStream
  readonly peer: PeerKey
  /** May get better while it runs (a relayed stream that becomes direct): `LinkTransportOwner.wayChanged`. */
  way: Way
  /** Remote `host:port` of a UDP connection, or the URL that was dialled, or `host:port` of who dialled a WebSocket. */
  via: string
  readonly isInitiator: boolean
}

/** What a transport is told and asks: the links. */
export interface LinkTransportOwner {
  /**
   * To be asked as early as the key is known (Hyperswarm's firewall; after the Noise handshake of a WebSocket), before any
   * byte of the peer is handed on. Cheap.
   */
  isAllowed(peer: PeerKey): boolean
  /** A connection that `dial` did not ask for: a peer dialled, or discovery did by itself. Ownership goes with it. */
  accept(connection: Connection): void
  /** `way` or `via` of a connection are different from what they were. */
  wayChanged(connection: Connection): void
}

/** One kind of way to peers: Hyperswarm (mesh/swarm), WebSockets (mesh/websocket). */
export interface LinkTransport {
  /** For the log and for errors, such as `hyperswarm`. */
  readonly name: string
  /** Called once, first of all. Connections may come from now on. Rejects with one clear sentence when it cannot listen. */
  start(owner: LinkTransportOwner): Promise<void>
  /** Who may be linked (without this node itself) and where they may be found; at each change. */
  setPeers(peers: ReadonlyMap<PeerKey, PeerAddresses>): void
  /**
   * Tries to reach the peer now; undefined when this transport knows no way to it, or looks for it all the time by itself
   * and answers through `accept`. Rejects with one sentence for `skein status`, after at most 15 s; also when `signal`
   * aborts. The caller does not dial the same peer again before it settled or was aborted, and spaces dials by a back-off.
   */
  dial(peer: PeerKey, addresses: PeerAddresses, signal: AbortSignal): Promise<Connection> | undefined
  /** The host's addresses or routes changed: sockets and discovery anew where that helps, at once. */
  networkChanged(): void
  /** Ends what it opened, also connections that it handed over. */
  close(): Promise<void>
}
