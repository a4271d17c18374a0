import type CoreStorage from 'hypercore-storage'
import type { Duplex } from 'streamx'
import type { Clock } from '../clock/clock.ts'
import { within } from '../clock/deadline.ts'
import type { Logger } from '../logger/logger.ts'
import { type ConfigurationTarget, emptyConfiguration } from '../raft/configuration.ts'
import type { Leadership } from '../raft/effects.ts'
import type { NodeId } from '../raft/entry.ts'
import type { Message } from '../raft/message.ts'
import type { RaftStatus } from '../raft/raft.ts'
import { Refusal } from '../raft/refusal.ts'
import { StoreError } from '../store/store.ts'
import type { AdoptedState } from './adopted-state.ts'
import { encodeCommand } from './command-codec.ts'
import type { CommittedBlock, CommittedLog } from './committed-log.ts'
import { decodeDatagram, encodeDatagram } from './datagram.ts'
import { Delivery } from './delivery.ts'
import { Durations } from './durations.ts'
import { handOver } from './hand-over.ts'
import { HeldProposals } from './held-proposals.ts'
import { type FeedStream, LearnerFeed } from './learner-feed.ts'
import { decodeMessage, encodeMessage } from './message-codec.ts'
import { Operations } from './operations.ts'
import { openOperationsCoreIn } from './operations-core.ts'
import { outcomeOf, Proposer } from './proposer.ts'
import { type Fate, RaftDriver } from './raft-driver.ts'
import { RaftLog, termAt } from './raft-log.ts'
import { openStorage } from './storage.ts'
import type { Transport } from './transport.ts'

export interface VoterLogOptions {
  /** Directory of the cores; made when absent. */
  directory: string
  /** 32 secret bytes of the keyring, and the number that makes another operations core of them. */
  seed: Uint8Array
  generation: number
  /** 32 secret bytes of this node alone. */
  secret: Uint8Array
  cluster: string
  id: NodeId
  /**
   * The first voters of a new cluster, the same on each of them. Empty: a node that the leader will tell, after
   * `fetchOperations`. Not looked at when there is a log already.
   */
  voters: NodeId[]
  transport: Transport
  clock: Clock
  /** Uniform in [0, 1). */
  random: () => number
  logger: Logger
  /**
   * Opens a stream whose other end is some voter's `replicate`, for a node that lags behind what the others keep in
   * their Raft logs. Any will do; the leader, when known, is up to date.
   */
  openReplication(leader: NodeId | null): Promise<Duplex>
  /**
   * Opens one on which operations come as they are committed, for a learner: see `LearnerFeed`. Absent: learners get entries from the
   * leader.
   */
  openFeed?(leader: NodeId | null, avoid: readonly NodeId[]): Promise<FeedStream>
  /** The state above, for a node that lags further behind than others keep operations. Absent: they keep all. */
  state?: AdoptedState
  /** Told at each change, from the first election on. */
  leadershipChanged?(leadership: Leadership): void
  /** Told once: this node takes no further part until it is started again (its disk failed, or its build is too old). */
  failed?(error: Error): void
  /** Default 16 MiB: entries kept in memory for voters that lag. */
  maxKeptBytes?: number
  /** Default 100 ms. */
  tickMs?: number
  /** For tests: what an older or newer build knows. */
  knownFeatureLevel?: number
  /** Of a payload: it may be committed up to a second later, together with others. Default: none may. */
  mayWait?(payload: Uint8Array): boolean
  /** Until then a proposal looks for a leader that commits it. Default 8 s, below the store's own deadline. */
  proposeTimeoutMs?: number
}

/** How long this node's disk takes. */
export interface LogDurations {
  fsync: Durations
  append: Durations
}

interface Disk {
  storage: CoreStorage
  fsync: Durations
}

const readTimeoutMs = 3000
const defaultProposeTimeoutMs = 8000
/** Within a message of the link, whatever else is in it. */
const maxEntryBytes = 4 * 1024 * 1024 - 64 * 1024
/** Longest wait for another leader at an orderly end. */
const handOverTimeoutMs = 3000

/**
 * The log of a cluster of voters. A payload whose fate is not known is proposed again, so it may be committed twice: its
 * reader tells by its contents (the store by the transaction's id).
 */
export class VoterLog implements CommittedLog {
  readonly #options: VoterLogOptions
  readonly #storage: CoreStorage
  readonly #fsync: Durations
  readonly #operations: Operations
  readonly #raftLog: RaftLog
  readonly #proposer: Proposer
  readonly #held: HeldProposals
  #driver!: RaftDriver
  #leadership: Leadership = { role: 'follower', term: 0, leader: null }
  readonly #delivery: Delivery
  readonly #feed: LearnerFeed
  #failure: StoreError | undefined

