import type { NodeId } from '../raft/entry.ts'

/** How many nodes vote when there are so many: an odd number, since one more survives no more deaths. */
export const voterCounts = [1, 3, 5] as const
export type WantedVoters = (typeof voterCounts)[number]

/** A node of the cluster as the voters' choice needs it. */
export interface Member {
  id: NodeId
  /** Cluster time. */
  joinedMs: number
}

/** The cluster's members as this node's state has them. */
export interface MemberSource {
  /** Empty: not known yet, and nothing is changed. */
  members(): readonly Member[]
  /** What an operator asked for; default 3. */
  wantedVoters?(): WantedVoters
  /** Calls at each change until the returned function is called. */
  onChange(changed: () => void): () => void
}
