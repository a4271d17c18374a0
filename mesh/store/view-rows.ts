import type { Revision } from './store.ts'

/** A change as the view keeps it: where to find the value, not the value itself. */
export interface ChangeRow {
  key: string
  revision: Revision
  created: Revision
  timeMs: number
  /** Index of the operation's block; -1 when the key's time to live ended. */
  block: number
  deleted: boolean
  /** Pruned stands for one or more transient changes that are no longer known; its own fields are those of the first. */
  kind: ChangeKind
}

/** The position is the number in the database: append only. */
export const changeKinds = ['durable', 'transient', 'pruned'] as const
export type ChangeKind = (typeof changeKinds)[number]

/** What is known of each block of the operations that is not cleared. */
export interface BlockRow {
  block: number
  /** That of its transaction; 0 when it changed nothing. */
  revision: Revision
  timeMs: number
  kind: ChangeKind
  sizeBytes: number
  /** Changes of this block that history still shows. */
  live: number
}

/** Keys whose time to live ended, all in one revision. */
export interface ExpiryRow {
  revision: Revision
  timeMs: number
  keys: string[]
}

export interface EntryRow {
  key: string
  value: Uint8Array
  revision: Revision
  created: Revision
  expiresMs: number
}

export interface RecentRow {
  id: string
  revision: Revision
  timeMs: number
  /** JSON of the refusal, or '' when the transaction was committed. */
  refusal: string
}

/** How far the view has applied the operations. */
export interface ViewPosition {
  /** Number of operations applied, that is the index of the next block. */
  applied: number
  revision: Revision
  timeMs: number
  term: number
  /** Reads at revisions below this one are refused. */
  compacted: Revision
}

/** One write of the view: everything that a run of operations changed, in one transaction. */
export interface ViewBatch {
  position: Omit<ViewPosition, 'compacted'>
  /** Each changed key's newest entry, null when it was deleted. */
  entries: Map<string, EntryRow | null>
  changes: ChangeRow[]
  recent: RecentRow[]
  blocks: BlockRow[]
  expiries: ExpiryRow[]
}
