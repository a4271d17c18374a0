import { type AffinityTerm, termMatches, type WeightedTerm } from '../affinity-term.ts'
import type { NodeInfo, PodInfo } from '../node-info.ts'
import type { Snapshot } from '../snapshot.ts'
import { maxScore, type Score } from './score.ts'

/** What a pod's required affinity counts for, seen from the pods it wants to be with. */
const hardAffinityWeight = 1

/** Sums of weights by topology key and value. */
type Sums = Map<string, Map<string, number>>

/** Preferences of the pod, and of those that are there. Source: plugins/interpodaffinity/scoring.go. */
export const preferredPodAffinity: Score = {
  name: 'InterPodAffinity',
  weight: 2,
  scores(info, nodes, snapshot) {
    const sums = sumPreferences(info, snapshot)
    if (sums.size === 0) return undefined
    const raw = nodes.map(({ node }) => {
      let sum = 0
      for (const [key, values] of sums) sum += values.get(node.metadata?.labels?.[key] ?? '') ?? 0
      return sum
    })
    const least = Math.min(...raw)
    const range = Math.max(...raw) - least
    return raw.map((score) => (range === 0 ? 0 : Math.floor((maxScore * (score - least)) / range)))
  },
}

function sumPreferences(info: PodInfo, snapshot: Snapshot): Sums {
  const sums: Sums = new Map()
  const labelsOf = (name: string) => snapshot.labelsOfNamespace(name)
  const own = [...info.affinity.preferred, ...info.affinity.preferredAnti]
  for (const node of snapshot.nodes) {
    const existing = own.length > 0 ? node.pods.values() : node.withAffinity.values()
    for (const other of existing) {
      for (const term of own) if (termMatches(term, other.pod, labelsOf)) addWeight(sums, term, node, term.weight)
      if (!other.affinity.any) continue
      const theirs: WeightedTerm[] = [...other.affinity.preferred, ...other.affinity.preferredAnti]
      for (const term of theirs) if (termMatches(term, info.pod, labelsOf)) addWeight(sums, term, node, term.weight)
      for (const term of other.affinity.required) {
        if (termMatches(term, info.pod, labelsOf)) addWeight(sums, term, node, hardAffinityWeight)
      }
    }
  }
  return sums
}

function addWeight(sums: Sums, { topologyKey }: AffinityTerm, { node }: NodeInfo, weight: number): void {
  const value = node.metadata?.labels?.[topologyKey]
  if (value === undefined) return
  const values = sums.get(topologyKey) ?? new Map<string, number>()
  sums.set(topologyKey, values)
  values.set(value, (values.get(value) ?? 0) + weight)
}
