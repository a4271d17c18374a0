import type { Clock } from '../clock/clock.ts'
import { within } from '../clock/deadline.ts'
import type { CommittedBlock, CommittedLog } from '../log/committed-log.ts'
import { Durations } from '../log/durations.ts'
import type { Logger } from '../logger/logger.ts'
import { type Checkpoint, Checkpoints } from './checksum.ts'
import { EventRing } from './event-ring.ts'
import { History } from './history.ts'
import { type ImageHeader, imageSections } from './image.ts'
import type { Section } from './image-file.ts'
import { importImage, replaceView } from './import-image.ts'
import { decodeTransaction, encodeTransaction } from './operation.ts'
import { recentEvents } from './recent-events.ts'
import { Retention, type RetentionOptions } from './retention.ts'
import { idOf, type Outcome, State } from './state.ts'
import {
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
import { View } from './view.ts'
import { emptyBatch, recentIdOf, recordApplied } from './view-batch.ts'

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
  retention?: RetentionOptions
  /** Each minute of cluster time, at the same place on every node: to be compared, see ChecksumExchange. */
  checkpointReached?(checkpoint: Checkpoint): void
  /** Told once: the view cannot be written, so this store neither reads nor writes any more. */
  failed?(error: Error): void
}

/** No listing is longer: keeps `LIMIT` within SQLite's integers. */
const maxListed = 2 ** 40
/** Watches are served in this process, by those who keep a cache and events of their own: they are never far behind. */
const ringBounds = { maxEvents: 16_384, maxBytes: 16 * 1024 * 1024 }
/** Of the events of before a restart. */
const restoredBounds = { maxOperations: 4096, maxBytes: 8 * 1024 * 1024 }
const retentionPauseMs = 60_000
/** Looking for old history, and taking it out, writes some pages: with fewer new operations than these it waits for an hour. */
const retentionOperations = 1000
const maxRetentionPauseMs = 3600_000

/** The Store over a CommittedLog: applies its blocks in order to the state, and keeps a view of it on disk. */
export class ReplicatedStore implements Store {
  readonly #options: ReplicatedStoreOptions
  #state = new State()
  #view: View
  #history: History
  #ring!: EventRing
  /** Blocks applied. */
  #applied = 0
  #timeMs = 0
  #compacted: Revision = 0
  #checkpoints = new Checkpoints()
  /** Of commits asked for here until they are answered, and of applying a run of operations: for metrics. */
  readonly durations = { commit: new Durations(), apply: new Durations() }
  #retention: Retention
  #retentionTimer: ReturnType<typeof setInterval> | undefined
  #retained: { operations: number; atMs: number }
  readonly #waiting = new Map<string, (outcome: Outcome) => void>()
  readonly #appliedWaiters = new Set<() => void>()
  #expiryTimer: ReturnType<typeof setTimeout> | undefined
  #failure: StoreError | undefined

  private constructor(options: ReplicatedStoreOptions, view: View) {
    this.#options = options
    this.#view = view
    this.#history = new History(view, options.log)
    this.#retention = this.#newRetention()
    this.#retained = { operations: 0, atMs: options.clock.monotonicMs() }
  }

