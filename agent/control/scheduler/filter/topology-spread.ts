import { namespaceOf } from '../../object/meta.ts'
import { countMatching, spreadsOf } from '../topology-spread.ts'
import { type Filter, resolvable, unresolvable } from './filter.ts'

const missingLabel = "node(s) didn't match pod topology spread constraints (missing required label)"
const skewed = "node(s) didn't match pod topology spread constraints"

/** Source: pkg/scheduler/framework/plugins/podtopologyspread/filtering.go. */
export const podTopologySpread: Filter = {
  name: 'PodTopologySpread',
  looksAround: true,
  prepare({ pod }, snapshot) {
    const spreads = spreadsOf(pod, 'DoNotSchedule')
    if (spreads.length === 0) return undefined
    const namespace = namespaceOf(pod)
    const counts = spreads.map(() => new Map<string, number>())
    for (const node of snapshot.nodes) {
      const labels = node.node.metadata?.labels ?? {}
      // A node without all the keys is no place at all.
      if (!spreads.every(({ topologyKey }) => labels[topologyKey] !== undefined)) continue
      spreads.forEach((spread, i) => {
        if (!spread.includes(node)) return
        const value = labels[spread.topologyKey]!
        counts[i]!.set(value, (counts[i]!.get(value) ?? 0) + countMatching(node, spread, namespace))
      })
    }
    const least = counts.map((domains, i) =>
      domains.size < spreads[i]!.minDomains ? 0 : Math.min(...domains.values()),
    )
    return ({ node }) => {
      for (const [i, { topologyKey, maxSkew, self }] of spreads.entries()) {
        const value = node.metadata?.labels?.[topologyKey]
        if (value === undefined) return unresolvable(missingLabel)
        const skew = (counts[i]!.get(value) ?? 0) + self - least[i]!
        if (skew > maxSkew) return resolvable(skewed)
      }
      return undefined
    }
  },
}
