/** A node as Raft knows it: any string that is unique in the cluster and stays with the node (its public key). */
export type NodeId = string

/** Raft's logical time: at most one leader each. 0 is before the first election. */
export type Term = number

/** Position in the log. The first entry has 1; 0 is before everything. */
export type Index = number

/**
 * `command`: what was proposed. `configuration`: a whole `Configuration`, see `encodeConfiguration`. `empty`: a new
 * leader's first entry, by which it learns what is committed (section 8 of the paper).
 */
export type EntryKind = 'command' | 'configuration' | 'empty'

export interface Entry {
  readonly index: Index
  readonly term: Term
  readonly kind: EntryKind
  /** Shared by log, messages and effects: nobody may change it. Time stamps are the log layer's, inside the data. */
  readonly data: Uint8Array
}

/** An entry's place; two logs that agree on it agree on all before it (Log Matching). */
export interface LogPosition {
  readonly index: Index
  readonly term: Term
}

/** What must be on disk before a message that promises it leaves (figure 2, "persistent state"). */
export interface HardState {
  readonly term: Term
  readonly votedFor: NodeId | null
}

/** Counted for every entry beside its data, so that a flood of empty ones is bounded too. */
const entryOverheadBytes = 32

export function sizeBytesOf(entry: Entry): number {
  return entry.data.byteLength + entryOverheadBytes
}
