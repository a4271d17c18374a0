import { SortedMap } from '../sorted-map/sorted-map.ts'
import { StateChecksum } from './checksum.ts'
import { compareKeys } from './key-order.ts'
import {
  type Committed,
  type Entry,
  type Listing,
  type ListOptions,
  type Revision,
  StoreError,
  type StoreEvent,
  type Transaction,
} from './store.ts'

/** A key's newest value as the state keeps it. */
export interface StateEntry extends Entry {
  /** Cluster time at which the key is deleted; 0 for never. */
  expiresMs: number
}

export type Outcome = { committed: Committed } | { refused: StoreError }

/** What one revision changed. */
export interface RevisionBatch {
  revision: Revision
  events: StoreEvent[]
  /** True when keys ended their time to live; false when a transaction wrote them. */
  expiry: boolean
}

/** What applying one operation did: the same on every node. */
export interface Applied {
  batches: RevisionBatch[]
  /** Undefined for an operation without a transaction. */
  outcome?: Outcome
  /** The transaction was applied before: this is the outcome of then. */
  isRepeated?: true
}

/** An applied id and its outcome, kept for a while so that a transaction sent twice is done once. */
export interface RecentId {
  id: string
  outcome: Outcome
}

/** What a view gives back when a node starts again. */
export interface RestoredState {
  entries: Iterable<StateEntry>
  recent: Iterable<RecentId>
  revision: Revision
  timeMs: number
  term: number
}

/** How many applied ids are remembered. A transaction is never sent again after this many others. */
export const maxRecentIds = 8192
const maxExpiriesPerOperation = 1000
const expiryDigits = 16

/** The replicated state as a function of the operations: deterministic, no I/O, no clock. */
export class State {
  readonly #entries = new SortedMap<string, StateEntry>(undefined, compareKeys)
  /** Time of expiry in fixed width, then the key: in order of expiry. */
  readonly #expiries = new SortedMap<string, string>()
  readonly #recent = new Map<string, Outcome>()
  /** Its keys in a ring: to ask a Map for its oldest key again and again walks over those that were deleted. */
  readonly #recentIds: string[] = []
  #oldestId = 0
  readonly #checksum = new StateChecksum()
  #revision: Revision = 0
  #term = 0

  get revision(): Revision {
    return this.#revision
  }

  /** The newest term seen: transactions of older ones are refused. */
  get term(): number {
    return this.#term
  }

  /** Of all entries: the same on every node after the same operations. */
  get checksum(): number {
    return this.#checksum.value
  }

  /** Puts back what a view kept, before the first apply. */
  restore(restored: RestoredState): void {
    for (const entry of restored.entries) this.#put(entry)
    for (const { id, outcome } of restored.recent) this.#remember(id, outcome)
    this.#revision = restored.revision
    this.#term = restored.term
  }

  /** `transaction` is undefined for a leader's empty block; keys expire there too. */
  apply(timeMs: number, term: number, transaction: Transaction | undefined): Applied {
    this.#term = Math.max(this.#term, term)
    const applied: Applied = { batches: [] }
    this.#expire(applied, timeMs)
    if (transaction === undefined) return applied
    const id = idOf(transaction)
    applied.outcome = this.#recent.get(id)
    if (applied.outcome !== undefined) return { ...applied, isRepeated: true }
    applied.outcome = this.#decide(applied, timeMs, transaction)
    this.#remember(id, applied.outcome)
    return applied
  }

  get(key: string): StateEntry | undefined {
    return this.#entries.get(key)
  }

