import type { Pod, PodCondition } from '../../../api/schema/generated/types/core-v1.ts'
import { isDeleting } from './meta.ts'
import { millisOf } from './time.ts'

/** Source of all of these: k8s.io/kubernetes/pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go. */

export function phaseOf(pod: Pod): string {
  return pod.status?.phase ?? 'Pending'
}

/** Its containers will not run again. */
export function isFinished(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Counts towards its controller's replicas. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isDeleting(pod)
}

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type)
}

export function isReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** Ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  return millisOf(ready.lastTransitionTime) + minReadySeconds * 1000 <= nowMs
}

/** When the pod becomes available if it stays ready; undefined when it is not ready or already available. */
export function availableAtMs(pod: Pod, minReadySeconds: number, nowMs: number): number | undefined {
  const ready = podCondition(pod, 'Ready')
  if (minReadySeconds === 0 || ready?.status !== 'True') return undefined
  const atMs = millisOf(ready.lastTransitionTime) + minReadySeconds * 1000
  return atMs > nowMs ? atMs : undefined
}

/** Milliseconds until the next of the pods becomes available; undefined when none is on the way. */
export function untilAvailableMs(pods: readonly Pod[], minReadySeconds: number, nowMs: number): number | undefined {
  let next: number | undefined
  for (const pod of pods) {
    const atMs = availableAtMs(pod, minReadySeconds, nowMs)
    if (atMs !== undefined && (next === undefined || atMs < next)) next = atMs
  }
  return next === undefined ? undefined : next - nowMs
}

/** The conditions with `condition` set; its lastTransitionTime is kept while the status stays. */
export function withPodCondition(pod: Pod, condition: PodCondition): Pod {
  const others = pod.status?.conditions?.filter((other) => other.type !== condition.type) ?? []
  const previous = podCondition(pod, condition.type)
  const kept = previous?.status === condition.status ? previous.lastTransitionTime : condition.lastTransitionTime
  return {
    ...pod,
    status: { ...pod.status, conditions: [...others, { ...condition, lastTransitionTime: kept }] },
  }
}
