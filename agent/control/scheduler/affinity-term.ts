import type { Pod, PodAffinityTerm } from '../../../api/schema/generated/types/core-v1.ts'
import { namespaceOf } from '../object/meta.ts'
import { type LabelPredicate, type Labels, labelPredicate } from '../object/selector.ts'

/** A pod affinity term made ready to be asked. */
export interface AffinityTerm {
  topologyKey: string
  namespaces: ReadonlySet<string>
  /** Adds namespaces by their labels; undefined: none. */
  matchesNamespace: LabelPredicate | undefined
  matchesLabels: LabelPredicate
}

export interface WeightedTerm extends AffinityTerm {
  weight: number
}

/** All affinity terms of a pod. */
export interface AffinityTerms {
  required: AffinityTerm[]
  requiredAnti: AffinityTerm[]
  preferred: WeightedTerm[]
  /** Weights are negative already. */
  preferredAnti: WeightedTerm[]
  any: boolean
}

const none: AffinityTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [], any: false }

/** Source: pkg/scheduler/framework/types.go, NewPodInfo and newAffinityTerm. */
export function affinityTermsOf(pod: Pod): AffinityTerms {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
  if (!podAffinity && !podAntiAffinity) return none
  const plain = (terms: PodAffinityTerm[] = []) => terms.map((term) => termOf(pod, term))
  const weighted = (terms: { weight: number; podAffinityTerm: PodAffinityTerm }[] = [], sign: number) =>
    terms.map(({ weight, podAffinityTerm }) => ({ ...termOf(pod, podAffinityTerm), weight: sign * weight }))
  const made = {
    required: plain(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAnti: plain(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: weighted(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 1),
    preferredAnti: weighted(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, -1),
  }
  return { ...made, any: Object.values(made).some((terms) => terms.length > 0) }
}

function termOf(pod: Pod, term: PodAffinityTerm): AffinityTerm {
  const { topologyKey, namespaces = [], namespaceSelector, labelSelector } = term
  const isOwnNamespace = namespaces.length === 0 && namespaceSelector === undefined
  return {
    topologyKey,
    namespaces: new Set(isOwnNamespace ? [namespaceOf(pod)] : namespaces),
    matchesNamespace: namespaceSelector && labelPredicate(namespaceSelector),
    matchesLabels: withLabelKeys(pod, labelPredicate(labelSelector), term),
  }
}

/** Keys whose values have to be (or must not be) the pod's own. */
function withLabelKeys(
  pod: Pod,
  matches: LabelPredicate,
  { matchLabelKeys = [], mismatchLabelKeys = [] }: PodAffinityTerm,
): LabelPredicate {
  const own: Labels = pod.metadata?.labels ?? {}
  const same = matchLabelKeys.filter((key) => own[key] !== undefined)
  const different = mismatchLabelKeys.filter((key) => own[key] !== undefined)
  if (same.length + different.length === 0) return matches
  return (labels) =>
    matches(labels) &&
    same.every((key) => labels?.[key] === own[key]) &&
    different.every((key) => labels?.[key] === undefined || labels[key] !== own[key])
}

/** The term speaks of this pod. */
export function termMatches(term: AffinityTerm, pod: Pod, labelsOfNamespace: (name: string) => Labels): boolean {
  const namespace = namespaceOf(pod)
  const isIn = term.namespaces.has(namespace) || (term.matchesNamespace?.(labelsOfNamespace(namespace)) ?? false)
  return isIn && term.matchesLabels(pod.metadata?.labels)
}
