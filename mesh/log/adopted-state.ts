import type { NodeId } from '../raft/entry.ts'

/** The state above the log, where it can be had from a peer. */
export interface AdoptedState {
  /** Operations that it has applied; 0 when there is none. */
  applied(): Promise<number>
  /** Blocks before those that its history shows, the most wanted first. */
  wanted(): Promise<readonly number[]>
  /**
   * Makes a peer's state this node's own, the subscriber's too, durably, and says how many operations it has applied;
   * undefined when a peer has all operations from `has` on, which are enough. `has` undefined: there is no state here.
   */
  adopt(leader: NodeId | null, has: number | undefined): Promise<number | undefined>
}