  list(prefix: string, options: ListOptions = {}): Listing {
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    const start = options.from !== undefined && compareKeys(options.from, prefix) > 0 ? options.from : prefix
    const entries: Entry[] = []
    for (const [key, entry] of this.#entries.entries(start)) {
      if (!key.startsWith(prefix)) break
      if (entries.length >= limit) return { entries, revision: this.#revision, next: key }
      entries.push(entry)
    }
    return { entries, revision: this.#revision }
  }

  /** The earliest expiry, in cluster time; undefined when nothing expires. */
  nextExpiryMs(): number | undefined {
    const first = this.#expiries.minKey()
    return first === undefined ? undefined : Number(first.slice(0, expiryDigits))
  }

  #decide(applied: Applied, timeMs: number, transaction: Transaction): Outcome {
    const refused = this.#refusal(transaction)
    if (refused !== undefined) return { refused }
    if (transaction.term !== undefined) this.#term = Math.max(this.#term, transaction.term)
    const batch: RevisionBatch = { revision: ++this.#revision, events: [], expiry: false }
    for (const change of transaction.changes) {
      this.#change(batch, timeMs, change.key, change.value, change.ttlMs === undefined ? 0 : timeMs + change.ttlMs)
    }
    applied.batches.push(batch)
    return { committed: { revision: batch.revision, timeMs } }
  }

  #refusal(transaction: Transaction): StoreError | undefined {
    if (transaction.term !== undefined && transaction.term < this.#term) {
      return new StoreError('StaleTerm', `written in term ${transaction.term}, but term ${this.#term} has begun`)
    }
    for (const { key, revision } of transaction.preconditions) {
      const actual = this.#entries.get(key)?.revision ?? 0
      if (actual !== revision) {
        const expected = revision === 0 ? 'to be absent' : `at revision ${revision}`
        const found = actual === 0 ? 'absent' : `at revision ${actual}`
        return new StoreError('PreconditionFailed', `${key} was expected ${expected} but is ${found}`, { key, actual })
      }
    }
    return undefined
  }

  #change(batch: RevisionBatch, timeMs: number, key: string, value: Uint8Array | null, expiresMs: number): void {
    const previous = this.#entries.get(key)
    if (previous === undefined && value === null) return
    const { revision } = batch
    const created = previous?.created ?? revision
    if (previous !== undefined) this.#remove(previous)
    if (value !== null) this.#put({ key, value, revision, created, expiresMs })
    batch.events.push({
      key,
      revision,
      timeMs,
      value,
      previous: previous?.value ?? null,
      previousRevision: previous?.revision ?? 0,
      created,
    })
  }

  #expire(applied: Applied, timeMs: number): void {
    const due: string[] = []
    for (const [mark, key] of this.#expiries.entries()) {
      if (Number(mark.slice(0, expiryDigits)) > timeMs || due.length >= maxExpiriesPerOperation) break
      due.push(key)
    }
    if (due.length === 0) return
    const batch: RevisionBatch = { revision: ++this.#revision, events: [], expiry: true }
    for (const key of due) this.#change(batch, timeMs, key, null, 0)
    applied.batches.push(batch)
  }

  #put(entry: StateEntry): void {
    this.#entries.set(entry.key, entry)
    this.#checksum.add(entry)
    if (entry.expiresMs > 0) this.#expiries.set(expiryMark(entry), entry.key)
  }

  #remove(entry: StateEntry): void {
    this.#entries.delete(entry.key)
    this.#checksum.remove(entry)
    if (entry.expiresMs > 0) this.#expiries.delete(expiryMark(entry))
  }

  #remember(id: string, outcome: Outcome): void {
    this.#recent.set(id, outcome)
    if (this.#recentIds.length < maxRecentIds) {
      this.#recentIds.push(id)
      return
    }
    this.#recent.delete(this.#recentIds[this.#oldestId]!)
    this.#recentIds[this.#oldestId] = id
    this.#oldestId = (this.#oldestId + 1) % maxRecentIds
  }
}

export function idOf(transaction: Transaction): string {
  return `${transaction.id.origin} ${transaction.id.counter}`
}

function expiryMark(entry: StateEntry): string {
  return String(Math.ceil(entry.expiresMs)).padStart(expiryDigits, '0') + entry.key
}
