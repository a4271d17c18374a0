import type { NodeId } from './entry.ts'
import { Refusal } from './refusal.ts'
import type { Parts } from './state.ts'

/** Leadership given away on purpose (thesis 3.10). */
export class Transfer {
  readonly #parts: Parts
  #to: NodeId | undefined
  #ticks = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get isUnderWay(): boolean {
    return this.#to !== undefined
  }

  /** Proposals are refused until the target leads, or an election timeout has passed. */
  begin(to: NodeId): Refusal | undefined {
    const { state } = this.#parts
    if (to === state.id || !state.membership.current.voters.includes(to)) {
      return new Refusal('InvalidTransferee', `${to} is not another voter`)
    }
    this.#to = to
    this.#ticks = 0
    this.onProgress(to)
    return undefined
  }

  abort(): void {
    this.#to = undefined
  }

  tick(): void {
    if (this.#to !== undefined && ++this.#ticks >= this.#parts.state.limits.electionTicks) this.abort()
  }

  /** Once the target has the whole log it can win. */
  onProgress(id: NodeId): void {
    const { state } = this.#parts
    if (id !== this.#to || state.progress.get(id)?.match !== state.log.lastIndex) return
    state.free({ type: 'timeout-now', to: id })
  }

  /** A leader that has just removed itself names the voter with the longest log. */
  handOver(): void {
    const { state } = this.#parts
    const matchOf = (id: NodeId) => state.progress.get(id)?.match ?? 0
    const [best] = [...state.membership.current.voters].sort((a, b) => matchOf(b) - matchOf(a))
    if (best !== undefined) state.free({ type: 'timeout-now', to: best })
  }

  onTimeoutNow(): void {
    const { state, election } = this.#parts
    if (state.role === 'leader' || !state.membership.current.voters.includes(state.id)) return
    election.campaign(true)
  }
}
