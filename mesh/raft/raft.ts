import type { Configuration, ConfigurationTarget } from './configuration.ts'
import { ConfigurationChanges } from './configuration-changes.ts'
import { dispatch } from './dispatch.ts'
import type { Effects, Leadership, Persist } from './effects.ts'
import { Election } from './election.ts'
import type { HardState, Index, LogPosition, NodeId } from './entry.ts'
import { Feed } from './feed.ts'
import { Follower } from './follower.ts'
import type { Message, SnapshotMetadata } from './message.ts'
import type { RaftOptions } from './options.ts'
import { Reads } from './reads.ts'
import { Refusal } from './refusal.ts'
import { Replication } from './replication.ts'
import { type ReadChunk, Snapshots } from './snapshots.ts'
import { type Parts, State } from './state.ts'
import { Transfer } from './transfer.ts'

/** What a node knows, for metrics, tests and people. */
export interface RaftStatus extends Leadership {
  votedFor: NodeId | null
  commit: Index
  applied: Index
  base: LogPosition
  last: LogPosition
  stable: Index
  logBytes: number
  configuration: Configuration
  configurationIndex: Index
  isChangingConfiguration: boolean
  isTransferring: boolean
  /** What the leader said is committed, whatever this node has. */
  announced: Index
  isFed: boolean
  /** Leader only: what it knows of the others. */
  progress: { id: NodeId; state: string; match: Index; next: Index; isActive: boolean }[]
}

/**
 * One node of the consensus, as a pure state machine: messages, ticks and requests go in, `takeEffects` hands out what
 * has to be done because of them. It does no I/O, reads no clock and draws no random number of its own. The driver
 * handles the effects and reports with `persisted` and `applied`. A thrown error is a broken invariant: the node must stop.
 */
export class Raft {
  /** The concerns, open to tests that break one of them on purpose. */
  readonly parts: Parts
  #sequence = 0
  #hardState: HardState
  #hardStateWrites: { sequence: number; hardState: HardState }[] = []
  #leadership: Leadership

  constructor(options: RaftOptions) {
    const parts = { state: new State(options) } as { -readonly [part in keyof Parts]: Parts[part] }
    parts.election = new Election(parts)
    parts.replication = new Replication(parts)
    parts.follower = new Follower(parts)
    parts.reads = new Reads(parts)
    parts.changes = new ConfigurationChanges(parts)
    parts.snapshots = new Snapshots(parts)
    parts.transfer = new Transfer(parts)
    parts.feed = new Feed(parts)
    this.parts = parts
    this.#hardState = { term: parts.state.term, votedFor: parts.state.votedFor }
    this.#leadership = parts.state.leadership
  }

  /**
   * One interval of the driver's timer has passed. After a stall call it once, not once for each interval missed, with
   * `isLate` true when more than one interval went by: then no election begins before the next tick, so that what
   * waits in the inbox is read first.
   */
  tick(isLate = false): void {
    const { state, election, replication, reads, snapshots, transfer } = this.parts
    if (state.role !== 'leader') {
      election.tick(isLate)
      reads.tick()
      return
    }
    if (++state.elapsedTicks >= state.limits.electionTicks) {
      state.elapsedTicks = 0
      election.checkQuorum()
      if ((state.role as string) !== 'leader') return
    }
    transfer.tick()
    snapshots.tick()
    replication.tick()
  }

  /** A message for this node arrived; old, doubled and reordered ones are harmless. */
  step(message: Message): void {
    const { state, election, feed } = this.parts
    if (message.to !== state.id) throw new Error(`a message for ${message.to} reached ${state.id}`)
    if (message.term > state.term && message.type !== 'pre-vote') {
      const wantsVote = message.type === 'request-vote'
      if (wantsVote && !message.transfer && election.hearsLeader()) return
      election.becomeFollower(message.term, comesFromLeader(message) ? message.from : null)
    } else if (message.term < state.term && !mattersInAnyTerm(message)) {
      if (comesFromLeader(message)) state.free({ type: 'stale-term', to: message.from })
      return
    }
    if (state.isFed && message.type !== 'feed' && comesFromLeader(message)) feed.refuse(message.from)
    else dispatch(this.parts, message)
  }

