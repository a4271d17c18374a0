import type { Entry, HardState, Index, NodeId } from './entry.ts'
import type { SnapshotMetadata } from './message.ts'

/** Every queue's bound. Bytes are those of `sizeBytesOf`. */
export interface Limits {
  /** A follower that hears no leader for this many ticks, up to twice as many, campaigns. */
  electionTicks: number
  heartbeatTicks: number
  /** An append message carries at most this many bytes of entries, or one larger entry. */
  maxAppendBytes: number
  /** Appends on their way to one node. */
  maxInflightAppends: number
  maxInflightBytes: number
  /** Proposals that are not committed yet; beyond it they are refused with `Overloaded`. */
  maxUncommittedEntries: number
  maxUncommittedBytes: number
  /** A larger proposal is refused with `TooLarge`. */
  maxEntryBytes: number
  /** Entries handed out in `apply` and not yet reported with `applied`. */
  maxApplyingEntries: number
  /** Nodes whose forwarded reads wait for one round; more are ignored, they ask again. */
  maxForwardingNodes: number
}

export const defaultLimits: Limits = {
  electionTicks: 10,
  heartbeatTicks: 1,
  maxAppendBytes: 1024 * 1024,
  maxInflightAppends: 64,
  maxInflightBytes: 16 * 1024 * 1024,
  maxUncommittedEntries: 16_384,
  maxUncommittedBytes: 64 * 1024 * 1024,
  maxEntryBytes: 8 * 1024 * 1024,
  maxApplyingEntries: 4096,
  maxForwardingNodes: 1024,
}

export interface RaftOptions {
  id: NodeId
  /**
   * What the log stands on: {index: 0, term: 0} and the first configuration in a new cluster, the same on each of its
   * voters; later a snapshot's position, or wherever a promoted voter starts.
   */
  base: SnapshotMetadata
  /** The entries on disk, from base.index + 1 on. */
  entries?: readonly Entry[]
  hardState?: HardState
  /** What the state on disk has applied; at least base.index, which is the default. */
  applied?: Index
  /** Uniform in [0, 1). */
  random: () => number
  limits?: Partial<Limits>
}
