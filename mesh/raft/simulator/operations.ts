import type { Entry } from '../entry.ts'
import type { Raft } from '../raft.ts'
import type { SimulatedNode } from './node.ts'
import type { Simulation } from './simulation.ts'

const maxTaken = 20
const maxPauseMs = 15

/** How a learner gets committed entries from any node that has applied them, a few at a time. */
export class OperationsFeed {
  readonly #simulation: Simulation
  readonly #node: SimulatedNode
  /** Called with each entry, in order; then they are to be made durable. */
  readonly #apply: (entries: readonly Entry[]) => void

  constructor(simulation: Simulation, node: SimulatedNode, apply: (entries: readonly Entry[]) => void) {
    this.#simulation = simulation
    this.#node = node
    this.#apply = apply
  }

  /** Tries to begin a little later: a peer has to be found. */
  begin(raft: Raft): void {
    const { schedule, random } = this.#simulation
    schedule.after(random.integer(1, maxPauseMs), () => {
      if (this.#node.raft === raft && raft.beginFeed()) this.#next(raft)
      this.#node.pump()
    })
  }

  #next(raft: Raft): void {
    const { schedule, random } = this.#simulation
    schedule.after(random.integer(1, maxPauseMs), () => {
      if (this.#node.raft !== raft || !raft.status.isFed) return
      if (random.chance(0.01)) raft.declineFeed()
      else this.#take(raft)
      this.#node.pump()
      this.#next(raft)
    })
  }

  #take(raft: Raft): void {
    const { random, running, invariants } = this.#simulation
    const peer = random.pick(running)
    const { applied } = this.#node
    const entries = invariants.operations.slice(applied + 1, Math.min(peer.applied, applied + maxTaken) + 1)
    const last = entries.at(-1)
    if (last === undefined || this.#node.isStalled) return
    this.#apply(entries as Entry[])
    raft.fed({ index: last.index, term: last.term })
    invariants.fed(entries.length)
  }
}
