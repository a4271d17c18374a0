/** A node's ed25519 public key in lower-case hex (64 characters): who it is, wherever it is. */
export type PeerKey = string

/** Control messages (Raft, keep-alive) never wait behind more than 64 KiB of bulk. */
export type Priority = 'control' | 'bulk'

/** One protocol's conversation with one peer, for as long as a session with it lasts. */
export interface Channel {
  readonly peer: PeerKey
  /**
   * Sends one whole message (at most `maxMessageBytes`), in order and once; the bytes are the channel's from here on. False
   * when more than the high-water mark waits: go on after `drained`. Never blocks; after `closed` it does nothing.
   */
  send(message: Uint8Array): boolean
  /** Bytes that were sent here and are not yet on their way. */
  readonly queuedBytes: number
}

/** What a protocol does with a channel. A throw is logged with the protocol's name and ends the session with that peer. */
export interface ChannelHandlers {
  received(message: Uint8Array): void
  drained?(): void
  /** The session is over (the peer restarted, was removed, or was not reached for too long): what was on its way may be lost. */
  closed?(): void
}

/** Registered alike on every node; a message for a protocol that the peer does not know is dropped there, and said once. */
export interface Protocol {
  /** Such as `raft`, `tunnel`, `network`. */
  name: string
  priority: Priority
  /** Called on both ends at the begin of each session. */
  opened(channel: Channel): ChannelHandlers
}

export const maxMessageBytes = 4 * 1024 * 1024

/** Where a peer may be reached, beside what discovery finds by its key. */
export interface PeerAddresses {
  /** `host:port` of its UDP socket; IPv6 in brackets. */
  udp: string[]
  /** `ws://` and `wss://` URLs. */
  webSocket: string[]
}

/** How a link's bytes travel, from best to worst. */
export type Way = 'udp' | 'websocket' | 'relayed'

/** For `skein status`, metrics and tests. */
export interface LinkStatus {
  peer: PeerKey
  state: 'connected' | 'connecting'
  way?: Way
  /** Remote `host:port`, or the URL that was dialled. */
  via?: string
  rttMs?: number
  sentBytes: number
  receivedBytes: number
  /** Of this session: sent once more on another way. */
  resentBytes?: number
  /** Packets that the present connection lost and sent again; unknown where the kernel does that. */
  lostPackets?: number
  /** Times the way was changed or lost since the session began. */
  wayChanges: number
  /** When the state began to be this one: clock time. */
  sinceMs?: number
  lastError?: string
}

/**
 * The links of this node: one resumable session with each known peer, dialled by every way there is and kept on the best. A
 * session outlives its connections; when the peer restarts a new one begins (`closed`, then `opened` again).
 */
export interface Links {
  readonly self: PeerKey
  /** Before any peer is known. */
  serve(protocol: Protocol): void
  /**
   * Who may be linked, and where they may be found: from now on these are dialled, unknown ones are refused before any byte
   * of theirs is acted on, and the links of those no longer named are cut.
   */
  setPeers(peers: ReadonlyMap<PeerKey, PeerAddresses>): void
  /** The host's network is not what it was: discovery and dials at once, without waiting for back-off. */
  networkChanged(): void
  status(): LinkStatus[]
  /** Calls at each connect, change of way and loss, until the returned function is called. */
  onChange(changed: () => void): () => void
  close(): Promise<void>
}
