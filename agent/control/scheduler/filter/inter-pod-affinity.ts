import { type AffinityTerm, termMatches } from '../affinity-term.ts'
import type { NodeInfo, PodInfo } from '../node-info.ts'
import type { Snapshot } from '../snapshot.ts'
import { type Filter, type NodeFilter, resolvable, unresolvable } from './filter.ts'

/** Number of pods by topology key and value. */
type Counts = Map<string, number>

const pairOf = (key: string, value: string) => `${key}\n${value}`

function add(counts: Counts, { topologyKey }: AffinityTerm, node: NodeInfo): void {
  const value = node.node.metadata?.labels?.[topologyKey]
  if (value === undefined) return
  const pair = pairOf(topologyKey, value)
  counts.set(pair, (counts.get(pair) ?? 0) + 1)
}

function countAt(counts: Counts, { topologyKey }: AffinityTerm, labels: Record<string, string>): number {
  const value = labels[topologyKey]
  return value === undefined ? 0 : (counts.get(pairOf(topologyKey, value)) ?? 0)
}

/**
 * The pod's own required terms, and the anti-affinity of the pods that are there already.
 * Source: pkg/scheduler/framework/plugins/interpodaffinity/filtering.go.
 */
export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  looksAround: true,
  prepare(info, snapshot): NodeFilter | undefined {
    const { required, requiredAnti } = info.affinity
    const against = antiAffinityAgainst(info, snapshot)
    if (required.length === 0 && requiredAnti.length === 0 && against.size === 0) return undefined
    const labelsOf = (name: string) => snapshot.labelsOfNamespace(name)
    const [near, far]: [Counts, Counts] = [new Map(), new Map()]
    if (required.length + requiredAnti.length > 0) {
      for (const node of snapshot.nodes) {
        for (const { pod } of node.pods.values()) {
          // An affinity counts pods that match all of its terms at once.
          if (required.length > 0 && required.every((term) => termMatches(term, pod, labelsOf))) {
            for (const term of required) add(near, term, node)
          }
          for (const term of requiredAnti) if (termMatches(term, pod, labelsOf)) add(far, term, node)
        }
      }
    }
    // The first pod of a group that wants to be with its like may go anywhere.
    const isFirst = near.size === 0 && required.every((term) => termMatches(term, info.pod, labelsOf))
    const isNear = (labels: Record<string, string>) =>
      required.every((term) => labels[term.topologyKey] !== undefined) &&
      (required.every((term) => countAt(near, term, labels) > 0) || isFirst)
    return ({ node }) => {
      const labels = node.metadata?.labels ?? {}
      if (required.length > 0 && !isNear(labels)) return unresolvable("node(s) didn't match pod affinity rules")
      if (requiredAnti.some((term) => countAt(far, term, labels) > 0)) {
        return resolvable("node(s) didn't match pod anti-affinity rules")
      }
      for (const [key, value] of Object.entries(labels)) {
        if (against.size > 0 && against.has(pairOf(key, value))) {
          return resolvable("node(s) didn't satisfy existing pods anti-affinity rules")
        }
      }
      return undefined
    }
  },
}

/** Topologies in which some pod does not want this one. */
function antiAffinityAgainst(info: PodInfo, snapshot: Snapshot): Counts {
  const against: Counts = new Map()
  const labelsOf = (name: string) => snapshot.labelsOfNamespace(name)
  for (const node of snapshot.nodes) {
    for (const { affinity } of node.withRequiredAntiAffinity.values()) {
      for (const term of affinity.requiredAnti) if (termMatches(term, info.pod, labelsOf)) add(against, term, node)
    }
  }
  return against
}
