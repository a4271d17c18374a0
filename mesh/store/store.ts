/**
 * The replicated state as everything above the mesh sees it: keys, bytes and one order of transactions.
 * It knows nothing of Kubernetes. Two implementations: `MemoryStore` for tests, and the replicated one.
 */

/** Position in the one order of transactions; 0 is "before everything". A safe integer that only grows. */
export type Revision = number

/**
 * Durable keeps its history; transient (Lease, Event, Node and Pod status) is as durable and ordered, but history
 * keeps only the newest five minutes of it, enough for watches.
 */
export type TransactionClass = 'durable' | 'transient'

/** What must still hold when the transaction is applied; `revision` 0 says that the key must be absent. */
export interface Precondition {
  key: string
  /** The revision in which the key was last changed. */
  revision: Revision
}

export interface Change {
  key: string
  /** null deletes. The store keeps the buffer: do not change it afterwards. */
  value: Uint8Array | null
  /** The key is deleted this many milliseconds of cluster time after the transaction's own time. */
  ttlMs?: number
}

export interface Author {
  /** The authenticated user, or `system:...` for a loop. */
  user: string
  /** The peer that took the request. */
  peer: string
}

/** Applied once, whole, or not at all. */
export interface Transaction {
  /** Who sent it and its counter there: a second arrival of the same id is dropped and answered like the first. */
  id: { origin: string; counter: number }
  class: TransactionClass
  author: Author
  message?: string
  /** The revision whose event made a loop act, so that one can walk from an effect to its cause. */
  cause?: Revision
  /** The Raft term in which a leader-only loop was elected; apply refuses an older one. */
  term?: number
  preconditions: Precondition[]
  changes: Change[]
}

/** A committed transaction's place in the order. All of its changes share the revision. */
export interface Committed {
  revision: Revision
  /** Cluster time in ms since the epoch, stamped by the leader, never decreasing. */
  timeMs: number
}

export interface Entry {
  key: string
  /** Owned by the store: read only. */
  value: Uint8Array
  /** The revision that wrote this value. */
  revision: Revision
  /** The revision that created the key (since it was last absent). */
  created: Revision
}

export interface Listing {
  entries: Entry[]
  /** The state this listing shows. */
  revision: Revision
  /** The first key left out when a limit cut the listing. */
  next?: string
}

export interface ListOptions {
  /** At most this many entries; no limit when absent. */
  limit?: number
  /** Start at this key (inclusive) instead of at the prefix. */
  from?: string
  /** Read at this revision instead of at the newest applied one. */
  at?: Revision
}

/** One change of one key, as watches see it. */
export interface StoreEvent {
  key: string
  revision: Revision
  timeMs: number
  /** null: deleted. */
  value: Uint8Array | null
  /** The value before, null when the change created the key. */
  previous: Uint8Array | null
  /** The revision that wrote `previous`; 0 when the change created the key. */
  previousRevision: Revision
  /** The revision that created the key. */
  created: Revision
}

/**
 * Events in order, without gap and without duplicate, in batches; a transaction's events are never split over two
 * batches. `revision` is the newest applied revision this watch has seen, also when none of its keys changed.
 * Ends by `return()`, by the store's close, or by throwing `Compacted` when the consumer fell too far behind.
 */
export interface StoreWatch extends AsyncIterable<{ events: StoreEvent[]; revision: Revision }> {
  close(): void
}

/** An operation of the history: one committed transaction, seen from one key. */
export interface HistoryItem {
  revision: Revision
  timeMs: number
  author: Author
  message?: string
  cause?: Revision
  value: Uint8Array | null
}

export interface Store {
  /** Resolves once the transaction is durable at a majority and applied here. Throws StoreError. */
  commit(transaction: Transaction): Promise<Committed>
  /** From the applied state of this node; undefined when absent. */
  get(key: string, at?: Revision): Promise<Entry | undefined>
  /** Entries whose keys begin with the prefix, in byte order of keys. */
  list(prefix: string, options?: ListOptions): Promise<Listing>
  /** All changes below the prefix with a revision greater than `after`. Throws `Compacted` when they are gone. */
  watch(prefix: string, after: Revision): StoreWatch
  /** Newest first. */
  history(key: string, limit?: number): Promise<HistoryItem[]>
  /** Waits until everything committed anywhere before the call is applied here, and says which revision that is. */
  barrier(): Promise<Revision>
  /** The newest revision applied here. */
  readonly revision: Revision
  /** Reads below this revision are refused; of transient transactions also those more than five minutes before now. */
  readonly compacted: Revision
  /** Watches must begin at this revision or later. */
  readonly watchable: Revision
  close(): Promise<void>
}

export type StoreErrorCode =
  /** A precondition did not hold; `key` and `actual` say which and what is there. Nothing was changed. */
  | 'PreconditionFailed'
  /** The transaction carries a term older than the newest one: its author is no longer the leader. */
  | 'StaleTerm'
  /** No majority can be reached; it was not and will not be applied. */
  | 'NoQuorum'
  /** The outcome is not known by the deadline. */
  | 'Unknown'
  /** A bounded queue is full; nothing was done. */
  | 'Overloaded'
  /** A value or the whole transaction exceeds its limit. */
  | 'TooLarge'
  /** The transaction is malformed, or has a precondition that is not known here. */
  | 'Invalid'
  /** The revision asked for is older than the history kept. */
  | 'Compacted'
  /** The revision asked for has not been applied here in time. */
  | 'FutureRevision'
  /** The disk refused; the store takes no more writes until the process is started again. */
  | 'Poisoned'
  | 'Closed'

export class StoreError extends Error {
  override readonly name = 'StoreError'
  constructor(
    readonly code: StoreErrorCode,
    message: string,
    /** PreconditionFailed: the key and its actual revision. Compacted: the oldest readable revision. */
    readonly detail: { key?: string; actual?: Revision; compacted?: Revision } = {},
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Largest value of one key, in bytes (etcd's default request limit). */
export const maxValueBytes = 1_500_000
/** Largest sum of keys and values of one transaction, in bytes. */
export const maxTransactionBytes = 4_000_000
