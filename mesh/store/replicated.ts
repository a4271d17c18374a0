import type { Clock } from '../clock/clock.ts'
import { within } from '../clock/deadline.ts'
import type { CommittedBlock, CommittedLog } from '../log/committed-log.ts'
import type { Logger } from '../logger/logger.ts'
import { EventRing } from './event-ring.ts'
import { History } from './history.ts'
import { decodeTransaction, encodeTransaction } from './operation.ts'
import { assertSize } from './size.ts'
import { type Applied, idOf, type Outcome, State } from './state.ts'
import {
  type Committed,
  type Entry,
  type HistoryItem,
  type Listing,
  type ListOptions,
  type Revision,
  type Store,
  StoreError,
  type StoreErrorCode,
  type StoreWatch,
  type Transaction,
} from './store.ts'
import { View } from './view.ts'
import type { RecentRow, ViewBatch } from './view-database.ts'

export interface ReplicatedStoreOptions {
  log: CommittedLog
  /** The view's database file; made when absent, rebuilt from the log when damaged. */
  viewFile: string
  clock: Clock
  logger: Logger
  /** After this a commit whose outcome is not known is answered with Unknown. Default 10 s. */
  commitTimeoutMs?: number
  /** How long a read at a revision not applied here yet waits. Default 3 s. */
  revisionTimeoutMs?: number
}

/** No listing is longer: keeps `LIMIT` within SQLite's integers. */
const maxListed = 2 ** 40
const ringBounds = { maxEvents: 200_000, maxBytes: 64 * 1024 * 1024 }

/** The Store over a CommittedLog: applies its blocks in order to the state, and keeps a view of it on disk. */
export class ReplicatedStore implements Store {
  readonly #options: ReplicatedStoreOptions
  readonly #state = new State()
  readonly #view: View
  readonly #history: History
  #ring!: EventRing
  /** Blocks applied. */
  #applied = 0
  #timeMs = 0
  readonly #waiting = new Map<string, (outcome: Outcome) => void>()
  readonly #appliedWaiters = new Set<() => void>()
  #expiryTimer: ReturnType<typeof setTimeout> | undefined
  #failure: StoreError | undefined

  private constructor(options: ReplicatedStoreOptions, view: View) {
    this.#options = options
    this.#view = view
    this.#history = new History(view, options.log)
  }

  static async open(options: ReplicatedStoreOptions): Promise<ReplicatedStore> {
    const view = await View.open(options.viewFile, options.logger)
    const store = new ReplicatedStore(options, view)
    await store.#restore()
    store.#ring = new EventRing(store.#state.revision, ringBounds)
    await options.log.subscribe(store.#applied, (blocks) => store.#deliver(blocks))
    await store.barrier()
    return store
  }

  get revision(): Revision {
    return this.#state.revision
  }

  get compacted(): Revision {
    return 0
  }

  async commit(transaction: Transaction): Promise<Committed> {
    this.#assertOpen()
    assertSize(transaction)
    const id = idOf(transaction)
    const applied = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve))
    const timeoutMs = this.#options.commitTimeoutMs ?? 10_000
    try {
      await this.#options.log.propose(encodeTransaction(transaction))
      const outcome = await within(timeoutMs, applied, () => this.#unknown(transaction))
      if ('refused' in outcome) throw outcome.refused
      return outcome.committed
    } finally {
      this.#waiting.delete(id)
    }
  }