  /**
   * The way to this node is lost until it is heard again. If it led, an election timeout need not pass, only the random part of one:
   * whoever still hears it will refuse the pre-vote, and its next message ends the suspicion. Not in the paper.
   */
  disconnected(node: NodeId): void {
    this.parts.election.disconnected(node)
  }

  /** Appends a command to the leader's log. The position is where it stands if it is ever committed. */
  propose(data: Uint8Array): LogPosition | Refusal {
    const { state, replication } = this.parts
    const refusal = this.#refuseProposal()
    if (refusal !== undefined) return refusal
    if (data.byteLength > state.limits.maxEntryBytes) {
      return new Refusal(
        'TooLarge',
        `${data.byteLength} bytes, at most ${state.limits.maxEntryBytes} fit into an entry`,
      )
    }
    if (replication.isFull) {
      const waiting = state.log.lastIndex - state.commit
      return new Refusal('Overloaded', `${waiting} entries wait to be committed already: try again later`)
    }
    const { index, term } = replication.append('command', data)
    return { index, term }
  }

  /** Asks for a linearizable read; `Effects.reads` answers every ticket up to the one it names. Any node may ask. */
  readIndex(): number {
    return this.parts.reads.read()
  }

  /** Begins the change to these voters and learners; two configuration entries when voters change, one otherwise. */
  proposeConfiguration(target: ConfigurationTarget): LogPosition | Refusal {
    const entry = this.#refuseProposal() ?? this.parts.changes.propose(target)
    return entry instanceof Refusal ? entry : { index: entry.index, term: entry.term }
  }

  /** Hands leadership to a voter. Undefined: it has begun; the outcome shows in `Effects.leadership`. */
  transferLeadership(to: NodeId): Refusal | undefined {
    return this.#refuseProposal() ?? this.parts.transfer.begin(to)
  }

  /** The writes of this record and of all before it are durable. */
  persisted(sequence: number): void {
    const { state, election, replication } = this.parts
    state.log.saved(sequence)
    while (this.#hardStateWrites[0] !== undefined && this.#hardStateWrites[0].sequence <= sequence) {
      const { term, votedFor } = this.#hardStateWrites.shift()!.hardState
      if (votedFor === state.id) election.ownVoteIsDurable(term)
    }
    if (state.role === 'leader') replication.advanceCommit()
  }

  /** The driver's state machine has applied entries up to this index. */
  applied(index: Index): void {
    const { state } = this.parts
    if (index > state.delivered) throw new Error(`applied ${index}, but only ${state.delivered} was handed out`)
    state.applied = Math.max(state.applied, index)
  }

  /**
   * After `Effects.feed` said `elsewhere`: from now on the driver gets committed entries from peers and reports them with `fed`;
   * what was handed out before is to be applied first. False: not now. Ends when `Effects.feed` says `leader`.
   */
  beginFeed(): boolean {
    return this.parts.feed.begin()
  }

  /** Everything up to this position is committed, applied, and durable below. */
  fed(position: LogPosition): void {
    this.parts.feed.took(position)
  }

  /** No peer gives anything: the leader is asked for entries. */
  declineFeed(): void {
    this.parts.feed.decline()
  }

  /** Forgets log entries up to this index; the state that has applied them must be durable. */
  compact(index: Index): void {
    const { state } = this.parts
    if (index > state.applied) throw new Error(`cannot compact up to ${index}: only ${state.applied} is applied`)
    state.log.compact(index)
    state.membership.compact(index)
  }

  /** What a snapshot of the state after this index stands for. Undefined when the log no longer knows that index. */
  snapshotMetadata(index: Index): SnapshotMetadata | undefined {
    const { log, membership } = this.parts.state
    const term = log.term(index)
    return term === undefined ? undefined : { index, term, configuration: membership.at(index) }
  }

  /** The answer to one of `Effects.chunkRequests`. */
  snapshotChunk(chunk: ReadChunk): void {
    this.parts.snapshots.chunkRead(chunk)
  }

  /** The snapshot asked for cannot be read (any more): the transfer begins again with another. */
  snapshotUnavailable(to: NodeId, transfer: number): void {
    this.parts.snapshots.unavailable(to, transfer)
  }

  /** For a median round trip that changed: see "Consensus" in the design. */
  setElectionTicks(electionTicks: number): void {
    const { state } = this.parts
    state.limits.electionTicks = electionTicks
    state.drawTimeout()
  }

