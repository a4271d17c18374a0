import {
  type Configuration,
  type ConfigurationTarget,
  encodeConfiguration,
  firstStep,
  isJoint,
  isVoter,
  leaveJoint,
} from './configuration.ts'
import type { Entry } from './entry.ts'
import { Refusal } from './refusal.ts'
import type { Parts } from './state.ts'

/** Changes of who takes part, one at a time, voters by way of a joint configuration (section 6). */
export class ConfigurationChanges {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** A change is on its way: its entry is not committed, or the joint configuration is not left. */
  get isPending(): boolean {
    const { membership, commit } = this.#parts.state
    return membership.index > commit || isJoint(membership.current)
  }

  propose(target: ConfigurationTarget): Entry | Refusal {
    const { state } = this.#parts
    if (this.isPending) return new Refusal('ChangePending', 'another change of the configuration is not finished')
    if (state.log.term(state.commit) !== state.term) {
      return new Refusal('NotReady', 'this leader has not committed an entry of its own term yet')
    }
    try {
      return this.#append(firstStep(state.membership.current, target))
    } catch (error) {
      return new Refusal('InvalidConfiguration', (error as Error).message)
    }
  }

  /** Called by a leader at commits. */
  onCommit(): void {
    const { state, election, transfer } = this.#parts
    const { current, index } = state.membership
    if (index > state.commit) return
    if (isJoint(current)) {
      this.#append(leaveJoint(current))
    } else if (!isVoter(current, state.id)) {
      // The last it does is to say who may go on, so that nobody waits for an election timeout.
      transfer.handOver()
      election.becomeFollower(state.term, null)
    }
  }

  #append(configuration: Configuration): Entry {
    const { state, election, replication } = this.#parts
    const entry = replication.append('configuration', encodeConfiguration(configuration))
    state.membership.append([entry])
    election.syncProgress()
    return entry
  }
}
