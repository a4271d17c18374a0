import type { Entry, NodeId } from './entry.ts'
import type { Append, Heartbeat } from './message.ts'
import type { Parts } from './state.ts'

/** How a node takes what its term's leader sends (AppendEntries, receiver, in figure 2). */
export class Follower {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** A message that only the leader of this term sends. */
  hears(leader: NodeId): void {
    const { state, election } = this.#parts
    if (state.role === 'leader') throw new Error(`${leader} and ${state.id} both lead term ${state.term}`)
    if (state.role !== 'follower' || state.leader !== leader) election.becomeFollower(state.term, leader)
    state.elapsedTicks = 0
  }

  onAppend(message: Append): void {
    const { state } = this.#parts
    const { from, previous, entries } = message
    this.hears(from)
    if (previous.index < state.log.base.index) {
      state.promise({ type: 'append-accepted', to: from, match: state.commit })
      return
    }
    if (!state.log.matches(previous)) {
      state.free({
        type: 'append-rejected',
        to: from,
        rejected: previous.index,
        hint: state.log.hint(previous),
      })
      return
    }
    this.accept(entries)
    const match = previous.index + entries.length
    this.advanceCommit(Math.min(message.commit, match))
    state.promise({ type: 'append-accepted', to: from, match })
  }

  onHeartbeat({ from, commit, round }: Heartbeat): void {
    const { state } = this.#parts
    this.hears(from)
    this.advanceCommit(Math.min(commit, state.log.lastIndex))
    state.free({ type: 'heartbeat-response', to: from, round })
  }

  /** Appends what is missing; cuts the log only where it really differs, since messages may be old. */
  accept(entries: readonly Entry[]): void {
    const { state } = this.#parts
    const conflict = state.log.firstConflict(entries)
    if (conflict === undefined) return
    if (conflict.index <= state.commit) {
      throw new Error(`entry ${conflict.index} is committed here and differs from the leader's: the logs have diverged`)
    }
    if (conflict.index <= state.log.lastIndex) {
      state.log.truncateFrom(conflict.index)
      state.membership.truncateFrom(conflict.index)
    }
    const missing = entries.slice(conflict.index - entries[0]!.index)
    state.log.append(missing)
    state.membership.append(missing)
  }

  advanceCommit(commit: number): void {
    const { state } = this.#parts
    if (commit > state.commit) state.commit = commit
  }
}