  get status(): RaftStatus {
    const { state, changes, transfer } = this.parts
    const { log, membership } = state
    const progress = [...state.progress].map(([id, { state, match, fed, next, isActive }]) => ({
      id,
      state,
      match: state === 'fed' ? fed : match,
      next,
      isActive,
    }))
    return {
      ...state.leadership,
      votedFor: state.votedFor,
      commit: state.commit,
      applied: state.applied,
      base: log.base,
      last: { index: log.last.index, term: log.last.term },
      stable: log.stable,
      logBytes: log.sizeBytes,
      configuration: membership.current,
      configurationIndex: membership.index,
      isChangingConfiguration: changes.isPending,
      isTransferring: transfer.isUnderWay,
      announced: state.announced,
      isFed: state.isFed,
      progress,
    }
  }

  /** Everything to be done since the last call; undefined when there is nothing. Call it after a batch of inputs. */
  takeEffects(): Effects | undefined {
    const { state, replication, reads } = this.parts
    if (state.role === 'leader') replication.flush()
    reads.flush()
    const sequence = ++this.#sequence
    const effects: Effects = {
      sequence,
      sendNow: state.sendNow,
      persist: this.#takePersist(sequence),
      send: state.send,
      apply: state.takeCommitted(),
      reads: reads.take(),
      chunkRequests: state.chunkRequests,
      feed: state.feed,
      leadership: this.#takeLeadership(),
    }
    state.feed = undefined
    state.sendNow = []
    state.send = []
    state.chunkRequests = []
    return isEmpty(effects) ? undefined : effects
  }

  #takePersist(sequence: number): Persist | undefined {
    const { state } = this.parts
    const { term, votedFor } = state
    const hasVoted = term !== this.#hardState.term || votedFor !== this.#hardState.votedFor
    const { truncateFrom, entries } = state.log.unsaved()
    // What follows cannot stand on the disk without what it stands on.
    const isNewBase = state.isBaseUnsaved && entries.length > 0
    const { chunks, installed: snapshot = isNewBase ? this.snapshotMetadata(state.log.base.index) : undefined } = state
    const isClean = !hasVoted && truncateFrom === undefined && entries.length === 0
    if (isClean && chunks.length === 0 && snapshot === undefined) return undefined
    if (hasVoted) {
      this.#hardState = { term, votedFor }
      this.#hardStateWrites.push({ sequence, hardState: this.#hardState })
    }
    state.log.saving(sequence)
    state.chunks = []
    state.installed = undefined
    if (isNewBase) state.isBaseUnsaved = false
    return { hardState: hasVoted ? this.#hardState : undefined, chunks, snapshot, truncateFrom, entries }
  }

  #takeLeadership(): Leadership | undefined {
    const { role, term, leader } = this.parts.state
    const { role: oldRole, term: oldTerm, leader: oldLeader } = this.#leadership
    if (role === oldRole && term === oldTerm && leader === oldLeader) return undefined
    this.#leadership = { role, term, leader }
    return this.#leadership
  }

  #refuseProposal(): Refusal | undefined {
    const { state, transfer } = this.parts
    if (state.role !== 'leader') {
      const where = state.leader === null ? 'no leader is known' : `${state.leader} leads`
      return new Refusal('NotLeader', `this node does not lead: ${where}`, state.leader)
    }
    if (transfer.isUnderWay) return new Refusal('Transferring', 'leadership is being handed over: try again')
    return undefined
  }
}

function comesFromLeader({ type }: Message): boolean {
  return type === 'append' || type === 'heartbeat' || type === 'snapshot-chunk' || type === 'feed'
}

/**
 * Candidates of an older term are told the newer one, or they would campaign for ever; and one who grants a pre-vote
 * may well be behind.
 */
function mattersInAnyTerm({ type }: Message): boolean {
  return type === 'pre-vote' || type === 'pre-vote-response' || type === 'request-vote'
}

function isEmpty(effects: Effects): boolean {
  const { sendNow, persist, send, apply, reads, chunkRequests, feed, leadership } = effects
  const lists = sendNow.length + send.length + apply.length + chunkRequests.length
  return lists === 0 && persist === undefined && reads === undefined && feed === undefined && leadership === undefined
}
