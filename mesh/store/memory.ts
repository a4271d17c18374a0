import type { Clock } from '../clock/clock.ts'
import { compareKeys } from './key-order.ts'
import {
  type Change,
  type Committed,
  type Entry,
  type HistoryItem,
  type Listing,
  type ListOptions,
  maxTransactionBytes,
  maxValueBytes,
  type Revision,
  type Store,
  StoreError,
  type StoreEvent,
  type StoreWatch,
  type Transaction,
} from './store.ts'

/** History of transient transactions is shown this long (see `TransactionClass`). */
const transientHistoryMs = 5 * 60_000
const rememberedIds = 65_536

interface Version {
  revision: Revision
  created: Revision
  timeMs: number
  value: Uint8Array | null
  transaction: Transaction
}

interface Batch {
  revision: Revision
  events: StoreEvent[]
}

type Outcome = { committed: Committed } | { error: StoreError }

export interface MemoryStoreOptions {
  clock: Clock
  /** Events kept for watches and history; older revisions are compacted. Default 200,000. */
  maxEvents?: number
  /** First revision is this plus one: tests of large revisions. Default 0. */
  firstRevision?: Revision
}

/** The whole Store in one process's memory: for tests. TTLs are obeyed when `expire()` is called and at each commit. */
export class MemoryStore implements Store {
  #clock: Clock
  #maxEvents: number
  #revision: Revision
  #compacted: Revision
  #lastTimeMs = 0
  #term = 0
  #closed = false
  #versions = new Map<string, Version[]>()
  /** Keys in byte order; undefined after a key came or went. */
  #order: string[] | undefined
  #expiries = new Map<string, number>()
  #batches: Batch[] = []
  #eventCount = 0
  #outcomes = new Map<string, Outcome>()
  #watches = new Set<MemoryWatch>()

  constructor(options: MemoryStoreOptions) {
    this.#clock = options.clock
    this.#maxEvents = options.maxEvents ?? 200_000
    this.#revision = options.firstRevision ?? 0
    this.#compacted = this.#revision
  }

  get revision(): Revision {
    return this.#revision
  }

  get compacted(): Revision {
    return this.#compacted
  }

