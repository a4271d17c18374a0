import { membersOf } from './configuration.ts'
import type { ConfigurationChanges } from './configuration-changes.ts'
import type { ChunkRequest, FeedSource, Leadership, ReceivedChunk, Role } from './effects.ts'
import type { Election } from './election.ts'
import type { Entry, Index, NodeId, Term } from './entry.ts'
import type { Feed } from './feed.ts'
import type { Follower } from './follower.ts'
import { LogView } from './log.ts'
import { Membership } from './membership.ts'
import type { FreeMessage, PromiseMessage, SnapshotMetadata } from './message.ts'
import { defaultLimits, type Limits, type RaftOptions } from './options.ts'
import type { Progress } from './progress.ts'
import type { Reads } from './reads.ts'
import type { Replication } from './replication.ts'
import type { Snapshots } from './snapshots.ts'
import type { Transfer } from './transfer.ts'

/** The concerns of a node, each a class of its own over the same state. */
export interface Parts {
  readonly state: State
  readonly election: Election
  readonly replication: Replication
  readonly follower: Follower
  readonly reads: Reads
  readonly changes: ConfigurationChanges
  readonly snapshots: Snapshots
  readonly transfer: Transfer
  readonly feed: Feed
}

/** A message without what is the same in all that a node sends. */
export type Unsent<M> = M extends unknown ? Omit<M, 'from' | 'term'> : never

/** What more than one concern reads or writes. */
export class State {
  readonly id: NodeId
  readonly limits: Limits
  readonly random: () => number
  readonly log: LogView
  readonly membership: Membership

  term: Term
  votedFor: NodeId | null
  role: Role = 'follower'
  leader: NodeId | null = null

  commit: Index
  /** Handed out to be applied. */
  delivered: Index
  /** Reported as applied. */
  applied: Index

  /** Ticks since the leader was heard, or a vote given; for a leader, since its last quorum check. */
  elapsedTicks = 0
  timeoutTicks = 0

  /** What the leader knows of the others; empty otherwise. */
  readonly progress = new Map<NodeId, Progress>()

  send: PromiseMessage[] = []
  sendNow: FreeMessage[] = []
  chunks: ReceivedChunk[] = []
  installed: SnapshotMetadata | undefined
  chunkRequests: ChunkRequest[] = []

  /** Committed entries come from elsewhere: none is taken from the leader, none handed out. */
  isFed = false
  /** For the driver to do. */
  feed: FeedSource | undefined
  /** What the leader said is committed, whatever this node has of it. */
  announced: Index
  /** The log in memory begins where no write has said yet. */
  isBaseUnsaved = false

  constructor(options: RaftOptions) {
    const { id, base, entries = [], hardState, random } = options
    this.id = id
    this.limits = { ...defaultLimits, ...options.limits }
    this.random = random
    this.log = new LogView(base, entries)
    this.membership = new Membership(base.index, base.configuration)
    this.membership.append(entries)
    this.term = Math.max(hardState?.term ?? 0, this.log.last.term)
    this.votedFor = this.term === hardState?.term ? hardState.votedFor : null
    this.commit = options.applied ?? base.index
    if (this.commit < base.index || this.commit > this.log.lastIndex) {
      throw new Error(`the state has applied ${this.commit}, the log has ${base.index + 1} to ${this.log.lastIndex}`)
    }
    this.delivered = this.commit
    this.applied = this.commit
    this.announced = this.commit
    this.drawTimeout()
  }

  /** Every member of the configuration but this node, sorted. */
  get peers(): NodeId[] {
    return membersOf(this.membership.current).filter((id) => id !== this.id)
  }

  get leadership(): Leadership {
    return { role: this.role, term: this.term, leader: this.leader }
  }

  drawTimeout(): void {
    const { electionTicks } = this.limits
    this.timeoutTicks = electionTicks + Math.floor(this.random() * electionTicks)
  }

  free(message: Unsent<FreeMessage>): void {
    this.sendNow.push({ ...message, from: this.id, term: this.term } as FreeMessage)
  }

  promise(message: Unsent<PromiseMessage>): void {
    this.send.push({ ...message, from: this.id, term: this.term } as PromiseMessage)
  }

  /** Committed, durable here, and within the bound of what is handed out at once. */
  takeCommitted(): Entry[] {
    if (this.isFed) return []
    const until = Math.min(this.commit, this.log.stable, this.applied + this.limits.maxApplyingEntries)
    const entries = this.log.slice(this.delivered + 1, until, Number.POSITIVE_INFINITY)
    this.delivered += entries.length
    return entries
  }
}
