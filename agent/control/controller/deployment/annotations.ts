import type { Deployment, ReplicaSet } from '../../../../api/schema/generated/types/apps-v1.ts'

/** Source of names and rules: k8s.io/kubernetes/pkg/controller/deployment/util/deployment_util.go. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision'
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history'
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas'
export const hashLabel = 'pod-template-hash'

/** Not copied from a Deployment to its ReplicaSets. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
])

/** Most characters of the list of revisions a ReplicaSet had before. */
const maxRevisionHistoryLength = 2000

/** 0 when the annotation is absent or no number. */
export function revisionOf(object: Deployment | ReplicaSet): number {
  return numberOf(object.metadata?.annotations?.[revisionAnnotation]) ?? 0
}

export function desiredReplicasOf(rs: ReplicaSet): number | undefined {
  return numberOf(rs.metadata?.annotations?.[desiredReplicasAnnotation])
}

export function maxReplicasOf(rs: ReplicaSet): number | undefined {
  return numberOf(rs.metadata?.annotations?.[maxReplicasAnnotation])
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** The annotations with the sizes a proportional scaling will need. */
export function withReplicaAnnotations(
  annotations: Record<string, string> | undefined,
  desired: number,
  max: number,
): Record<string, string> {
  return { ...annotations, [desiredReplicasAnnotation]: String(desired), [maxReplicasAnnotation]: String(max) }
}

/**
 * The annotations of the new ReplicaSet: the Deployment's own, and the revision, which only grows. A ReplicaSet that
 * becomes the newest again (rollback) remembers the revisions it had.
 */
export function newReplicaSetAnnotations(
  deployment: Deployment,
  annotations: Record<string, string> | undefined,
  revision: number,
  exists: boolean,
): Record<string, string> {
  const result = { ...annotations }
  for (const [key, value] of Object.entries(deployment.metadata?.annotations ?? {})) {
    if (!notCopied.has(key)) result[key] = value
  }
  const previous = result[revisionAnnotation]
  if ((numberOf(previous) ?? 0) < revision) {
    result[revisionAnnotation] = String(revision)
    if (exists && previous !== undefined) {
      result[revisionHistoryAnnotation] = appendRevision(result[revisionHistoryAnnotation], previous)
    }
  }
  return result
}

function appendRevision(history: string | undefined, revision: string): string {
  const revisions = history ? history.split(',') : []
  revisions.push(revision)
  while (revisions.length > 1 && revisions.join(',').length > maxRevisionHistoryLength) revisions.shift()
  return revisions.join(',')
}
