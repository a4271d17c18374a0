import type { Clock } from '../clock/clock.ts'
import type { NodeId } from '../raft/entry.ts'
import { Refusal } from '../raft/refusal.ts'
import { StoreError } from '../store/store.ts'
import { maxWaitingProposals } from './committed-log.ts'
import type { Datagram, Outcome } from './datagram.ts'
import type { Fate } from './raft-driver.ts'

export interface ProposerOptions {
  id: NodeId
  clock: Clock
  send(to: NodeId, datagram: Datagram): void
  /** At this node itself, which leads. */
  proposeHere(payload: Uint8Array): Promise<Fate>
  /** Throws when the log is closed or has failed. */
  assertOpen(): void
}

/** Between two tries to find a leader, when none makes itself known meanwhile. */
const retryMs = 200
const forwardTimeoutMs = 2000

/** Brings payloads to whoever leads, again after a change of leader, until one commits them or their time is over. */
export class Proposer {
  readonly #options: ProposerOptions
  #leader: NodeId | null = null
  #waiting = 0
  #forwards = 0
  readonly #forwarded = new Map<number, { leader: NodeId; settle: (outcome: Outcome) => void }>()
  readonly #leaderWaiters = new Set<() => void>()

  constructor(options: ProposerOptions) {
    this.#options = options
  }

  /** What was sent to the last leader is not waited for any longer. */
  leadershipChanged(leader: NodeId | null): void {
    this.#leader = leader
    for (const forward of this.#forwarded.values()) if (forward.leader !== leader) forward.settle('unknown')
    for (const wake of this.#leaderWaiters) wake()
  }

  /** The leader's answer to a forwarded proposal. */
  answered(number: number, outcome: Outcome): void {
    this.#forwarded.get(number)?.settle(outcome)
  }

  /** Rejects with a StoreError: Overloaded, TooLarge, NoQuorum (nothing was committed) or Unknown. */
  async propose(payload: Uint8Array, timeoutMs: number): Promise<void> {
    if (this.#waiting >= maxWaitingProposals) {
      throw new StoreError('Overloaded', `${this.#waiting} writes wait to be committed already: try again later`)
    }
    this.#waiting++
    try {
      await this.#proposeUntil(payload, this.#options.clock.monotonicMs() + timeoutMs)
    } finally {
      this.#waiting--
    }
  }

  async #proposeUntil(payload: Uint8Array, deadlineMs: number): Promise<void> {
    for (let isUnknown = false; ; ) {
      // Once a leader may have taken it nobody is told that nothing was written: they would write it again.
      if (!isUnknown) this.#options.assertOpen()
      else if (this.#isClosed()) throw mayBeCommitted()
      const leader = this.#leader
      const outcome = leader === null ? 'not committed' : await this.#proposeAt(leader, payload, deadlineMs)
      if (outcome === 'committed') return
      if (outcome === 'overloaded' && !isUnknown) {
        throw new StoreError('Overloaded', 'too many writes wait to be committed: try again later')
      }
      if (outcome === 'too large') {
        throw new StoreError('TooLarge', `a write of ${payload.byteLength} bytes is too large`)
      }
      isUnknown ||= outcome === 'unknown'
      if (this.#options.clock.monotonicMs() >= deadlineMs) {
        if (isUnknown) throw mayBeCommitted()
        throw new StoreError('NoQuorum', 'no majority of the voters answers: nothing was written')
      }
      await this.#leadershipChange()
    }
  }

  #isClosed(): boolean {
    try {
      this.#options.assertOpen()
      return false
    } catch {
      return true
    }
  }

  /** A leader that has lost its majority may never know: at the deadline the outcome is unknown. */
  #proposeAt(leader: NodeId, payload: Uint8Array, deadlineMs: number): Promise<Outcome> {
    const leftMs = Math.max(deadlineMs - this.#options.clock.monotonicMs(), 0)
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    if (leader === this.#options.id) {
      const timer = setTimeout(() => resolve('unknown'), leftMs)
      void this.#options.proposeHere(payload).then((fate) => resolve(outcomeOf(fate)))
      return promise.finally(() => clearTimeout(timer))
    }
    const number = ++this.#forwards
    const timer = setTimeout(() => resolve('unknown'), Math.min(leftMs, forwardTimeoutMs))
    this.#forwarded.set(number, { leader, settle: resolve })
    this.#options.send(leader, { kind: 'proposal', number, payload })
    return promise.finally(() => {
      clearTimeout(timer)
      this.#forwarded.delete(number)
    })
  }

  /** Resolves at the next change of leadership, or after a while. */
  #leadershipChange(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#leaderWaiters.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, retryMs)
      this.#leaderWaiters.add(wake)
    })
  }
}

const mayBeCommitted = () => new StoreError('Unknown', 'the write may or may not have been committed')

export function outcomeOf(fate: Fate): Outcome {
  if (fate === 'unknown') return 'unknown'
  if (fate === 'lost') return 'not committed'
  if (!(fate instanceof Refusal)) return 'committed'
  if (fate.code === 'Overloaded') return 'overloaded'
  return fate.code === 'TooLarge' ? 'too large' : 'not committed'
}
