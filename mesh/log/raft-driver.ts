import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logger/logger.ts'
import type { ConfigurationTarget } from '../raft/configuration.ts'
import type { ChunkRequest, Effects, FeedSource, Leadership } from '../raft/effects.ts'
import type { Entry, Index, LogPosition, NodeId } from '../raft/entry.ts'
import type { Message, SnapshotMetadata } from '../raft/message.ts'
import { defaultLimits, type Limits } from '../raft/options.ts'
import { Raft, type RaftStatus } from '../raft/raft.ts'
import { Refusal } from '../raft/refusal.ts'
import { Durations } from './durations.ts'
import type { RaftLog } from './raft-log.ts'
import { mergeWrites } from './write-queue.ts'

export interface RaftDriverOptions {
  id: NodeId
  log: RaftLog
  /** What the state below has applied. */
  applied: Index
  /** Uniform in [0, 1). */
  random: () => number
  clock: Clock
  logger: Logger
  limits?: Partial<Limits>
  /** Default 100 ms: with ten ticks an election timeout of at least a second. */
  tickMs?: number
  /** Default 16 MiB: entries kept in memory for voters that lag. */
  maxKeptBytes?: number
  send(message: Message): void
  /** The log must keep what comes after this index: what was applied since is not durable below yet. */
  durable(): Index
  /** Committed entries in order; the next run comes when this one is done. */
  apply(entries: readonly Entry[]): Promise<void>
  /** Makes the state the one after this index, durably, before the log begins anew there. */
  install(snapshot: SnapshotMetadata): Promise<void>
  leadershipChanged?(leadership: Leadership): void
  /** A learner may take committed entries from peers, or gets them from the leader again, see `beginFeed`. */
  feedChanged?(source: FeedSource): void
  /** The node can take no further part; it is stopped already. */
  failed(error: Error): void
}

/** What became of a proposal: `lost` is known not to be committed, `unknown` may be. */
export type Fate = LogPosition | Refusal | 'lost' | 'unknown'

const defaultTickMs = 100
const minElectionTicks = defaultLimits.electionTicks
/** Beyond this the older half of what is applied is forgotten. The rest serves voters that lag. */
const maxKeptBytes = 16 * 1024 * 1024

/** Does what the core asks for: disk, messages, applying; turns time and messages into its inputs. */
export class RaftDriver {
  readonly #options: RaftDriverOptions
  readonly #raft: Raft
  /** Of writes to the Raft log, until they are on the disk. */
  readonly writeDurations = new Durations()
  readonly #timer: ReturnType<typeof setInterval>
  #lastTickMs: number
  #electionTicks: number
  #isScheduled = false
  #writes: Effects[] = []
  #isWriting = false
  #applying: Promise<void> = Promise.resolve()
  readonly #proposals = new Map<Index, { term: number; settle: (fate: Fate) => void }>()
  #reads: { ticket: number; resolve: (index: Index) => void; reject: (error: Error) => void }[] = []
  #stopped: Error | undefined

  private constructor(options: RaftDriverOptions, entries: Entry[]) {
    const { id, log, applied, random, limits, clock, tickMs = defaultTickMs } = options
    this.#options = options
    this.#raft = new Raft({ id, base: log.base, entries, hardState: log.hardState, applied, random, limits })
    this.#lastTickMs = clock.monotonicMs()
    this.#electionTicks = limits?.electionTicks ?? minElectionTicks
    this.#timer = setInterval(() => this.#tick(tickMs), tickMs)
  }

  static async start(options: RaftDriverOptions): Promise<RaftDriver> {
    return new RaftDriver(options, await options.log.entries())
  }

  get status(): RaftStatus {
    return this.#raft.status
  }

