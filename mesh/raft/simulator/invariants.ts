import type { Entry, Index, NodeId, Term } from '../entry.ts'
import type { Raft } from '../raft.ts'

/** A safety property of the paper (figure 3) does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

interface Leader {
  term: Term
  lastIndex: Index
  lastTerm: Term
}

/** Sees everything that all nodes do and checks figure 3 of the paper after each step. */
export class Invariants {
  readonly #leaders = new Map<Term, NodeId>()
  readonly #leading = new Map<NodeId, Leader>()
  /** Every entry ever appended anywhere, by index and term, with the term before it. */
  readonly #appended = new Map<string, { previousTerm: Term; entry: Entry }>()
  /** Every entry ever committed, by index: its term, and the term of the leader that committed it. */
  readonly #committed: ({ term: Term; committedIn: Term } | undefined)[] = [{ term: 0, committedIn: 0 }]
  readonly #commit = new Map<NodeId, Index>()
  readonly #applied: (Entry | undefined)[] = []

  /** What happened, so that a test can see that its runs were not idle. */
  readonly seen = { elections: 0, commits: 0, configurations: 0, snapshots: 0, fed: 0 }

  installed(): void {
    this.seen.snapshots++
  }

  fed(count: number): void {
    this.seen.fed += count
  }

  /** Committed entries by their index, as far as anybody has applied them. */
  get operations(): readonly (Entry | undefined)[] {
    return this.#applied
  }

  /** A node was started: what it had seen as committed before may be unknown to it. */
  started(id: NodeId): void {
    this.#commit.delete(id)
    this.#leading.delete(id)
  }

  check(id: NodeId, raft: Raft): void {
    const { state } = raft.parts
    if (state.role === 'leader') this.#checkLeader(id, raft)
    else this.#leading.delete(id)
    this.#checkCommit(id, raft)
  }

  /** Log Matching: same index and term means same entry, and the same before it. */
  appended(id: NodeId, raft: Raft, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const previousTerm = raft.parts.state.log.term(entry.index - 1)
      if (previousTerm === undefined) continue
      const key = `${entry.index}:${entry.term}`
      const known = this.#appended.get(key)
      if (known === undefined) {
        this.#appended.set(key, { previousTerm, entry })
      } else if (known.previousTerm !== previousTerm || !isSame(known.entry, entry)) {
        throw new Violation(`Log Matching: ${id} has another entry ${entry.index} of term ${entry.term}`)
      }
    }
  }

  /** State Machine Safety: nobody applies another entry at the same index. */
  applied(id: NodeId, entry: Entry): void {
    const known = this.#applied[entry.index]
    if (known === undefined) {
      this.#applied[entry.index] = entry
      this.seen.commits++
      if (entry.kind === 'configuration') this.seen.configurations++
    } else if (!isSame(known, entry))
      throw new Violation(`State Machine Safety: ${id} applied another entry ${entry.index}`)
  }

  #checkLeader(id: NodeId, raft: Raft): void {
    const { state } = raft.parts
    const { log, term } = state
    const known = this.#leaders.get(term)
    if (known !== undefined && known !== id)
      throw new Violation(`Election Safety: ${known} and ${id} lead term ${term}`)
    this.#leaders.set(term, id)
    const before = this.#leading.get(id)
    if (before?.term !== term) {
      this.seen.elections++
      this.#checkCompleteness(id, raft)
    } else if (
      log.lastIndex < before.lastIndex ||
      (log.term(before.lastIndex) ?? before.lastTerm) !== before.lastTerm
    ) {
      throw new Violation(`Leader Append-Only: ${id} changed its own log in term ${term}`)
    }
    this.#leading.set(id, { term, lastIndex: log.lastIndex, lastTerm: log.last.term })
  }

  #checkCompleteness(id: NodeId, raft: Raft): void {
    const { log, term } = raft.parts.state
    for (let index = log.base.index + 1; index < this.#committed.length; index++) {
      const committed = this.#committed[index]
      if (committed === undefined || committed.committedIn > term || log.term(index) === committed.term) continue
      throw new Violation(`Leader Completeness: ${id} leads term ${term} without committed entry ${index}`)
    }
  }

  #checkCommit(id: NodeId, raft: Raft): void {
    const { state } = raft.parts
    const known = this.#commit.get(id) ?? 0
    if (state.commit < known) throw new Violation(`${id} took its commit index back`)
    for (let index = Math.max(known, state.log.base.index) + 1; index <= state.commit; index++) {
      const term = state.log.term(index)!
      const committed = this.#committed[index]
      if (committed !== undefined && committed.term !== term) {
        throw new Violation(`${id} committed entry ${index} of term ${term}, another one had term ${committed.term}`)
      }
      this.#committed[index] ??= { term, committedIn: state.term }
    }
    this.#commit.set(id, state.commit)
  }
}

function isSame(a: Entry, b: Entry): boolean {
  if (a === b) return true
  if (a.term !== b.term || a.kind !== b.kind || a.data.byteLength !== b.data.byteLength) return false
  return a.data.every((byte, at) => byte === b.data[at])
}
