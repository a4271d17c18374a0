import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { controllerOf, namespaceOf } from '../../object/meta.ts'
import type { Labels } from '../../object/selector.ts'
import type { NodeInfo } from '../node-info.ts'
import type { Snapshot } from '../snapshot.ts'
import { countMatching, type Spread, spreadsOf } from '../topology-spread.ts'
import { maxScore, type Score } from './score.ts'

const hostnameLabel = 'kubernetes.io/hostname'

/** Few pods of the same sort in the same place. Source: plugins/podtopologyspread/scoring.go. */
export const softTopologySpread: Score = {
  name: 'PodTopologySpread',
  weight: 2,
  scores({ pod }, nodes, snapshot) {
    const asked = spreadsOf(pod, 'ScheduleAnyway')
    const spreads = asked.length > 0 ? asked : defaultSpreads(pod)
    if (spreads.length === 0) return undefined
    const isDefault = asked.length === 0
    const raw = rawScores(pod, spreads, isDefault, nodes, snapshot)
    const scored = raw.filter((score) => score !== undefined)
    const [least, most] = [Math.min(...scored), Math.max(...scored)]
    return raw.map((score) => {
      if (score === undefined) return 0
      return most === 0 ? maxScore : Math.floor((maxScore * (most + least - score)) / most)
    })
  },
}

/** Higher is worse; undefined: the node lacks a key. */
function rawScores(
  pod: Pod,
  spreads: Spread[],
  isDefault: boolean,
  nodes: readonly NodeInfo[],
  snapshot: Snapshot,
): (number | undefined)[] {
  const namespace = namespaceOf(pod)
  const has = ({ node }: NodeInfo) => spreads.every(({ topologyKey }) => node.metadata?.labels?.[topologyKey])
  const isScored = nodes.map((node) => isDefault || has(node))
  const domains = spreads.map(() => new Map<string, number>())
  nodes.forEach((node, n) => {
    if (!isScored[n]) return
    spreads.forEach(({ topologyKey }, i) => {
      const value = node.node.metadata?.labels?.[topologyKey]
      if (value !== undefined && topologyKey !== hostnameLabel) domains[i]!.set(value, 0)
    })
  })
  const scoredNodes = isScored.filter(Boolean).length
  // Constraints with many domains would outweigh the others.
  const weights = spreads.map(({ topologyKey }, i) =>
    Math.log((topologyKey === hostnameLabel ? scoredNodes : domains[i]!.size) + 2),
  )
  for (const node of snapshot.nodes) {
    if (!isDefault && !has(node)) continue
    spreads.forEach((spread, i) => {
      const value = node.node.metadata?.labels?.[spread.topologyKey]
      const known = value === undefined ? undefined : domains[i]!.get(value)
      if (known === undefined || !spread.includes(node)) return
      domains[i]!.set(value!, known + countMatching(node, spread, namespace))
    })
  }
  return nodes.map((node, n) => {
    if (!isScored[n]) return undefined
    let sum = 0
    spreads.forEach((spread, i) => {
      const value = node.node.metadata?.labels?.[spread.topologyKey]
      if (value === undefined) return
      const count =
        spread.topologyKey === hostnameLabel ? countMatching(node, spread, namespace) : (domains[i]!.get(value) ?? 0)
      sum += count * weights[i]! + (spread.maxSkew - 1)
    })
    return Math.round(sum)
  })
}

/**
 * Pods of one controller are spread over hosts and zones though nobody asked. Upstream finds their common selector
 * through services and controllers; pods of a controller have a label of their own, so that it counts those with the
 * same labels.
 */
function defaultSpreads(pod: Pod): Spread[] {
  const labels: Labels | undefined = pod.metadata?.labels
  if (!controllerOf(pod) || !labels || Object.keys(labels).length === 0) return []
  const entries = Object.entries(labels).filter(([key]) => !perPodLabels.has(key))
  if (entries.length === 0) return []
  const matches = (other: Labels | undefined) => entries.every(([key, value]) => other?.[key] === value)
  const base = { minDomains: 1, matches, self: 1 as const, includes: () => true }
  return [
    { ...base, topologyKey: hostnameLabel, maxSkew: 3 },
    { ...base, topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
  ]
}

/** Labels that differ between pods of one controller. */
const perPodLabels = new Set([
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
])