  /** Never below ten ticks: heartbeats may be late. */
  setElectionTimeout(timeoutMs: number): void {
    const electionTicks = Math.max(Math.ceil(timeoutMs / (this.#options.tickMs ?? defaultTickMs)), minElectionTicks)
    if (electionTicks === this.#electionTicks) return
    this.#electionTicks = electionTicks
    this.#run(() => this.#raft.setElectionTicks(electionTicks))
  }

  /** Resolves once the command is committed and applied here, or it is clear that it is not. */
  propose(data: Uint8Array): Promise<Fate> {
    return new Promise((resolve) => {
      this.#run(() => {
        const proposed = this.#raft.propose(data)
        if (proposed instanceof Refusal) return resolve(proposed)
        this.#proposals.set(proposed.index, { term: proposed.term, settle: resolve })
      })
      if (this.#stopped !== undefined) resolve('unknown')
    })
  }

  /** The index a linearizable read has to wait for. Waits as long as there is no leader. */
  readIndex(): Promise<Index> {
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) return reject(this.#stopped)
      this.#run(() => this.#reads.push({ ticket: this.#raft.readIndex(), resolve, reject }))
    })
  }

  transferLeadership(to: NodeId): Refusal | undefined {
    return this.#run(() => this.#raft.transferLeadership(to))
  }

  proposeConfiguration(target: ConfigurationTarget): LogPosition | Refusal | undefined {
    return this.#run(() => this.#raft.proposeConfiguration(target))
  }

  /** Resolves when nothing is applied any more: peers give what is committed, and `fed` says how far. False: not now. */
  async beginFeed(): Promise<boolean> {
    const isBegun = this.#run(() => this.#raft.beginFeed()) === true
    await this.#applying
    return isBegun
  }

  /** Everything up to there is applied, and durable below. */
  fed(position: LogPosition): void {
    this.#run(() => this.#raft.fed(position))
  }

  declineFeed(): void {
    this.#run(() => this.#raft.declineFeed())
  }

  disconnected(node: NodeId): void {
    this.#run(() => this.#raft.disconnected(node))
  }

  receive(message: Message): void {
    this.#run(() => this.#raft.step(message))
  }

  /** Waits for the writes and the applying under way. */
  async stop(error: Error = new Error('the log is closed')): Promise<void> {
    if (this.#stopped === undefined) {
      this.#stopped = error
      clearInterval(this.#timer)
      for (const { settle } of this.#proposals.values()) settle('unknown')
      for (const { reject } of this.#reads) reject(error)
      this.#proposals.clear()
      this.#reads = []
    }
    await this.#applying
  }

  #tick(tickMs: number): void {
    const nowMs = this.#options.clock.monotonicMs()
    const isLate = nowMs - this.#lastTickMs > 2 * tickMs
    this.#lastTickMs = nowMs
    this.#run(() => this.#raft.tick(isLate))
  }

  /** An input of the core. What follows from it waits for the end of this turn of the loop, together with others'. */
  #run<T>(act: () => T): T | undefined {
    if (this.#stopped !== undefined) return undefined
    try {
      const result = act()
      this.#schedule()
      return result
    } catch (error) {
      this.fail(error as Error)
      return undefined
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      try {
        while (this.#stopped === undefined) {
          const effects = this.#raft.takeEffects()
          if (effects === undefined) break
          this.#handle(effects)
        }
      } catch (error) {
        this.fail(error as Error)
      }
    })
  }

  #handle(effects: Effects): void {
    const { sendNow, persist, send, apply, reads, chunkRequests, feed, leadership } = effects
    for (const message of sendNow) this.#options.send(message)
    if (persist !== undefined || (send.length > 0 && this.#isWriting)) {
      this.#writes.push(effects)
      if (!this.#isWriting) void this.#write()
    } else {
      for (const message of send) this.#options.send(message)
    }
    if (apply.length > 0) this.#apply(apply)
    if (reads !== undefined) this.#answerReads(reads.ticket, reads.index)
    if (feed !== undefined) this.#options.feedChanged?.(feed)
    if (leadership !== undefined) this.#leadershipChanged(leadership)
    for (const request of chunkRequests) this.#sendSnapshot(request)
  }

  /** One write at a time; what comes meanwhile goes together into the next. */
  async #write(): Promise<void> {
    this.#isWriting = true
    try {
      while (this.#writes.length > 0 && this.#stopped === undefined) {
        const { write, taken } = mergeWrites(this.#writes)
        this.#writes.splice(0, taken.length)
        if (write.snapshot !== undefined) await this.#install(write.snapshot)
        const begunMs = this.#options.clock.monotonicMs()
        await this.#options.log.write(write)
        this.writeDurations.add(this.#options.clock.monotonicMs() - begunMs)
        if (this.#stopped !== undefined) return
        for (const { send } of taken) for (const message of send) this.#options.send(message)
        this.#run(() => this.#raft.persisted(taken.at(-1)!.sequence))
      }
    } catch (error) {
      this.fail(error as Error)
    } finally {
      this.#isWriting = false
    }
  }

  #apply(entries: readonly Entry[]): void {
    this.#applying = this.#applying.then(async () => {
      if (this.#stopped !== undefined) return
      try {
        await this.#options.apply(entries)
        const { index } = entries.at(-1)!
        for (const entry of entries) this.#settle(entry)
        this.#run(() => this.#raft.applied(index))
        await this.#compact(index)
      } catch (error) {
        this.fail(error as Error)
      }
    })
  }

  #settle({ index, term }: Entry): void {
    const proposal = this.#proposals.get(index)
    if (proposal === undefined) return
    this.#proposals.delete(index)
    proposal.settle(proposal.term === term ? { index, term } : 'lost')
  }

  async #compact(applied: Index): Promise<void> {
    const { base, logBytes } = this.#raft.status
    if (logBytes < (this.#options.maxKeptBytes ?? maxKeptBytes) || this.#stopped !== undefined) return
    const half = base.index + Math.ceil((applied - base.index) / 2)
    const durable = Math.min(applied, this.#options.durable())
    const next = this.#raft.snapshotMetadata(Math.min(half, durable))
    if (next === undefined || next.index <= base.index) return
    await this.#options.log.compact(next, this.#raft.snapshotMetadata(durable))
    this.#run(() => this.#raft.compact(next.index))
  }

  #answerReads(ticket: number, index: Index): void {
    const ready = this.#reads.filter((read) => read.ticket <= ticket)
    this.#reads = this.#reads.filter((read) => read.ticket > ticket)
    for (const { resolve } of ready) resolve(index)
  }

  #leadershipChanged(leadership: Leadership): void {
    const { role, term, leader } = leadership
    this.#options.logger.info('leadership', { role, term, leader: leader ?? 'nobody' })
    this.#options.leadershipChanged?.(leadership)
  }

  /** A snapshot has no bytes: it names a state, which the receiver gets from any peer by itself. */
  #sendSnapshot({ to, transfer, snapshot: begun }: ChunkRequest): void {
    const snapshot = begun ?? this.#raft.snapshotMetadata(this.#raft.status.applied)
    if (snapshot === undefined) return
    this.#options.logger.info('a voter needs what is compacted here', { to, index: snapshot.index })
    this.#raft.snapshotChunk({ to, transfer, snapshot, offsetBytes: 0, data: new Uint8Array(), done: true })
  }

  async #install(snapshot: SnapshotMetadata): Promise<void> {
    await this.#applying
    await this.#options.install(snapshot)
    for (const [index, { settle }] of this.#proposals) {
      if (index > snapshot.index) continue
      this.#proposals.delete(index)
      settle('unknown')
    }
  }

  /** Also when what is below can go no further. */
  fail(error: Error): void {
    if (this.#stopped !== undefined) return
    this.#options.logger.error('consensus stops on this node', { error: error.message })
    void this.stop(error)
    this.#options.failed(error)
  }
}