  async get(key: string, at?: Revision): Promise<Entry | undefined> {
    this.#assertOpen()
    if (at === undefined) return this.#state.get(key)
    await this.#reached(at)
    return this.#history.get(key, at)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Listing> {
    this.#assertOpen()
    const { at, limit = maxListed, from = prefix } = options
    if (at === undefined || at === this.#state.revision) return this.#state.list(prefix, options)
    await this.#reached(at)
    return this.#history.list(prefix, from, at, limit)
  }

  watch(prefix: string, after: Revision): StoreWatch {
    this.#assertOpen()
    return this.#ring.watch(prefix, after)
  }

  async history(key: string, limit = 100): Promise<HistoryItem[]> {
    this.#assertOpen()
    return this.#history.of(key, limit)
  }

  async barrier(): Promise<Revision> {
    this.#assertOpen()
    const index = await this.#options.log.readIndex()
    await this.#until(() => this.#applied >= index)
    return this.#state.revision
  }

  async close(): Promise<void> {
    if (this.#failure?.code === 'Closed') return
    this.#failure = new StoreError('Closed', 'the store is closed')
    clearTimeout(this.#expiryTimer)
    for (const waiter of this.#appliedWaiters) waiter()
    this.#ring.close()
    await this.#view.close()
  }

  async #restore(): Promise<void> {
    const position = await this.#view.position()
    const { storedLength } = this.#options.log
    if (position.applied > storedLength) {
      const message = `the view has applied ${position.applied} operations, but the log has ${storedLength}`
      throw new StoreError('Poisoned', `${message}: operations were lost or the view is another cluster's`)
    }
    const entries = (await Array.fromAsync(this.#view.entries())).flat()
    const recent = (await this.#view.recent()).map((row) => ({ id: row.id, outcome: outcomeOf(row) }))
    this.#state.restore({ entries, recent, ...position })
    this.#applied = position.applied
    this.#timeMs = position.timeMs
  }

  #deliver(blocks: CommittedBlock[]): Promise<void> {
    const batch: ViewBatch = {
      position: { applied: 0, revision: 0, timeMs: 0, term: 0 },
      entries: new Map(),
      changes: [],
      recent: [],
    }
    const answers: (() => void)[] = []
    for (const block of blocks) {
      const transaction = block.payload.length === 0 ? undefined : decodeTransaction(block.payload)
      const applied = this.#state.apply(block.timeMs, block.term, transaction)
      this.#applied = block.index + 1
      this.#timeMs = block.timeMs
      this.#ring.push(applied.batches)
      record(batch, block, applied, this.#state, transaction)
      if (transaction !== undefined) answers.push(() => this.#waiting.get(idOf(transaction))?.(applied.outcome!))
    }
    const { revision, term } = this.#state
    batch.position = { applied: this.#applied, revision, timeMs: this.#timeMs, term }
    for (const answer of answers) answer()
    for (const waiter of this.#appliedWaiters) waiter()
    this.#planExpiry()
    return this.#view.add(batch).catch((error: Error) => this.#poison(error))
  }

  /** The view is derived, but a node that cannot write its disk must not go on as if it could. */
  #poison(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = new StoreError('Poisoned', `the view of the state cannot be written: ${error.message}`)
    this.#options.logger.error('the store stops', { error: error.message })
  }

  /** An empty operation makes the log's time move on, and with it what is due expires on every node alike. */
  #planExpiry(): void {
    clearTimeout(this.#expiryTimer)
    const nextMs = this.#state.nextExpiryMs()
    if (nextMs === undefined || this.#failure !== undefined) return
    const delayMs = Math.min(Math.max(nextMs - this.#options.clock.nowMs(), 0) + 1, 3600_000)
    this.#expiryTimer = setTimeout(() => this.expire(), delayMs)
    this.#expiryTimer.unref?.()
  }

  /** Lets keys that are due go now. Failures are left to the next commit or timer. */
  async expire(): Promise<void> {
    const nextMs = this.#state.nextExpiryMs()
    if (this.#failure !== undefined || nextMs === undefined) return
    if (nextMs > this.#options.clock.nowMs()) return this.#planExpiry()
    const before = this.#applied
    await this.#options.log.propose(new Uint8Array()).then(
      () => this.#until(() => this.#applied > before),
      (error: Error) => this.#options.logger.warn('keys could not be expired', { error: error.message }),
    )
  }

  async #reached(at: Revision): Promise<void> {
    if (at <= this.#state.revision) return
    const refuse = () => {
      const message = `revision ${at} has not been applied here, the newest is ${this.#state.revision}`
      return new StoreError('FutureRevision', message)
    }
    await within(
      this.#options.revisionTimeoutMs ?? 3000,
      this.#until(() => this.#state.revision >= at),
      refuse,
    )
  }

  #until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const waiter = () => {
        if (!holds() && this.#failure === undefined) return
        this.#appliedWaiters.delete(waiter)
        if (holds()) resolve()
        else reject(this.#failure)
      }
      this.#appliedWaiters.add(waiter)
    })
  }

  #unknown(transaction: Transaction): StoreError {
    return new StoreError('Unknown', `the outcome of transaction ${idOf(transaction)} is not known by the deadline`)
  }

  #assertOpen(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}

function record(
  batch: ViewBatch,
  block: CommittedBlock,
  applied: Applied,
  state: State,
  transaction: Transaction | undefined,
): void {
  for (const { events, expiry } of applied.batches) {
    for (const { key, revision, created, timeMs, value } of events) {
      batch.changes.push({
        key,
        revision,
        created,
        timeMs,
        block: expiry ? -1 : block.index,
        deleted: value === null,
      })
      batch.entries.set(key, state.get(key) ?? null)
    }
  }
  if (transaction !== undefined && applied.outcome !== undefined) {
    batch.recent.push(recentRow(idOf(transaction), applied.outcome))
  }
}

function recentRow(id: string, outcome: Outcome): RecentRow {
  if ('committed' in outcome) return { id, ...outcome.committed, refusal: '' }
  const { code, message, detail } = outcome.refused
  return { id, revision: 0, timeMs: 0, refusal: JSON.stringify({ code, message, detail }) }
}

function outcomeOf(row: RecentRow): Outcome {
  if (row.refusal === '') return { committed: { revision: row.revision, timeMs: row.timeMs } }
  const { code, message, detail } = JSON.parse(row.refusal) as { code: StoreErrorCode; message: string; detail: object }
  return { refused: new StoreError(code, message, detail) }
}
