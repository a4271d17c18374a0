import { imageLocality } from './image-locality.ts'
import { preferredPodAffinity } from './inter-pod-affinity.ts'
import { preferredNodeAffinity, softTaints } from './node.ts'
import { balancedAllocation, leastAllocated } from './resources.ts'
import type { Score } from './score.ts'
import { softTopologySpread } from './topology-spread.ts'

/** Upstream's default profile: pkg/scheduler/apis/config/v1/default_plugins.go. */
export const defaultScores: readonly Score[] = [
  softTaints,
  preferredNodeAffinity,
  leastAllocated,
  softTopologySpread,
  preferredPodAffinity,
  balancedAllocation,
  imageLocality,
]
