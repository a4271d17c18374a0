import type { Clock } from '../clock/clock.ts'
import { EventRing } from './event-ring.ts'
import { compareKeys } from './key-order.ts'
import { type RevisionBatch, State } from './state.ts'
import {
  type Author,
  type Committed,
  type Entry,
  type HistoryItem,
  type Listing,
  type ListOptions,
  type Revision,
  type Store,
  StoreError,
  type StoreWatch,
  type Transaction,
} from './store.ts'
import { assertValid } from './valid.ts'

/** History of transient transactions is shown this long (see `TransactionClass`). */
const transientHistoryMs = 5 * 60_000
const expiryAuthor: Author = { user: 'system:expiry', peer: '' }

interface Version {
  revision: Revision
  created: Revision
  timeMs: number
  value: Uint8Array | null
  /** Undefined when the key's time to live ended. */
  transaction?: Transaction
}

export interface MemoryStoreOptions {
  clock: Clock
  /** Events kept for watches and history; older revisions are compacted. Default 200,000. */
  maxEvents?: number
  /** First revision is this plus one: tests of large revisions. Default 0. */
  firstRevision?: Revision
}

/**
 * The whole Store in one process's memory: for tests. It decides as the replicated one does, by the same State. TTLs are
 * obeyed when `expire()` is called and at each commit.
 */
export class MemoryStore implements Store {
  readonly #clock: Clock
  readonly #state = new State()
  readonly #ring: EventRing
  readonly #versions = new Map<string, Version[]>()
  #timeMs = 0
  #closed = false

  constructor(options: MemoryStoreOptions) {
    const { clock, maxEvents = 200_000, firstRevision = 0 } = options
    this.#clock = clock
    this.#state.restore({ entries: [], recent: [], revision: firstRevision, timeMs: 0, term: 0 })
    this.#ring = new EventRing(firstRevision, { maxEvents, maxBytes: Number.POSITIVE_INFINITY })
  }

  get revision(): Revision {
    return this.#state.revision
  }

  get compacted(): Revision {
    return this.#ring.compacted
  }

  get watchable(): Revision {
    return this.#ring.compacted
  }

  async commit(transaction: Transaction): Promise<Committed> {
    this.#assertOpen()
    assertValid(transaction)
    const outcome = this.#apply(transaction)!
    if ('refused' in outcome) throw outcome.refused
    return outcome.committed
  }

  async get(key: string, at?: Revision): Promise<Entry | undefined> {
    this.#assertOpen()
    if (at === undefined) return this.#state.get(key)
    this.#assertReadable(at)
    return this.#entryAt(key, at)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Listing> {
    this.#assertOpen()
    const { at, from = prefix, limit = Number.POSITIVE_INFINITY } = options
    if (at === undefined) return this.#state.list(prefix, options)
    this.#assertReadable(at)
    const keys = [...this.#versions.keys()].filter((key) => key.startsWith(prefix) && compareKeys(key, from) >= 0)
    const entries: Entry[] = []
    for (const key of keys.sort(compareKeys)) {
      const entry = this.#entryAt(key, at)
      if (entry === undefined) continue
      if (entries.length >= limit) return { entries, revision: at, next: key }
      entries.push(entry)
    }
    return { entries, revision: at }
  }

  watch(prefix: string, after: Revision): StoreWatch {
    this.#assertOpen()
    return this.#ring.watch(prefix, after)
  }

  async history(key: string, limit = 100): Promise<HistoryItem[]> {
    this.#assertOpen()
    const oldestTransientMs = this.#clock.nowMs() - transientHistoryMs
    return (this.#versions.get(key) ?? [])
      .filter(({ transaction, timeMs }) => transaction?.class !== 'transient' || timeMs >= oldestTransientMs)
      .toReversed()
      .slice(0, limit)
      .map(({ revision, timeMs, value, transaction }) => {
        const { author = expiryAuthor, message, cause } = transaction ?? {}
        return { revision, timeMs, author, message, cause, value }
      })
  }

  async barrier(): Promise<Revision> {
    this.#assertOpen()
    return this.#state.revision
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#ring.close()
  }

  /** Deletes the keys whose time is over. */
  expire(): void {
    this.#apply(undefined)
  }

  /** Forgets what was before `revision`; reads and watches below it are refused from now on. */
  compact(revision: Revision): void {
    this.#ring.compact(Math.min(revision, this.#state.revision))
    this.#forgetVersions()
  }

  #apply(transaction: Transaction | undefined) {
    this.#timeMs = Math.max(this.#timeMs, this.#clock.nowMs())
    const { batches, outcome } = this.#state.apply(this.#timeMs, 0, transaction)
    for (const batch of batches) this.#remember(batch, batch.expiry ? undefined : transaction)
    const before = this.#ring.compacted
    this.#ring.push(batches)
    if (this.#ring.compacted !== before) this.#forgetVersions()
    return outcome
  }

  #remember({ events }: RevisionBatch, transaction: Transaction | undefined): void {
    for (const { key, revision, created, timeMs, value } of events) {
      const version = { revision, created, timeMs, value, transaction }
      const versions = this.#versions.get(key)
      if (versions === undefined) this.#versions.set(key, [version])
      else versions.push(version)
    }
  }

  #forgetVersions(): void {
    for (const [key, versions] of this.#versions) {
      const kept = versions.findLastIndex((version) => version.revision <= this.compacted)
      if (kept > 0) versions.splice(0, kept)
      const [first] = versions
      if (versions.length === 1 && first!.value === null && first!.revision <= this.compacted)
        this.#versions.delete(key)
    }
  }

  #entryAt(key: string, at: Revision): Entry | undefined {
    const version = this.#versions.get(key)?.findLast(({ revision }) => revision <= at)
    if (!version?.value) return undefined
    return { key, value: version.value, revision: version.revision, created: version.created }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreError('Closed', 'the store is closed')
  }

  #assertReadable(at: Revision): void {
    if (at < this.compacted) {
      const message = `revision ${at} is older than the history kept, which begins at ${this.compacted}`
      throw new StoreError('Compacted', message, { compacted: this.compacted })
    }
    if (at > this.#state.revision) {
      throw new StoreError('FutureRevision', `revision ${at} is not here yet, the newest is ${this.#state.revision}`)
    }
  }
}
