import type { Configuration, PlacedConfiguration } from './configuration.ts'
import type { Entry, Index, LogPosition, NodeId, Term } from './entry.ts'

/** Every message carries its sender's term at the time of sending (figure 2, "rules for all servers"). */
interface Envelope {
  readonly from: NodeId
  readonly to: NodeId
  readonly term: Term
}

/** What a snapshot stands for: the state after `index`, whose entry had `term`, under `configuration`. */
export interface SnapshotMetadata extends LogPosition {
  readonly configuration: Configuration
}

/** "Would you vote for me in `nextTerm`?" Nobody changes state by it (thesis 9.6). */
export interface PreVote extends Envelope {
  readonly type: 'pre-vote'
  readonly nextTerm: Term
  readonly last: LogPosition
}

export interface PreVoteResponse extends Envelope {
  readonly type: 'pre-vote-response'
  readonly nextTerm: Term
  readonly granted: boolean
}

/** AppendEntries. May be sent while the leader's own disk still writes the same entries (thesis 10.2.1). */
export interface Append extends Envelope {
  readonly type: 'append'
  /** What must be right before the entries in the receiver's log. */
  readonly previous: LogPosition
  readonly entries: readonly Entry[]
  readonly commit: Index
}

/** The receiver does not have `rejected`; `hint` is the latest place that may be common to both logs. */
export interface AppendRejected extends Envelope {
  readonly type: 'append-rejected'
  readonly rejected: Index
  readonly hint: LogPosition
}

/** To a leader of an older term: only the envelope's term matters. */
export interface StaleTerm extends Envelope {
  readonly type: 'stale-term'
}

export interface Heartbeat extends Envelope {
  readonly type: 'heartbeat'
  /** Never beyond what the receiver is known to have. */
  readonly commit: Index
  /** The read round that an answer confirms; 0 when none. */
  readonly round: number
}

export interface HeartbeatResponse extends Envelope {
  readonly type: 'heartbeat-response'
  readonly round: number
}

/**
 * To a learner: whether it may take committed entries from any peer (`elsewhere`) or gets them from the leader. To one that does the
 * former it comes in place of heartbeats.
 */
export interface Feed extends Envelope {
  readonly type: 'feed'
  readonly elsewhere: boolean
  readonly commit: Index
  /** The committed one that counts, for a learner that does not know it. */
  readonly configuration: PlacedConfiguration | null
}

/** Whether a learner takes entries from its peers, and how far it got. */
export interface Fed extends Envelope {
  readonly type: 'fed'
  readonly isFed: boolean
  readonly match: Index
  readonly configurationIndex: Index
}

/** "Start an election at once" (thesis 3.10). */
export interface TimeoutNow extends Envelope {
  readonly type: 'timeout-now'
}

/** A read index asked of the leader: answers every read of the sender up to `ticket`. */
export interface ReadIndex extends Envelope {
  readonly type: 'read-index'
  /** Chosen anew at each start of the sender: tickets begin again then, and an old answer must not serve a new read. */
  readonly incarnation: number
  readonly ticket: number
}

export interface ReadIndexResponse extends Envelope {
  readonly type: 'read-index-response'
  readonly incarnation: number
  readonly ticket: number
  readonly index: Index
}

export interface SnapshotChunk extends Envelope {
  readonly type: 'snapshot-chunk'
  /** Which of this leader's transfers: chunks of two of them never mix. */
  readonly transfer: number
  readonly snapshot: SnapshotMetadata
  readonly offsetBytes: number
  readonly data: Uint8Array
  readonly done: boolean
}

/** RequestVote. Promises the sender's term and its vote for itself. */
export interface RequestVote extends Envelope {
  readonly type: 'request-vote'
  readonly last: LogPosition
  /** The old leader asked for this election: a receiver that still hears a leader takes part. */
  readonly transfer: boolean
}

/** Promises the vote. */
export interface Vote extends Envelope {
  readonly type: 'vote'
  readonly granted: boolean
}

/** Promises every entry up to `match`. */
export interface AppendAccepted extends Envelope {
  readonly type: 'append-accepted'
  readonly match: Index
}

/** Promises the chunks before `offsetBytes`: the next one wanted begins there. */
export interface SnapshotProgress extends Envelope {
  readonly type: 'snapshot-progress'
  readonly transfer: number
  readonly offsetBytes: number
}

/** Messages that promise nothing that would have to be on the sender's disk. */
export type FreeMessage =
  | PreVote
  | PreVoteResponse
  | Append
  | AppendRejected
  | StaleTerm
  | Heartbeat
  | HeartbeatResponse
  | TimeoutNow
  | ReadIndex
  | ReadIndexResponse
  | SnapshotChunk
  | Feed
  | Fed

/** Messages that must not leave before what they promise is durable. */
export type PromiseMessage = RequestVote | Vote | AppendAccepted | SnapshotProgress

export type Message = FreeMessage | PromiseMessage
