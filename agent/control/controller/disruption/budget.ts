import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import type { Condition } from '../../../../api/schema/generated/types/meta-v1.ts'
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../../../api/schema/generated/types/policy-v1.ts'
import { scaledValue } from '../../object/int-or-percent.ts'
import { controllerOf, isDeleting, nameOf } from '../../object/meta.ts'
import { isFinished, isReady } from '../../object/pod.ts'
import { millisOf, timestamp } from '../../object/time.ts'
import type { OwnerReference } from '../../object/types.ts'

/** An eviction that was granted and whose pod is still there after this time did not happen. */
const disruptionTimeoutMs = 2 * 60_000

export interface BudgetPlan {
  status: PodDisruptionBudgetStatus
  checkAfterMs?: number
}

/**
 * How many of the pods may be evicted now.
 * Source: k8s.io/kubernetes/pkg/controller/disruption/disruption.go, getExpectedPodCount, countHealthyPods,
 * buildDisruptedPodMap, updatePdbStatus.
 *
 * @param pods those that the budget's selector matches
 * @param scaleOf the replicas that a pod's controller is asked for; undefined when it has no scale
 */
export function planBudget(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  scaleOf: (owner: OwnerReference) => number | undefined,
  nowMs: number,
): BudgetPlan {
  const expected = expectedCount(budget, pods, scaleOf)
  const { observedGeneration: _, ...before } = budget.status ?? {}
  const observedGeneration = budget.metadata?.generation
  if (typeof expected === 'string') {
    const conditions = withCondition(budget, 'False', 'SyncFailed', expected, nowMs)
    const zeros = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...before, disruptionsAllowed: 0 }
    return { status: { ...zeros, observedGeneration, conditions } }
  }
  const { disruptedPods, untilMs } = stillDisrupted(budget, pods, nowMs)
  const healthy = pods.filter(
    (pod) => isReady(pod) && !isDeleting(pod) && disruptedPods[nameOf(pod)] === undefined,
  ).length
  const allowed = expected.count <= 0 ? 0 : Math.max(0, healthy - expected.desired)
  const reason = allowed > 0 ? 'SufficientPods' : 'InsufficientPods'
  const status: PodDisruptionBudgetStatus = {
    observedGeneration,
    disruptedPods: Object.keys(disruptedPods).length > 0 ? disruptedPods : undefined,
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: expected.desired,
    expectedPods: expected.count,
    conditions: withCondition(budget, allowed > 0 ? 'True' : 'False', reason, '', nowMs),
  }
  return { status, checkAfterMs: untilMs }
}

/** A message says why the number cannot be told. */
function expectedCount(
  { spec }: PodDisruptionBudget,
  pods: readonly Pod[],
  scaleOf: (owner: OwnerReference) => number | undefined,
): { count: number; desired: number } | string {
  const { minAvailable, maxUnavailable } = spec ?? {}
  if (maxUnavailable !== undefined) {
    const count = sumScales(pods, scaleOf)
    if (typeof count === 'string') return count
    return { count, desired: Math.max(0, count - scaledValue(maxUnavailable, count, 'up')) }
  }
  if (typeof minAvailable === 'string') {
    const count = sumScales(pods, scaleOf)
    if (typeof count === 'string') return count
    return { count, desired: scaledValue(minAvailable, count, 'up') }
  }
  return { count: pods.length, desired: minAvailable ?? 1 }
}

function sumScales(pods: readonly Pod[], scaleOf: (owner: OwnerReference) => number | undefined): number | string {
  const owners = new Map<string, number>()
  for (const pod of pods) {
    const owner = controllerOf(pod)
    // A pod by itself has no scale: it does not count, as upstream has it.
    if (!owner || owners.has(owner.uid)) continue
    const scale = scaleOf(owner)
    if (scale === undefined) return `${owner.kind} ${owner.name} does not implement the scale subresource`
    owners.set(owner.uid, scale)
  }
  return [...owners.values()].reduce((sum, scale) => sum + scale, 0)
}

function stillDisrupted(budget: PodDisruptionBudget, pods: readonly Pod[], nowMs: number) {
  const disruptedPods: Record<string, string> = {}
  let untilMs: number | undefined
  for (const pod of pods) {
    const since = budget.status?.disruptedPods?.[nameOf(pod)]
    if (since === undefined || isDeleting(pod)) continue
    const leftMs = millisOf(since) + disruptionTimeoutMs - nowMs
    if (!(leftMs > 0)) continue
    disruptedPods[nameOf(pod)] = since
    untilMs = Math.min(untilMs ?? leftMs, leftMs)
  }
  return { disruptedPods, untilMs }
}

function withCondition(
  budget: PodDisruptionBudget,
  status: string,
  reason: string,
  message: string,
  nowMs: number,
): Condition[] {
  const others = (budget.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionAllowed')
  const previous = budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed')
  const lastTransitionTime = previous?.status === status ? previous.lastTransitionTime : timestamp(nowMs)
  const observedGeneration = budget.metadata?.generation
  return [...others, { type: 'DisruptionAllowed', status, reason, message, observedGeneration, lastTransitionTime }]
}

/** Pods that have ended are none that could be disrupted. */
export function isCounted(pod: Pod): boolean {
  return !isFinished(pod)
}