  async commit(transaction: Transaction): Promise<Committed> {
    this.#assertOpen()
    this.expire()
    const id = `${transaction.id.origin} ${transaction.id.counter}`
    let outcome = this.#outcomes.get(id)
    if (!outcome) {
      outcome = this.#apply(transaction)
      this.#outcomes.set(id, outcome)
      if (this.#outcomes.size > rememberedIds) this.#outcomes.delete(this.#outcomes.keys().next().value!)
    }
    if ('error' in outcome) throw outcome.error
    return outcome.committed
  }

  async get(key: string, at?: Revision): Promise<Entry | undefined> {
    this.#assertOpen()
    this.#assertReadable(at)
    return this.#entry(key, at ?? this.#revision)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Listing> {
    this.#assertOpen()
    this.#assertReadable(options.at)
    const at = options.at ?? this.#revision
    const limit = options.limit ?? Number.POSITIVE_INFINITY
    const order = this.#sortedKeys()
    const start = options.from !== undefined && compareKeys(options.from, prefix) > 0 ? options.from : prefix
    const entries: Entry[] = []
    for (let index = lowerBound(order, start); index < order.length; index++) {
      const key = order[index]!
      if (!key.startsWith(prefix)) break
      const entry = this.#entry(key, at)
      if (!entry) continue
      if (entries.length >= limit) return { entries, revision: at, next: key }
      entries.push(entry)
    }
    return { entries, revision: at }
  }

  watch(prefix: string, after: Revision): StoreWatch {
    this.#assertOpen()
    const watch = new MemoryWatch(this, prefix, after)
    this.#watches.add(watch)
    return watch
  }

  async history(key: string, limit = 100): Promise<HistoryItem[]> {
    this.#assertOpen()
    const oldestTransientMs = this.#clock.nowMs() - transientHistoryMs
    const items: HistoryItem[] = []
    for (const version of (this.#versions.get(key) ?? []).toReversed()) {
      if (items.length >= limit) break
      const { author, message, cause, class: kind } = version.transaction
      if (kind === 'transient' && version.timeMs < oldestTransientMs) continue
      items.push({ revision: version.revision, timeMs: version.timeMs, author, message, cause, value: version.value })
    }
    return items
  }

  async barrier(): Promise<Revision> {
    this.#assertOpen()
    return this.#revision
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const watch of [...this.#watches]) watch.close()
  }

  /** Deletes the keys whose time is over, each set in one transaction of the system's own. */
  expire(): void {
    const nowMs = this.#clock.nowMs()
    const due: Change[] = []
    for (const [key, atMs] of this.#expiries) if (atMs <= nowMs) due.push({ key, value: null })
    if (due.length === 0) return
    this.#apply({
      id: { origin: 'expiry', counter: this.#revision },
      class: 'transient',
      author: { user: 'system:expiry', peer: '' },
      preconditions: [],
      changes: due,
    })
  }

  /** Forgets what was before `revision`; reads and watches below it are refused from now on. */
  compact(revision: Revision): void {
    this.#compacted = Math.max(this.#compacted, Math.min(revision, this.#revision))
    while (this.#batches.length > 0 && this.#batches[0]!.revision <= this.#compacted) {
      this.#eventCount -= this.#batches.shift()!.events.length
    }
    for (const [key, versions] of this.#versions) {
      const kept = versions.findLastIndex((version) => version.revision <= this.#compacted)
      if (kept > 0) versions.splice(0, kept)
      if (versions.length === 1 && versions[0]!.value === null && versions[0]!.revision <= this.#compacted) {
        this.#versions.delete(key)
        this.#order = undefined
      }
    }
    for (const watch of this.#watches) watch.wake()
  }

  /** The batches after a revision, for watches; throws Compacted. */
  batchesAfter(after: Revision): Batch[] {
    if (after < this.#compacted) {
      const message = `revision ${after} is older than the history kept, which begins at ${this.#compacted}`
      throw new StoreError('Compacted', message, { compacted: this.#compacted })
    }
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#batches[middle]!.revision <= after) low = middle + 1
      else high = middle
    }
    return this.#batches.slice(low)
  }

  forget(watch: MemoryWatch): void {
    this.#watches.delete(watch)
  }

  #apply(transaction: Transaction): Outcome {
    const refusal = this.#refusal(transaction)
    if (refusal) return { error: refusal }
    const revision = ++this.#revision
    const timeMs = Math.max(this.#lastTimeMs, this.#clock.nowMs())
    this.#lastTimeMs = timeMs
    const events: StoreEvent[] = []
    for (const change of transaction.changes) {
      const event = this.#change(change, transaction, revision, timeMs)
      if (event) events.push(event)
    }
    this.#batches.push({ revision, events })
    this.#eventCount += events.length
    if (this.#eventCount > this.#maxEvents) {
      const batch = this.#batches[Math.floor(this.#batches.length / 4)]!
      this.compact(batch.revision)
    }
    for (const watch of this.#watches) watch.wake()
    return { committed: { revision, timeMs } }
  }

  #refusal(transaction: Transaction): StoreError | undefined {
    if (transaction.term !== undefined && transaction.term < this.#term) {
      return new StoreError('StaleTerm', `term ${transaction.term} is over, the present one is ${this.#term}`)
    }
    let sizeBytes = 0
    for (const { key, value } of transaction.changes) {
      sizeBytes += key.length + (value?.byteLength ?? 0)
      if (value && value.byteLength > maxValueBytes) {
        return new StoreError('TooLarge', `${key}: ${value.byteLength} bytes, at most ${maxValueBytes} are possible`)
      }
    }
    if (sizeBytes > maxTransactionBytes) {
      return new StoreError(
        'TooLarge',
        `a transaction of ${sizeBytes} bytes, at most ${maxTransactionBytes} are possible`,
      )
    }
    for (const { key, revision } of transaction.preconditions) {
      const actual = this.#entry(key, this.#revision)?.revision ?? 0
      if (actual !== revision) {
        const message = `${key} was expected at revision ${revision} and is at ${actual}`
        return new StoreError('PreconditionFailed', message, { key, actual })
      }
    }
    if (transaction.term !== undefined) this.#term = Math.max(this.#term, transaction.term)
    return undefined
  }

  #change(change: Change, transaction: Transaction, revision: Revision, timeMs: number): StoreEvent | undefined {
    const { key, value } = change
    const previous = this.#entry(key, revision - 1)
    this.#expiries.delete(key)
    if (!previous && value === null) return undefined
    if (value && change.ttlMs !== undefined) this.#expiries.set(key, timeMs + change.ttlMs)
    const created = previous ? previous.created : revision
    const versions = this.#versions.get(key)
    if (versions) versions.push({ revision, created, timeMs, value, transaction })
    else {
      this.#versions.set(key, [{ revision, created, timeMs, value, transaction }])
      this.#order = undefined
    }
    return {
      key,
      revision,
      timeMs,
      value,
      previous: previous?.value ?? null,
      previousRevision: previous?.revision ?? 0,
      created,
    }
  }

  #entry(key: string, at: Revision): Entry | undefined {
    const versions = this.#versions.get(key)
    if (!versions) return undefined
    let index = versions.length - 1
    while (index >= 0 && versions[index]!.revision > at) index--
    const version = versions[index]
    if (!version?.value) return undefined
    return { key, value: version.value, revision: version.revision, created: version.created }
  }

  #sortedKeys(): string[] {
    this.#order ??= [...this.#versions.keys()].sort(compareKeys)
    return this.#order
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreError('Closed', 'the store is closed')
  }

  #assertReadable(at: Revision | undefined): void {
    if (at === undefined) return
    if (at < this.#compacted) {
      const message = `revision ${at} is older than the history kept, which begins at ${this.#compacted}`
      throw new StoreError('Compacted', message, { compacted: this.#compacted })
    }
    if (at > this.#revision) {
      throw new StoreError('FutureRevision', `revision ${at} is not here yet, the newest is ${this.#revision}`)
    }
  }
}

class MemoryWatch implements StoreWatch {
  #store: MemoryStore
  #prefix: string
  #after: Revision
  #closed = false
  #wake: (() => void) | undefined

  constructor(store: MemoryStore, prefix: string, after: Revision) {
    this.#store = store
    this.#prefix = prefix
    this.#after = after
  }

  wake(): void {
    this.#wake?.()
  }

  close(): void {
    this.#closed = true
    this.#store.forget(this)
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<{ events: StoreEvent[]; revision: Revision }> {
    try {
      while (!this.#closed) {
        const batches = this.#store.batchesAfter(this.#after)
        if (batches.length === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
          this.#wake = undefined
          continue
        }
        this.#after = batches.at(-1)!.revision
        const events = batches.flatMap((batch) => batch.events.filter((event) => event.key.startsWith(this.#prefix)))
        yield { events, revision: this.#after }
      }
    } finally {
      this.close()
    }
  }
}

function lowerBound(order: string[], key: string): number {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(order[middle]!, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}
