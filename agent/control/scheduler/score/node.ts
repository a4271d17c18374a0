import { matchesNodeTerm } from '../node-selector.ts'
import { isTolerated } from '../taint.ts'
import { normalized, type Score } from './score.ts'

/** Few soft taints that the pod does not tolerate. Source: plugins/tainttoleration. */
export const softTaints: Score = {
  name: 'TaintToleration',
  weight: 3,
  scores({ pod }, nodes) {
    const tolerations = pod.spec?.tolerations?.filter(({ effect }) => !effect || effect === 'PreferNoSchedule')
    const intolerable = nodes.map(
      ({ taints }) =>
        taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)).length,
    )
    return normalized(intolerable, true)
  },
}

/** Preferred node affinity. Source: plugins/nodeaffinity. */
export const preferredNodeAffinity: Score = {
  name: 'NodeAffinity',
  weight: 2,
  scores({ pod }, nodes) {
    const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution
    if (!preferred?.length) return undefined
    const sums = nodes.map(({ node }) =>
      preferred.reduce((sum, { weight, preference }) => sum + (matchesNodeTerm(preference, node) ? weight : 0), 0),
    )
    return normalized(sums, false)
  },
}