  static async open(options: ReplicatedStoreOptions): Promise<ReplicatedStore> {
    const view = await View.open(options.viewFile, options.logger)
    const store = new ReplicatedStore(options, view)
    await store.#restore()
    store.#assertLogHas(store.#applied)
    const { after, batches } = await recentEvents(view, options.log, store.#state.revision, restoredBounds)
    store.#ring = new EventRing(after, ringBounds)
    store.#ring.push(batches)
    await options.log.subscribe(store.#applied, (blocks) => store.#deliver(blocks))
    await store.#catchUp()
    store.#retentionTimer = setInterval(() => void store.#retainWhenDue(), retentionPauseMs)
    store.#retentionTimer.unref?.()
    return store
  }

  get revision(): Revision {
    return this.#state.revision
  }

  get compacted(): Revision {
    return this.#compacted
  }

  get watchable(): Revision {
    return this.#ring.compacted
  }

  async commit(transaction: Transaction): Promise<Committed> {
    this.#assertOpen()
    assertValid(transaction)
    const id = idOf(transaction)
    const applied = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve))
    const timeoutMs = this.#options.commitTimeoutMs ?? 10_000
    const { clock } = this.#options
    const beginMs = clock.monotonicMs()
    try {
      await this.#options.log.propose(encodeTransaction(transaction))
      const outcome = await within(timeoutMs, applied, () => this.#unknown(transaction))
      if ('refused' in outcome) throw outcome.refused
      return outcome.committed
    } finally {
      this.#waiting.delete(id)
      this.durations.commit.add(clock.monotonicMs() - beginMs)
    }
  }

  async get(key: string, at?: Revision): Promise<Entry | undefined> {
    this.#assertOpen()
    if (at === undefined) return this.#state.get(key)
    await this.#readable(at)
    return this.#history.get(key, at)
  }

  async list(prefix: string, options: ListOptions = {}): Promise<Listing> {
    this.#assertOpen()
    const { at, limit = maxListed, from = prefix } = options
    if (at === undefined || at === this.#state.revision) return this.#state.list(prefix, options)
    await this.#readable(at)
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

  /** The state at one moment, and with `history` what was before: see `importImage`. Reading it stops no write. */
  image(history: boolean, about: ImageHeader['about'] = {}): AsyncGenerator<Section> {
    this.#assertOpen()
    return imageSections(this.#view, history, about)
  }

  /**
   * Goes on from a peer's state instead of its own, which lags too far behind; the next block that is delivered is the one
   * after it. No block may be delivered meanwhile. Watches end with Compacted. Resolves with the operations it has applied.
   */
  async adopt(chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const { viewFile, logger, log } = this.#options
    const adopted = `${viewFile}.adopted`
    await importImage(chunks, { viewFile: adopted, logger, as: 'here' })
    await this.#retention.close()
    await this.#view.close()
    await replaceView(viewFile, adopted)
    this.#view = await View.open(viewFile, logger)
    this.#history = new History(this.#view, log)
    this.#retention = this.#newRetention()
    this.#state = new State()
    this.#checkpoints = new Checkpoints()
    await this.#restore()
    this.#ring.compact(this.#state.revision)
    for (const waiter of this.#appliedWaiters) waiter()
    return this.#applied
  }

  async close(): Promise<void> {
    if (this.#failure?.code === 'Closed') return
    this.#failure = new StoreError('Closed', 'the store is closed')
    clearTimeout(this.#expiryTimer)
    clearInterval(this.#retentionTimer)
    for (const waiter of this.#appliedWaiters) waiter()
    this.#ring.close()
    await this.#retention.close()
    await this.#view.close()
  }

  /** Without a majority a node starts with what it has: its pods need no quorum. */
  async #catchUp(): Promise<void> {
    try {
      await this.barrier()
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'NoQuorum') throw error
      this.#options.logger.warn('the store opens with a state that may be old', { error: error.message })
    }
  }

  async #restore(): Promise<void> {
    const position = await this.#view.position()
    const entries = (await Array.fromAsync(this.#view.entries())).flat()
    const recent = (await this.#view.recent()).map(recentIdOf)
    this.#state.restore({ entries, recent, ...position })
    this.#applied = position.applied
    this.#timeMs = position.timeMs
    this.#compacted = position.compacted
  }

  #assertLogHas(applied: number): void {
    const { storedLength } = this.#options.log
    if (applied <= storedLength) return
    const message = `the view has applied ${applied} operations, but the log has ${storedLength}`
    throw new StoreError('Poisoned', `${message}: operations were lost or the view is another cluster's`)
  }

  #newRetention(): Retention {
    const { log, logger, retention } = this.#options
    return new Retention(this.#view, log, logger, retention)
  }

  #deliver(blocks: CommittedBlock[]): Promise<void> {
    const beginMs = this.#options.clock.monotonicMs()
    const batch = emptyBatch()
    const answers: (() => void)[] = []
    for (const block of blocks) {
      const transaction = block.payload.length === 0 ? undefined : decodeTransaction(block.payload)
      const checkpoint = this.#checkpoints.before(block.index, block.timeMs, this.#state.checksum)
      if (checkpoint !== undefined) this.#options.checkpointReached?.(checkpoint)
      const applied = this.#state.apply(block.timeMs, block.term, transaction)
      this.#applied = block.index + 1
      this.#timeMs = block.timeMs
      this.#ring.push(applied.batches)
      recordApplied(batch, block, applied, this.#state, transaction)
      if (transaction !== undefined) answers.push(() => this.#waiting.get(idOf(transaction))?.(applied.outcome!))
    }
    const { revision, term } = this.#state
    batch.position = { applied: this.#applied, revision, timeMs: this.#timeMs, term }
    for (const answer of answers) answer()
    for (const waiter of this.#appliedWaiters) waiter()
    this.#planExpiry()
    this.durations.apply.add(this.#options.clock.monotonicMs() - beginMs)
    return this.#view.add(batch).catch((error: Error) => this.#poison(error))
  }

  /** Nothing is read or written here from now on. */
  stop(reason: string): void {
    if (this.#failure !== undefined) return
    this.#failure = new StoreError('Poisoned', reason)
    this.#options.logger.error('the store stops', { error: reason })
    for (const waiter of this.#appliedWaiters) waiter()
    this.#ring.close()
  }

  /** The view is derived, but a node that cannot write its disk must not go on as if it could. */
  #poison(error: Error): void {
    if (this.#failure !== undefined) return
    this.stop(`the view of the state cannot be written: ${error.message}`)
    this.#options.failed?.(this.#failure!)
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

  async #retainWhenDue(): Promise<void> {
    const { operations, atMs } = this.#retained
    const isLate = this.#options.clock.monotonicMs() - atMs >= maxRetentionPauseMs
    if (isLate || this.#applied - operations >= retentionOperations) await this.retain()
  }

  /** Removes history that is past its time; done every minute in which there is enough to do. */
  async retain(): Promise<void> {
    this.#retained = { operations: this.#applied, atMs: this.#options.clock.monotonicMs() }
    this.#compacted = (await this.#retention.run(this.#timeMs)) ?? this.#compacted
  }

  async #readable(at: Revision): Promise<void> {
    if (at < this.#compacted) {
      const message = `revision ${at} is older than the history kept, which begins at ${this.#compacted}`
      throw new StoreError('Compacted', message, { compacted: this.#compacted })
    }
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
