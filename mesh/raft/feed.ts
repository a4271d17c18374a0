import { isVoter } from './configuration.ts'
import type { LogPosition, NodeId } from './entry.ts'
import type { Fed, Feed as FeedMessage } from './message.ts'
import type { Progress } from './progress.ts'
import type { Parts } from './state.ts'

/** A learner that keeps getting entries from the leader is offered again to take them elsewhere after so many election timeouts. */
const offerTimeouts = 10

/**
 * Learners that take committed entries from any peer instead of from the leader, whose load then does not grow with them: it
 * tells them only that it leads and what is committed. The leader offers it, the learner begins when its driver has found a
 * peer, and goes back to the leader's entries when it finds none or is to become a voter. Not in the paper: what is committed
 * may be had from anybody who knows that it is, and nothing that a learner has counts for anything.
 */
export class Feed {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Leader, with each heartbeat: the offer, to learners that know that they are. */
  offer(id: NodeId, progress: Progress): void {
    const { state } = this.#parts
    const { current, index } = state.membership
    if (isVoter(current, id) || index > state.commit || progress.match < index) return
    if (--progress.offerTicks > 0) return
    progress.offerTicks = offerTimeouts * state.limits.electionTicks
    this.tell(id, progress)
  }

  /** Leader: where this learner is to get entries, what is committed, and who takes part if it does not know. */
  tell(id: NodeId, progress: Progress, elsewhere = true): void {
    const { state } = this.#parts
    const { current: configuration, index } = state.membership
    const isNews = progress.state === 'fed' && progress.configurationIndex < index && index <= state.commit
    state.free({
      type: 'feed',
      to: id,
      elsewhere,
      commit: state.commit,
      configuration: isNews ? { index, configuration } : null,
    })
  }

  /** Leader: one that is to have a vote gets its entries from here again. */
  recall(id: NodeId, progress: Progress): void {
    progress.probe(progress.fed + 1)
    this.tell(id, progress, false)
  }

  onFed({ from, isFed, match, configurationIndex }: Fed): void {
    const { state } = this.#parts
    const progress = state.progress.get(from)
    if (progress === undefined) return
    progress.isActive = true
    progress.isPaused = false
    if (!isFed) {
      if (progress.state === 'fed') progress.probe(progress.fed + 1)
      return
    }
    progress.feed(match, configurationIndex)
    if (isVoter(state.membership.current, from)) this.recall(from, progress)
  }

  onFeed({ from, elsewhere, commit, configuration }: FeedMessage): void {
    const { state, follower, election } = this.#parts
    follower.hears(from)
    state.announced = Math.max(state.announced, commit)
    if (!elsewhere) {
      this.#end()
      return
    }
    if (state.isFed && configuration !== null && configuration.index > this.#configurationIndex) {
      state.membership.restore(configuration.index, configuration.configuration)
    }
    if (!state.isFed && !election.mayBeNeeded()) state.feed = 'elsewhere'
    this.answer(from)
  }

  /** The leader's entries are not taken, nor what it says with them: their place would be wrong by the time they are written. */
  refuse(leader: NodeId): void {
    this.#parts.follower.hears(leader)
    this.answer(leader)
  }

  /** To the leader. */
  answer(to: NodeId): void {
    const { state } = this.#parts
    const { isFed, delivered: match } = state
    state.free({ type: 'fed', to, isFed, match, configurationIndex: this.#configurationIndex })
  }

  /** From now on no entry is taken from the leader or handed out to be applied. False: this node may have a vote, or gets a snapshot. */
  begin(): boolean {
    const { state, election } = this.#parts
    const isInstalling = state.log.stable < state.log.base.index && !state.isBaseUnsaved
    if (election.mayBeNeeded() || state.role !== 'follower' || isInstalling) return false
    state.isFed = true
    if (state.leader !== null) this.answer(state.leader)
    return true
  }

  /** The driver finds no peer: the leader has to send entries again. */
  decline(): void {
    const { state } = this.#parts
    if (!state.isFed) return
    this.#end()
    if (state.leader !== null) this.answer(state.leader)
  }

  /** All up to there is committed, applied and durable here. What the log has beyond is dropped if it is something else. */
  took(position: LogPosition): void {
    const { state } = this.#parts
    if (!state.isFed || position.index <= state.delivered) return
    if (position.index > state.log.lastIndex || !state.log.matches(position)) {
      state.log.restore(position)
      state.isBaseUnsaved = true
    }
    state.commit = Math.max(state.commit, position.index)
    state.announced = Math.max(state.announced, position.index)
    state.delivered = position.index
    state.applied = position.index
  }

  #end(): void {
    const { state } = this.#parts
    if (!state.isFed) return
    state.isFed = false
    state.feed = 'leader'
  }

  /** 0 for a node that has not been told who takes part. */
  get #configurationIndex(): number {
    const { current, index } = this.#parts.state.membership
    return current.voters.length === 0 ? 0 : index
  }
}
