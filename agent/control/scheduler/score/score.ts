import type { NodeInfo, PodInfo } from '../node-info.ts'
import type { Snapshot } from '../snapshot.ts'

export const maxScore = 100

/** Scores of the nodes, in their order: 0 to 100 after normalising. */
export interface Score {
  /** Upstream's name of the plugin. */
  readonly name: string
  readonly weight: number
  /** undefined: nothing to say about this pod. `nodes` passed all filters. */
  scores(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot): number[] | undefined
}

/** Spreads scores over 0 to 100 by the highest. Source: framework/plugins/helper/normalize_score.go. */
export function normalized(scores: number[], isReversed: boolean): number[] {
  const highest = Math.max(0, ...scores)
  if (highest === 0) return scores.map(() => (isReversed ? maxScore : 0))
  return scores.map((score) => {
    const share = Math.floor((score * maxScore) / highest)
    return isReversed ? maxScore - share : share
  })
}
