import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { podCondition } from '../../object/pod.ts'
import { millisOf } from '../../object/time.ts'

/** Source of rules and figures: k8s.io/kubernetes/pkg/controller/job/backoff_utils.go. */
const firstBackoffMs = 10_000
const maxBackoffMs = 10 * 60_000

/** When the pod's last container ended, as well as it can be told. */
export function finishTimeMs(pod: Pod): number {
  let latest = Number.NaN
  for (const { state } of pod.status?.containerStatuses ?? []) {
    const finishedMs = millisOf(state?.terminated?.finishedAt)
    if (!Number.isNaN(finishedMs) && !(finishedMs <= latest)) latest = finishedMs
  }
  const times = [
    latest,
    millisOf(podCondition(pod, 'Ready')?.lastTransitionTime),
    millisOf(pod.metadata?.deletionTimestamp),
  ]
  return times.find((time) => !Number.isNaN(time)) ?? millisOf(pod.metadata?.creationTimestamp)
}

/** Failures in a row since the last success, and when the newest was. Kept by the shell from sync to sync. */
export interface FailureRow {
  count: number
  lastMs: number
}

/** The row after these newly finished pods. */
export function extendRow(row: FailureRow | undefined, succeeded: readonly Pod[], failed: readonly Pod[]): FailureRow {
  const lastSuccessMs = Math.max(Number.NEGATIVE_INFINITY, ...succeeded.map(finishTimeMs))
  const times = failed.map(finishTimeMs).filter((time) => time > lastSuccessMs)
  const before = succeeded.length > 0 && lastSuccessMs >= (row?.lastMs ?? 0) ? undefined : row
  if (times.length === 0) return before ?? { count: 0, lastMs: 0 }
  return { count: (before?.count ?? 0) + times.length, lastMs: Math.max(before?.lastMs ?? 0, ...times) }
}

/** Milliseconds until new pods may be made. */
export function remainingBackoffMs(row: FailureRow | undefined, nowMs: number): number {
  if (!row || row.count === 0) return 0
  const backoffMs = Math.min(maxBackoffMs, firstBackoffMs * 2 ** (row.count - 1))
  return Math.max(0, row.lastMs + backoffMs - nowMs)
}
