import type { Deployment, ReplicaSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { PodTemplateSpec } from '../../../../api/schema/generated/types/core-v1.ts'
import { canonicalJson } from '../../object/equal.ts'
import { scaledValue } from '../../object/int-or-percent.ts'
import { byCreation } from '../../object/meta.ts'
import { hashLabel, revisionOf } from './annotations.ts'

/** Source: k8s.io/kubernetes/pkg/controller/deployment/util/deployment_util.go. */

export function replicasOf(object: Deployment | ReplicaSet): number {
  return object.spec?.replicas ?? 1
}

/** Pods the ReplicaSets are asked to have. */
export function sumReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, rs) => sum + replicasOf(rs), 0)
}

export function sumStatus(
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return sets.reduce((sum, rs) => sum + (rs.status?.[field] ?? 0), 0)
}

/** Available pods that are meant to stay: a status not yet renewed after scaling down counts no more than asked for. */
export function availableOf(rs: ReplicaSet): number {
  return Math.min(rs.status?.availableReplicas ?? 0, replicasOf(rs))
}

export function isRolling(deployment: Deployment): boolean {
  return deployment.spec?.strategy?.type !== 'Recreate'
}

/** How many pods more than asked there may be, and how many fewer available ones. Never both 0. */
export function limitsOf(deployment: Deployment): { maxSurge: number; maxUnavailable: number } {
  const replicas = replicasOf(deployment)
  const rolling = deployment.spec?.strategy?.rollingUpdate
  const maxSurge = scaledValue(rolling?.maxSurge ?? '25%', replicas, 'up')
  const maxUnavailable = scaledValue(rolling?.maxUnavailable ?? '25%', replicas, 'down')
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable }
}

export function maxSurgeOf(deployment: Deployment): number {
  return isRolling(deployment) ? limitsOf(deployment).maxSurge : 0
}

export function maxUnavailableOf(deployment: Deployment): number {
  if (!isRolling(deployment) || replicasOf(deployment) === 0) return 0
  return Math.min(limitsOf(deployment).maxUnavailable, replicasOf(deployment))
}

/** The ReplicaSet whose template is the Deployment's; the oldest when there are several. */
export function findNewReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = templateText(deployment.spec?.template)
  return [...sets].sort(byCreation).find((rs) => templateText(rs.spec?.template) === wanted)
}

/** The template without the hash label, as text to compare. */
function templateText(template: PodTemplateSpec | undefined): string {
  const { [hashLabel]: _, ...labels } = template?.metadata?.labels ?? {}
  const metadata = { ...template?.metadata, labels, creationTimestamp: undefined }
  return canonicalJson({ metadata: prune(metadata), spec: template?.spec })
}

/** Empty maps and lists say the same as absent ones. */
function prune(metadata: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => {
      return value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0)
    }),
  )
}

/** Replicas are asked of it. */
export function isScaledUp(rs: ReplicaSet): boolean {
  return replicasOf(rs) > 0
}

export function highestRevision(sets: readonly ReplicaSet[]): number {
  return sets.reduce((highest, rs) => Math.max(highest, revisionOf(rs)), 0)
}
