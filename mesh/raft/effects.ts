import type { Entry, HardState, Index, NodeId, Term } from './entry.ts'
import type { FreeMessage, PromiseMessage, SnapshotMetadata } from './message.ts'

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader'

/** Bytes of a snapshot that arrived, in order, for the driver to keep until the snapshot is whole. */
export interface ReceivedChunk {
  readonly snapshot: SnapshotMetadata
  /** 0 begins anew: what was received before is void. */
  readonly offsetBytes: number
  readonly data: Uint8Array
}

/**
 * One atom on disk: all of it or, after a crash, none. In this order: keep `chunks`, make the received snapshot the
 * state and its position the log's new base (dropping all entries), cut the log, append.
 */
export interface Persist {
  readonly hardState?: HardState
  readonly chunks: readonly ReceivedChunk[]
  readonly snapshot?: SnapshotMetadata
  /** Drop this entry and all after it before appending. */
  readonly truncateFrom?: Index
  readonly entries: readonly Entry[]
}

/** The leader wants a chunk of a snapshot; the driver answers with `snapshotChunk` or `snapshotUnavailable`. */
export interface ChunkRequest {
  readonly to: NodeId
  readonly transfer: number
  /** Undefined for the first chunk: the driver chooses which snapshot, a recent one. */
  readonly snapshot: SnapshotMetadata | undefined
  readonly offsetBytes: number
}

/** Where a learner gets entries: from the leader, or committed ones from any peer (`Raft.beginFeed`). */
export type FeedSource = 'leader' | 'elsewhere'

export interface Leadership {
  readonly role: Role
  readonly term: Term
  readonly leader: NodeId | null
}

/** All reads with a ticket up to this one may be answered from a state that has applied `index`. */
export interface ReadyReads {
  readonly ticket: number
  readonly index: Index
}

/**
 * What the driver must do, in the order of the fields. Records are handled in order of their sequence; a driver may take the next
 * while a disk write is still under way, as long as the writes happen in order.
 */
export interface Effects {
  readonly sequence: number
  /** May go at once, also while `persist` is being written. */
  readonly sendNow: readonly FreeMessage[]
  /** Call `persisted(sequence)` once this, and all before it, is durable. Absent: nothing to write, nothing to call. */
  readonly persist?: Persist
  /** May go only when `persist` of this record and of all before it is durable. */
  readonly send: readonly PromiseMessage[]
  /** Committed and durable here. Call `applied(index)` when done; may be done while later records are handled. */
  readonly apply: readonly Entry[]
  readonly reads?: ReadyReads
  readonly chunkRequests: readonly ChunkRequest[]
  /** Present when a learner may, or must no longer, take committed entries from peers. */
  readonly feed?: FeedSource
  /** Present when role, term or leader changed. */
  readonly leadership?: Leadership
}