  private constructor(options: VoterLogOptions, disk: Disk, operations: Operations, raftLog: RaftLog) {
    this.#options = options
    this.#storage = disk.storage
    this.#fsync = disk.fsync
    this.#operations = operations
    this.#raftLog = raftLog
    this.#held = new HeldProposals({
      propose: (payload) => this.#proposeNow(payload),
      mayWait: (payload) => options.mayWait?.(payload) ?? false,
    })
    this.#delivery = new Delivery({
      operations,
      logger: options.logger,
      leader: () => this.#leadership.leader,
      openReplication: (leader) => options.openReplication(leader),
      state: options.state,
      assertOpen: () => this.#assertOpen(),
      fed: (position) => this.#driver.fed(position),
      failed: (error) => this.#driver.fail(error),
    })
    this.#feed = new LearnerFeed({
      clock: options.clock,
      logger: options.logger,
      open: (avoid) => this.#openFeed(avoid),
      begin: () => this.#beginFeed(),
      attach: (stream) => operations.feedFrom(stream),
      decline: () => this.#driver.declineFeed(),
      progress: () => ({ length: operations.length, announced: this.#driver.status.announced }),
      leader: () => this.#leadership.leader,
    })
    this.#proposer = new Proposer({
      id: options.id,
      clock: options.clock,
      send: (to, datagram) => options.transport.send(to, encodeDatagram(datagram)),
      proposeHere: (payload) => this.#held.propose(payload),
      assertOpen: () => this.#assertOpen(),
    })
  }

  /** Throws when the log here is another cluster's, damaged or newer than this build. */
  static async open(options: VoterLogOptions): Promise<VoterLog> {
    const fsync = new Durations()
    const storage = openStorage(options.directory, options.logger, (durationMs) => fsync.add(durationMs))
    try {
      return await VoterLog.#openIn({ storage, fsync }, options)
    } catch (error) {
      await storage.close()
      throw error
    }
  }

  static async #openIn(disk: Disk, options: VoterLogOptions): Promise<VoterLog> {
    const { storage } = disk
    const { seed, generation, secret, cluster, voters } = options
    const core = await openOperationsCoreIn(storage, seed, generation)
    core.core.autoClose = false
    const operations = await Operations.open(core, options.knownFeatureLevel)
    const configuration = { voters: [...voters], outgoing: [], learners: [] }
    const base = { index: operations.length, term: operations.lastTerm, configuration }
    const raftLog = await RaftLog.open({ storage, secret, cluster, base })
    // It lagged, and has fetched operations that its own log does not have: the log goes on there. Who the voters are by now it is
    // told by the leader; what it knew could elect it with the votes of removed ones.
    if ((await termAt(raftLog, operations.length)) !== operations.lastTerm) {
      await raftLog.write({ snapshot: { ...base, configuration: emptyConfiguration }, entries: [] })
    }
    const log = new VoterLog(options, disk, operations, raftLog)
    await log.#start()
    return log
  }

  get length(): number {
    return this.#operations.length
  }

  get storedLength(): number {
    return Math.max(this.#operations.length, this.#raftLog.lastIndex)
  }

  get floor(): number {
    return this.#operations.floor
  }

  get term(): number {
    return this.#leadership.term
  }

  get leadership(): Leadership {
    return this.#leadership
  }

  /** The newest stamp, in ms since the epoch; 0 before the first. */
  get timeMs(): number {
    return this.#operations.timeMs
  }

  /** What a node must understand to take part, see feature-level.ts. */
  get featureLevel(): number {
    return this.#operations.featureLevel
  }

  /** 99 of 100 of the newest writes to this node's log took no longer; undefined before the first. */
  get writeP99Ms(): number | undefined {
    return this.durations.append.percentileMs(0.99)
  }

  /** For metrics: of each fsync, and of each write to the Raft log, which waits for one. */
  get durations(): LogDurations {
    return { fsync: this.#fsync, append: this.#driver.writeDurations }
  }

  get status(): RaftStatus {
    return this.#driver.status
  }

  async propose(payload: Uint8Array): Promise<void> {
    this.#assertOpen()
    await this.#proposer.propose(payload, this.#options.proposeTimeoutMs ?? defaultProposeTimeoutMs)
  }

  subscribe(from: number, deliver: (blocks: CommittedBlock[]) => Promise<void>): Promise<void> {
    return this.#delivery.subscribe(from, deliver)
  }

  async readIndex(): Promise<number> {
    this.#assertOpen()
    const late = () =>
      new StoreError('NoQuorum', 'no majority of the voters answers: a read of the newest state has to wait')
    return within(readTimeoutMs, this.#driver.readIndex(), late)
  }

  get(index: number): Promise<CommittedBlock | undefined> {
    return this.#operations.get(index)
  }

  /** Gives the room of old blocks back, on this node alone. Ranges are `[first, end)`, in order. */
  clear(ranges: readonly (readonly [number, number])[]): Promise<void> {
    return this.#operations.clear(ranges)
  }

  /** Hands leadership to another voter, if this node has it. */
  transferLeadership(to: NodeId): Refusal | undefined {
    return this.#driver.transferLeadership(to)
  }

  /**
   * Begins the change to these voters and learners, if this node leads and no other change is under way;
   * `status.isChangingConfiguration` says when it is done.
   */
  changeMembers(target: ConfigurationTarget): Refusal | undefined {
    const begun = this.#driver.proposeConfiguration(target)
    return begun instanceof Refusal ? begun : undefined
  }

  /** At the leader: from here on entries may need this level. Only once every member knows it. */
  async raiseFeatureLevel(level: number): Promise<void> {
    const fate = await this.#proposeNow(new Uint8Array(), level)
    const outcome = outcomeOf(fate)
    if (outcome !== 'committed') throw new StoreError('NoQuorum', `the feature level is not raised: ${outcome}`)
  }

  /** For the median round trip to the other nodes: a follower that hears no leader for this long, up to twice, campaigns. */
  setElectionTimeout(timeoutMs: number): void {
    this.#driver.setElectionTimeout(timeoutMs)
  }

  /** At a learner: the peer whose operations come here as they are committed. */
  get feedingPeer(): NodeId | undefined {
    return this.#feed.peer
  }

  /** One end of a stream that serves the operations to a learner or a laggard, see `fetchOperations` and `LearnerFeed`. */
  replicate(isInitiator: boolean): Duplex {
    return this.#operations.replicate(isInitiator)
  }

  /** Hands leadership over first, so that the others need not wait for an election timeout. */
  async close(): Promise<void> {
    const untilMs = this.#options.clock.monotonicMs() + handOverTimeoutMs
    this.#held.release()
    this.#feed.close()
    await handOver(this, () => this.#failure !== undefined || this.#options.clock.monotonicMs() > untilMs)
    this.#failure ??= new StoreError('Closed', 'the log is closed')
    await this.#driver.stop(this.#failure)
    await this.#delivery.settled()
    await this.#raftLog.close()
    await this.#operations.close()
    await this.#storage.close()
  }

  async #start(): Promise<void> {
    const { id, random, clock, logger, transport, tickMs, maxKeptBytes } = this.#options
    this.#driver = await RaftDriver.start({
      id,
      log: this.#raftLog,
      applied: this.#operations.length,
      random,
      clock,
      logger,
      tickMs,
      maxKeptBytes,
      limits: { maxEntryBytes },
      send: (message: Message) =>
        transport.send(message.to, encodeDatagram({ kind: 'raft', message: encodeMessage(message) })),
      durable: () => {
        // Asked when the log is to be shortened.
        this.#operations.hurry()
        return this.#operations.durableLength
      },
      apply: (entries) => this.#delivery.apply(entries),
      install: (snapshot) => this.#delivery.install(snapshot.index),
      feedChanged: (source) => (source === 'elsewhere' ? this.#feed.offered() : this.#feed.end()),
      leadershipChanged: (leadership) => {
        this.#leadership = leadership
        // Not within Raft's own turn.
        setImmediate(() => this.#held.release())
        this.#proposer.leadershipChanged(leadership.leader)
        this.#options.leadershipChanged?.(leadership)
      },
      failed: (error) => {
        this.#failure ??= new StoreError('Poisoned', `the log stops: ${error.message}`, {}, { cause: error })
        this.#options.failed?.(error)
      },
    })
    transport.receive((from, datagram) => this.#receive(from, datagram))
    transport.onLost?.((peer) => this.#driver.disconnected(peer))
  }

  #openFeed(avoid: readonly NodeId[]): Promise<FeedStream> {
    const { openFeed } = this.#options
    return openFeed?.(this.#leadership.leader, avoid) ?? Promise.reject(new Error('this node does not ask its peers'))
  }

  async #beginFeed(): Promise<boolean> {
    if (!(await this.#driver.beginFeed())) return false
    await this.#delivery.beginFeed()
    return true
  }

  /** A peer's damaged datagram is dropped and said; it must not stop this node. */
  #receive(from: NodeId, bytes: Uint8Array): void {
    try {
      const datagram = decodeDatagram(bytes)
      if (datagram.kind === 'raft') {
        this.#driver.receive(decodeMessage(datagram.message, from, this.#options.id))
      } else if (datagram.kind === 'outcome') {
        this.#proposer.answered(datagram.number, datagram.outcome)
      } else {
        void this.#proposeFor(from, datagram.number, datagram.payload)
      }
    } catch (error) {
      this.#options.logger.warn('a datagram is dropped', { from, error: (error as Error).message })
    }
  }

  async #proposeFor(from: NodeId, number: number, payload: Uint8Array): Promise<void> {
    const outcome = outcomeOf(await this.#held.propose(payload))
    this.#options.transport.send(from, encodeDatagram({ kind: 'outcome', number, outcome }))
  }

  #proposeNow(payload: Uint8Array, featureLevel = this.#operations.featureLevel): Promise<Fate> {
    const timeMs = Math.max(this.#options.clock.nowMs(), this.#operations.timeMs)
    return this.#driver.propose(encodeCommand({ featureLevel, timeMs, payload }))
  }

  #assertOpen(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}
