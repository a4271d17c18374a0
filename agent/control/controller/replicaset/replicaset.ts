import type {
  ReplicaSet,
  ReplicaSetCondition,
  ReplicaSetStatus,
} from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { isDeleting } from '../../object/meta.ts'
import { isActive, isAvailable, isReady, untilAvailableMs } from '../../object/pod.ts'
import { hasLabels } from '../../object/selector.ts'
import { timestamp } from '../../object/time.ts'
import { byDeletionRank } from './deletion-rank.ts'

/** Most pods created or deleted in one go. Source: pkg/controller/replicaset/replica_set.go, BurstReplicas. */
export const burstReplicas = 500

export interface ReplicaSetPlan {
  /** Pods to create from the template. */
  create: number
  /** Pods to delete, in this order. */
  remove: Pod[]
}

/**
 * What is missing from, or too much for, the specification.
 * Source: pkg/controller/replicaset/replica_set.go, manageReplicas.
 *
 * @param owned pods that belong to the ReplicaSet
 * @param related active pods of ReplicaSets with the same controller, for spreading what stays over nodes
 */
export function planReplicas(
  rs: ReplicaSet,
  owned: readonly Pod[],
  related: readonly Pod[],
  nowMs: number,
): ReplicaSetPlan {
  if (isDeleting(rs)) return { create: 0, remove: [] }
  const active = owned.filter(isActive)
  const surplus = active.length - (rs.spec?.replicas ?? 1)
  if (surplus < 0) return { create: Math.min(-surplus, burstReplicas), remove: [] }
  if (surplus === 0) return { create: 0, remove: [] }
  const remove = Math.min(surplus, burstReplicas)
  if (remove === active.length) return { create: 0, remove: active }
  const counts = new Map<string, number>()
  for (const pod of related) {
    const nodeName = pod.spec?.nodeName
    if (nodeName && isActive(pod)) counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1)
  }
  const ranked = byDeletionRank(active, (nodeName) => counts.get(nodeName) ?? 0, nowMs)
  return { create: 0, remove: ranked.slice(0, remove) }
}

/** Why pods could not be made or removed, for the ReplicaFailure condition. */
export interface ReplicaFailure {
  reason: 'FailedCreate' | 'FailedDelete'
  message: string
}

/** Source: pkg/controller/replicaset/replica_set_utils.go, calculateStatus. */
export function replicaSetStatus(
  rs: ReplicaSet,
  owned: readonly Pod[],
  failure: ReplicaFailure | undefined,
  nowMs: number,
): ReplicaSetStatus {
  const active = owned.filter(isActive)
  const minReadySeconds = rs.spec?.minReadySeconds ?? 0
  const templateLabels = rs.spec?.template?.metadata?.labels ?? {}
  const ready = active.filter(isReady)
  const terminating = owned.filter(
    (pod) => isDeleting(pod) && !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''),
  )
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => hasLabels(templateLabels, pod.metadata?.labels)).length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length,
    terminatingReplicas: terminating.length,
    observedGeneration: rs.metadata?.generation,
    conditions: conditionsOf(rs, failure, nowMs),
  }
}

function conditionsOf(rs: ReplicaSet, failure: ReplicaFailure | undefined, nowMs: number) {
  const others = (rs.status?.conditions ?? []).filter(({ type }) => type !== 'ReplicaFailure')
  if (!failure) return others.length > 0 ? others : undefined
  const previous = rs.status?.conditions?.find(({ type }) => type === 'ReplicaFailure')
  if (previous?.status === 'True' && previous.reason === failure.reason) return [...others, previous]
  const condition: ReplicaSetCondition = {
    type: 'ReplicaFailure',
    status: 'True',
    reason: failure.reason,
    message: failure.message,
    lastTransitionTime: timestamp(nowMs),
  }
  return [...others, condition]
}

/** Milliseconds until a pod of it becomes available by time alone. */
export function untilNextAvailableMs(rs: ReplicaSet, owned: readonly Pod[], nowMs: number): number | undefined {
  return untilAvailableMs(owned.filter(isActive), rs.spec?.minReadySeconds ?? 0, nowMs)
}
