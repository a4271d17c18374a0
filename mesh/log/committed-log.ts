/** One committed block of the operations log, in the one order all nodes agree on. */
export interface CommittedBlock {
  /** Position in the operations log, from 0. */
  index: number
  /** The Raft term of the leader that stamped it. */
  term: number
  /** Cluster time in ms since the epoch; never decreases. */
  timeMs: number
  /** What a node must understand to apply it, see feature-level.ts; never decreases. */
  featureLevel: number
  /** What was proposed; empty for a new leader's own first block. The log never looks inside. */
  payload: Uint8Array
}

/**
 * Where transactions become durable and ordered. It delivers every committed block exactly once and in order, on every
 * node, whoever proposed it; a proposer recognises its own by what it put into the payload.
 */
export interface CommittedLog {
  /**
   * Queues a payload. Resolves once it is durable at a majority (its block may be delivered before or after). Rejects
   * with a StoreError: Overloaded and NoQuorum mean that it was not and will not be committed; Unknown that it may be.
   */
  propose(payload: Uint8Array): Promise<void>
  /** Delivers blocks from `from` on, stored ones first, the next run of them when the promise of the last is done. */
  subscribe(from: number, deliver: (blocks: CommittedBlock[]) => Promise<void>): Promise<void>
  /** The number of blocks committed anywhere before the call, confirmed by a majority. */
  readIndex(): Promise<number>
  /** A stored block, or undefined when it has been cleared. */
  get(index: number): Promise<CommittedBlock | undefined>
  /** Gives the room of old blocks back, on this node alone. Ranges are `[first, end)`, in order; the newest block stays. */
  clear(ranges: readonly (readonly [number, number])[]): Promise<void>
  /** From here on every block is kept. */
  readonly floor: number
  /** Blocks committed so far, as far as this node knows. */
  readonly length: number
  /** Blocks that this node's disk has, those included that it does not know to be committed yet after a restart. */
  readonly storedLength: number
  /** The term of the present leader; 0 when unknown. */
  readonly term: number
  close(): Promise<void>
}

/** Waiting proposals beyond these bounds are refused with Overloaded. */
export const maxWaitingProposals = 4096
export const maxWaitingBytes = 64 * 1024 * 1024
