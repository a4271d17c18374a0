import { hasMajority } from './configuration.ts'
import type { ReadyReads } from './effects.ts'
import type { Index, NodeId } from './entry.ts'
import type { ReadIndex, ReadIndexResponse } from './message.ts'
import type { Progress } from './progress.ts'
import type { Parts } from './state.ts'

/** One question to the voters "am I still the leader?", for all reads that waited when it was asked. */
interface Round {
  number: number
  index: Index
  ticket: number
  forwarded: Map<NodeId, ReadIndex>
}

/**
 * Linearizable reads without a log entry and without trust in clocks (thesis 6.4). A read is a ticket; tickets are
 * answered in order, so that no list of reads is needed. One round is under way at a time; what arrives meanwhile
 * waits for the next.
 */
export class Reads {
  readonly #parts: Parts
  readonly #incarnation: number
  /** The newest ticket given out, and the newest answered. */
  #requested = 0
  #answered = 0
  #ready: ReadyReads | undefined
  /** Follower: the ticket asked of the leader, and for how long. */
  #asked: { leader: NodeId; ticket: number; ticks: number } | undefined
  /** Leader: the number of the newest round; whether an entry of its own term is committed; what waits. */
  #number = 0
  #isReady = false
  #round: Round | undefined
  #forwarded = new Map<NodeId, ReadIndex>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#incarnation = Math.floor(parts.state.random() * 2 ** 52)
  }

  /** The number of the round under way, 0 when none is. */
  get round(): number {
    return this.#round?.number ?? 0
  }

  read(): number {
    return ++this.#requested
  }

  startLeading(): void {
    this.#number = 0
    this.#isReady = false
    this.#asked = undefined
  }

  /** Own tickets are asked of the next leader; forwarded ones are asked again by their owners. */
  stopLeading(): void {
    this.#round = undefined
    this.#forwarded.clear()
  }

  /** Called at commits: before an entry of its own term is committed a leader does not know what is (section 8). */
  onCommit(): void {
    this.#isReady = true
  }

  tick(): void {
    const { state } = this.#parts
    if (this.#asked !== undefined && ++this.#asked.ticks > 2 * state.limits.heartbeatTicks + 1) this.#asked = undefined
  }

  flush(): void {
    const { state } = this.#parts
    if (state.role === 'leader') this.#beginRound()
    else this.#ask()
  }

  take(): ReadyReads | undefined {
    const ready = this.#ready
    this.#ready = undefined
    return ready
  }

  onReadIndex(message: ReadIndex): void {
    const { state } = this.#parts
    if (state.role !== 'leader') return
    if (this.#forwarded.size >= state.limits.maxForwardingNodes && !this.#forwarded.has(message.from)) return
    this.#forwarded.set(message.from, message)
  }

  onReadIndexResponse({ incarnation, ticket, index }: ReadIndexResponse): void {
    if (incarnation !== this.#incarnation) return
    if (this.#asked !== undefined && ticket >= this.#asked.ticket) this.#asked = undefined
    this.#answer(ticket, index)
  }

  onConfirmation(progress: Progress, round: number): void {
    progress.round = Math.max(progress.round, round)
    this.#finishRound()
  }

  #beginRound(): void {
    const { state, replication } = this.#parts
    if (!this.#isReady || this.#round !== undefined) return
    if (this.#requested === this.#answered && this.#forwarded.size === 0) return
    this.#round = {
      number: ++this.#number,
      index: state.commit,
      ticket: this.#requested,
      forwarded: this.#forwarded,
    }
    this.#forwarded = new Map()
    replication.heartbeatVoters()
    this.#finishRound()
  }

  #finishRound(): void {
    const { state } = this.#parts
    const round = this.#round
    if (round === undefined || !this.isConfirmed(round.number)) return
    this.#round = undefined
    this.#answer(round.ticket, round.index)
    for (const [to, { incarnation, ticket }] of round.forwarded) {
      state.free({ type: 'read-index-response', to, incarnation, ticket, index: round.index })
    }
    // What waited meanwhile goes on its own round at once.
    this.#beginRound()
  }

  /** Whether a majority has answered this round or a later one. */
  isConfirmed(round: number): boolean {
    const { state } = this.#parts
    const hasAnswered = (id: NodeId) => id === state.id || (state.progress.get(id)?.round ?? 0) >= round
    return hasMajority(state.membership.current, hasAnswered)
  }

  #ask(): void {
    const { state } = this.#parts
    if (state.leader === null || this.#requested === this.#answered) return
    if (this.#asked !== undefined && this.#asked.leader === state.leader) return
    this.#asked = { leader: state.leader, ticket: this.#requested, ticks: 0 }
    state.free({ type: 'read-index', to: state.leader, incarnation: this.#incarnation, ticket: this.#requested })
  }

  #answer(ticket: number, index: Index): void {
    if (ticket <= this.#answered || ticket > this.#requested) return
    this.#answered = ticket
    this.#ready = { ticket, index }
  }
}
