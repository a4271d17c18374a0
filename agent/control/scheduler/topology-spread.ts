import type { Pod, TopologySpreadConstraint } from '../../../api/schema/generated/types/core-v1.ts'
import { isDeleting, namespaceOf } from '../object/meta.ts'
import { type LabelPredicate, labelPredicate } from '../object/selector.ts'
import type { NodeInfo } from './node-info.ts'
import { matchesNodeAffinity } from './node-selector.ts'
import { untoleratedTaint } from './taint.ts'

/** A spread constraint made ready to be counted. Source: pkg/scheduler/framework/plugins/podtopologyspread. */
export interface Spread {
  topologyKey: string
  maxSkew: number
  minDomains: number
  matches: LabelPredicate
  /** 1 when the pod itself counts. */
  self: 0 | 1
  /** The node counts as a place for pods. */
  includes(node: NodeInfo): boolean
}

export function spreadsOf(pod: Pod, whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway'): Spread[] {
  return (pod.spec?.topologySpreadConstraints ?? [])
    .filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable)
    .map((constraint) => spreadOf(pod, constraint))
}

export function spreadOf(pod: Pod, constraint: TopologySpreadConstraint): Spread {
  const matches = withOwnKeys(pod, labelPredicate(constraint.labelSelector), constraint.matchLabelKeys ?? [])
  const honorsAffinity = (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor'
  const honorsTaints = (constraint.nodeTaintsPolicy ?? 'Ignore') === 'Honor'
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    matches,
    self: matches(pod.metadata?.labels) ? 1 : 0,
    includes: ({ node, taints }) =>
      (!honorsAffinity || matchesNodeAffinity(pod, node)) &&
      (!honorsTaints || untoleratedTaint(taints, pod.spec?.tolerations) === undefined),
  }
}

function withOwnKeys(pod: Pod, matches: LabelPredicate, keys: string[]): LabelPredicate {
  const own = pod.metadata?.labels ?? {}
  const same = keys.filter((key) => own[key] !== undefined)
  if (same.length === 0) return matches
  return (labels) => matches(labels) && same.every((key) => labels?.[key] === own[key])
}

/** Pods of the namespace on the node that count; those on their way out do not. */
export function countMatching(node: NodeInfo, spread: Spread, namespace: string): number {
  let count = 0
  for (const { pod } of node.pods.values()) {
    if (namespaceOf(pod) === namespace && !isDeleting(pod) && spread.matches(pod.metadata?.labels)) count++
  }
  return count
}
