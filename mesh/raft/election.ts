import { hasMajority, isVoter, votersOf } from './configuration.ts'
import type { NodeId, Term } from './entry.ts'
import type { PreVote, PreVoteResponse, RequestVote, Vote } from './message.ts'
import { Inflight, Progress } from './progress.ts'
import type { Parts } from './state.ts'

/** Who leads: pre-votes, votes, the quorum check, and the changes of role (sections 5.2 and 5.4.1, thesis 9.6, 6.2). */
export class Election {
  readonly #parts: Parts
  /** Answers to the present campaign. */
  readonly #votes = new Map<NodeId, boolean>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** A tick of a node that does not lead. See `Raft.tick` for `isLate`. */
  tick(isLate: boolean): void {
    const { state } = this.#parts
    state.elapsedTicks++
    if (isLate) state.elapsedTicks = Math.min(state.elapsedTicks, state.timeoutTicks)
    // The tick that makes an election due does not start it: what is in the inbox is read before the next. A sole voter
    // has nobody to hear from.
    const isFree = state.role === 'follower' && this.#isSoleVoter()
    if (state.elapsedTicks <= state.timeoutTicks && !isFree) return
    if (this.mayBeNeeded()) this.preCampaign()
    else state.elapsedTicks = state.timeoutTicks
  }

  /** Asks whether an election could be won, so that a node that was cut off disturbs nobody. */
  preCampaign(): void {
    const { state } = this.#parts
    state.role = 'pre-candidate'
    state.leader = null
    this.#beginCampaign()
    this.#votes.set(state.id, true)
    const nextTerm = state.term + 1
    for (const to of this.#otherVoters()) state.free({ type: 'pre-vote', to, nextTerm, last: state.log.last })
    this.#tally()
  }

  /** A new term, this node's vote for itself, which counts once it is durable, and the question to the others. */
  campaign(isTransfer: boolean): void {
    const { state } = this.#parts
    state.term++
    state.votedFor = state.id
    state.role = 'candidate'
    state.leader = null
    this.#beginCampaign()
    for (const to of this.#otherVoters()) {
      state.promise({ type: 'request-vote', to, last: state.log.last, transfer: isTransfer })
    }
  }

  /** The node's own vote in this term is durable. */
  ownVoteIsDurable(term: Term): void {
    const { state } = this.#parts
    if (state.role !== 'candidate' || state.term !== term) return
    this.#votes.set(state.id, true)
    this.#tally()
  }

  onPreVote(message: PreVote): void {
    const { state } = this.#parts
    const { from, nextTerm } = message
    const granted = !this.hearsLeader() && nextTerm > state.term && state.log.isUpToDate(message.last)
    state.free({ type: 'pre-vote-response', to: from, nextTerm, granted })
  }

  onPreVoteResponse({ from, nextTerm, granted }: PreVoteResponse): void {
    const { state } = this.#parts
    if (state.role !== 'pre-candidate' || nextTerm !== state.term + 1) return
    this.#votes.set(from, granted)
    this.#tally()
  }

  /** In the message's own term: `Raft.step` has taken a newer term over, or dropped the message. */
  onRequestVote(message: RequestVote): void {
    const { state } = this.#parts
    const granted = message.term === state.term && this.mayVoteFor(message.from) && state.log.isUpToDate(message.last)
    if (granted) {
      state.votedFor = message.from
      state.elapsedTicks = 0
    }
    state.promise({ type: 'vote', to: message.from, granted })
  }

  onVote({ from, granted }: Vote): void {
    if (this.#parts.state.role !== 'candidate') return
    this.#votes.set(from, granted)
    this.#tally()
  }

  /** One vote a term, first come, first served. */
  mayVoteFor(candidate: NodeId): boolean {
    const { votedFor } = this.#parts.state
    return votedFor === null || votedFor === candidate
  }

  /** A leader was heard within the shortest election timeout: no election is wanted (thesis 4.2.3). */
  hearsLeader(): boolean {
    const { state } = this.#parts
    return state.leader !== null && state.elapsedTicks < state.limits.electionTicks
  }

  disconnected(node: NodeId): void {
    const { state } = this.#parts
    if (state.role !== 'follower' || state.leader !== node) return
    state.elapsedTicks = Math.max(state.elapsedTicks, state.limits.electionTicks)
  }

  becomeFollower(term: Term, leader: NodeId | null): void {
    const { state } = this.#parts
    if (term > state.term) {
      state.term = term
      state.votedFor = null
      // Else it is always the one with the shortest timeout that leads, and its death leaves those with the longest.
      state.drawTimeout()
    }
    if (state.role === 'leader') {
      state.elapsedTicks = 0
      state.drawTimeout()
      this.#parts.reads.stopLeading()
      this.#parts.transfer.abort()
      state.progress.clear()
    }
    state.role = 'follower'
    state.leader = leader
    this.#votes.clear()
  }

  /** Run by a leader once every election timeout: without a majority it must not go on (thesis 6.2). */
  checkQuorum(): void {
    const { state } = this.#parts
    const { current } = state.membership
    const isAlive = hasMajority(current, (id) => id === state.id || state.progress.get(id)?.isActive === true)
    for (const progress of state.progress.values()) progress.isActive = false
    if (!isAlive) this.becomeFollower(state.term, null)
  }

  /** Makes the leader's knowledge of others follow the configuration. */
  syncProgress(): void {
    const { state } = this.#parts
    const { maxInflightAppends, maxInflightBytes } = state.limits
    const peers = new Set(state.peers)
    for (const id of state.progress.keys()) if (!peers.has(id)) state.progress.delete(id)
    for (const id of peers) {
      const known = state.progress.get(id)
      if (known?.state === 'fed' && isVoter(state.membership.current, id)) this.#parts.feed.recall(id, known)
      if (known !== undefined) continue
      state.progress.set(id, new Progress(state.log.lastIndex, new Inflight(maxInflightAppends, maxInflightBytes)))
    }
  }

  /**
   * A server that its newest configuration leaves out still has to campaign until that is committed: it may be the
   * only one with the entry (thesis 4.2.2).
   */
  mayBeNeeded(): boolean {
    const { state } = this.#parts
    return state.membership.from(state.commit).some((configuration) => isVoter(configuration, state.id))
  }

  #isSoleVoter(): boolean {
    const voters = votersOf(this.#parts.state.membership.current)
    return voters.length === 1 && voters[0] === this.#parts.state.id
  }

  #beginCampaign(): void {
    const { state } = this.#parts
    state.elapsedTicks = 0
    state.drawTimeout()
    this.#votes.clear()
  }

  #otherVoters(): NodeId[] {
    const { state } = this.#parts
    return votersOf(state.membership.current).filter((id) => id !== state.id)
  }

  #tally(): void {
    const { state } = this.#parts
    const { current } = state.membership
    if (hasMajority(current, (id) => this.#votes.get(id) === true)) {
      if (state.role === 'pre-candidate') this.campaign(false)
      else this.#lead()
    } else if (!hasMajority(current, (id) => this.#votes.get(id) !== false)) {
      this.becomeFollower(state.term, null)
    }
  }

  #lead(): void {
    const { state, replication, reads } = this.#parts
    state.role = 'leader'
    state.leader = state.id
    state.elapsedTicks = 0
    this.#votes.clear()
    reads.startLeading()
    replication.lead()
    this.syncProgress()
  }
}
