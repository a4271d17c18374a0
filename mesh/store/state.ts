import BTree from 'sorted-btree'
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

/** What applying one operation did: the same on every node. */
export interface Applied {
  revision: Revision
  timeMs: number
  events: StoreEvent[]
  /** Why the transaction changed nothing; undefined when it was applied. */
  refused?: StoreError
  /** The transaction's id was seen before: this is what it gave then. */
  duplicate?: Committed
}

/** An applied id and its outcome, kept for a while so that a transaction sent twice is done once. */
export interface RecentId {
  id: string
  committed: Committed
}

const maxRecentIds = 8192
const maxExpiriesPerOperation = 1000

/**
 * The replicated state as a function of the operations: deterministic, no I/O, no clock. Revisions are given by the
 * caller, one per operation.
 */
export class State {
  readonly #entries = new BTree<string, StateEntry>(undefined, compareKeys)
  /** `expiresMs` padded, then the key: in order of expiry. */
  readonly #expiries = new BTree<string, string>(undefined, compareKeys)
  readonly #recent = new Map<string, Committed>()
  revision: Revision = 0
  timeMs = 0

  /** Puts back what a view kept, before the first apply. */
  restore(entries: Iterable<StateEntry>, recent: Iterable<RecentId>, revision: Revision, timeMs: number): void {
    for (const entry of entries) this.#put(entry)
    for (const { id, committed } of recent) this.#recent.set(id, committed)
    this.revision = revision
    this.timeMs = timeMs
  }

  /** `transaction` is undefined for a leader's empty block; expiries happen there too. */
  apply(revision: Revision, timeMs: number, term: number, transaction: Transaction | undefined): Applied {
    if (revision <= this.revision) throw new Error(`revision ${revision} applied after ${this.revision}`)
    this.revision = revision
    this.timeMs = timeMs
    const applied: Applied = { revision, timeMs, events: [] }
    this.#expire(applied)
    if (transaction === undefined) return applied
    const id = `${transaction.id.origin}/${transaction.id.counter}`
    const before = this.#recent.get(id)
    if (before !== undefined) {
      applied.duplicate = before
      return applied
    }
    applied.refused = this.#refusal(transaction, term)
    if (applied.refused !== undefined) return applied
    for (const change of transaction.changes) {
      this.#change(applied, change.key, change.value, change.ttlMs === undefined ? 0 : timeMs + change.ttlMs)
    }
    this.#remember(id, { revision, timeMs })
    return applied
  }

  get(key: string): StateEntry | undefined {
    return this.#entries.get(key)
  }

  list(prefix: string, options: ListOptions = {}): Listing {
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    const start = options.from !== undefined && options.from > prefix ? options.from : prefix
    const entries: Entry[] = []
    for (const [key, entry] of this.#entries.entries(start)) {
      if (!key.startsWith(prefix)) break
      if (entries.length >= limit) return { entries, revision: this.revision, next: key }
      entries.push(entry)
    }
    return { entries, revision: this.revision }
  }

  /** The earliest expiry, in cluster time; undefined when nothing expires. */
  nextExpiryMs(): number | undefined {
    const first = this.#expiries.minKey()
    return first === undefined ? undefined : Number(first.slice(0, expiryDigits))
  }

  #refusal(transaction: Transaction, term: number): StoreError | undefined {
    if (transaction.term !== undefined && transaction.term < term) {
      return new StoreError('StaleTerm', `written in term ${transaction.term}, but term ${term} has begun`)
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

  #change(applied: Applied, key: string, value: Uint8Array | null, expiresMs: number): void {
    const previous = this.#entries.get(key)
    if (previous === undefined && value === null) return
    const { revision, timeMs } = applied
    const created = previous?.created ?? revision
    if (previous !== undefined) this.#forget(previous)
    if (value !== null) this.#put({ key, value, revision, created, expiresMs })
    applied.events.push({
      key,
      revision,
      timeMs,
      value,
      previous: previous?.value ?? null,
      previousRevision: previous?.revision ?? 0,
      created,
    })
  }

  #expire(applied: Applied): void {
    const due: string[] = []
    for (const [mark, key] of this.#expiries.entries()) {
      if (Number(mark.slice(0, expiryDigits)) > applied.timeMs || due.length >= maxExpiriesPerOperation) break
      due.push(key)
    }
    for (const key of due) this.#change(applied, key, null, 0)
  }

  #put(entry: StateEntry): void {
    this.#entries.set(entry.key, entry)
    if (entry.expiresMs > 0) this.#expiries.set(expiryMark(entry), entry.key)
  }

  #forget(entry: StateEntry): void {
    this.#entries.delete(entry.key)
    if (entry.expiresMs > 0) this.#expiries.delete(expiryMark(entry))
  }

  #remember(id: string, committed: Committed): void {
    this.#recent.set(id, committed)
    if (this.#recent.size <= maxRecentIds) return
    for (const oldest of this.#recent.keys()) {
      this.#recent.delete(oldest)
      break
    }
  }
}

const expiryDigits = 16

function expiryMark(entry: StateEntry): string {
  return String(Math.ceil(entry.expiresMs)).padStart(expiryDigits, '0') + entry.key
}

/** Keys are ASCII, so the order of UTF-16 code units is the order of bytes. */
function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The first key after all keys with this prefix. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\uffff`
}
