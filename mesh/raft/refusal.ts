import type { NodeId } from './entry.ts'

export type RefusalCode =
  /** Ask the leader; `leader` says who that is, when known. */
  | 'NotLeader'
  /** Too much waits to be committed already. */
  | 'Overloaded'
  /** One entry exceeds `maxEntryBytes`. */
  | 'TooLarge'
  /** Leadership is being handed over; nothing new until that is done or has failed. */
  | 'Transferring'
  /** A change of the configuration is under way. */
  | 'ChangePending'
  /** The leader has not committed an entry of its own term yet; soon. */
  | 'NotReady'
  | 'InvalidConfiguration'
  /** Leadership can only go to another voter. */
  | 'InvalidTransferee'

/** Nothing was done, and why. A value, not thrown: it is an ordinary answer. */
export class Refusal {
  constructor(
    readonly code: RefusalCode,
    readonly message: string,
    readonly leader: NodeId | null = null,
  ) {}
}
