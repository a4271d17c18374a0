import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from '../../../../api/schema/generated/types/apps-v1.ts'
import { nameOf } from '../../object/meta.ts'
import { millisOf, timestamp } from '../../object/time.ts'
import { maxUnavailableOf, replicasOf, sumReplicas, sumStatus } from './replica-sets.ts'

/** Source: k8s.io/kubernetes/pkg/controller/deployment/{sync,progress}.go. */

/** Upstream's "no deadline". */
const noDeadline = 2147483647

/** What a sync did that the Progressing condition has to tell. */
export interface ProgressNote {
  status: 'True' | 'Unknown' | 'False'
  reason: string
  message: string
}

export function conditionOf(
  conditions: readonly DeploymentCondition[] | undefined,
  type: string,
): DeploymentCondition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/**
 * The conditions with one set. Same status and reason: left as it is; same status: the time of transition stays.
 * Source: util/deployment_util.go, SetDeploymentCondition.
 */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  condition: Omit<DeploymentCondition, 'lastUpdateTime' | 'lastTransitionTime'>,
  nowMs: number,
): DeploymentCondition[] {
  const current = conditionOf(conditions, condition.type)
  if (current && current.status === condition.status && current.reason === condition.reason) return [...conditions]
  const now = timestamp(nowMs)
  const kept = current?.status === condition.status ? current.lastTransitionTime : now
  return [
    ...conditions.filter(({ type }) => type !== condition.type),
    { ...condition, lastUpdateTime: now, lastTransitionTime: kept },
  ]
}

/** Counts and the Available condition; other conditions as they are. Source: sync.go, calculateStatus. */
export function countedStatus(
  deployment: Deployment,
  newRs: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
  nowMs: number,
): DeploymentStatus {
  const availableReplicas = sumStatus(sets, 'availableReplicas')
  const isEnough = availableReplicas >= replicasOf(deployment) - maxUnavailableOf(deployment)
  return {
    observedGeneration: deployment.metadata?.generation,
    replicas: sumStatus(sets, 'replicas'),
    updatedReplicas: newRs?.status?.replicas ?? 0,
    readyReplicas: sumStatus(sets, 'readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, sumReplicas(sets) - availableReplicas),
    terminatingReplicas: sumStatus(sets, 'terminatingReplicas'),
    collisionCount: deployment.status?.collisionCount,
    conditions: withCondition(
      deployment.status?.conditions ?? [],
      isEnough
        ? availableNote('True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
        : availableNote('False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'),
      nowMs,
    ),
  }
}

function availableNote(status: string, reason: string, message: string) {
  return { type: 'Available', status, reason, message }
}

/** The rollout is done. Source: util/deployment_util.go, DeploymentComplete. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const wanted = replicasOf(deployment)
  return (
    status.updatedReplicas === wanted &&
    status.replicas === wanted &&
    status.availableReplicas === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0)
  )
}

/** Source: util/deployment_util.go, DeploymentProgressing. */
function hasProgressed(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const updated = (status?: DeploymentStatus) => status?.updatedReplicas ?? 0
  const old = (status?: DeploymentStatus) => (status?.replicas ?? 0) - updated(status)
  return (
    updated(after) > updated(before) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  )
}

export function hasDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds
  return seconds !== undefined && seconds !== noDeadline
}

/** Source: util/deployment_util.go, DeploymentTimedOut. */
function isTimedOut(deployment: Deployment, status: DeploymentStatus, nowMs: number): boolean {
  const condition = conditionOf(status.conditions, 'Progressing')
  if (!condition || condition.reason === 'NewReplicaSetAvailable') return false
  if (condition.reason === 'ProgressDeadlineExceeded') return true
  return millisOf(condition.lastUpdateTime) + deployment.spec!.progressDeadlineSeconds! * 1000 < nowMs
}

/**
 * The status after a sync that worked on the rollout: how it progresses, and what keeps pods from being made.
 * Source: progress.go, syncRolloutStatus.
 */
export function rolloutStatus(
  deployment: Deployment,
  newRs: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
  nowMs: number,
): DeploymentStatus {
  const status = countedStatus(deployment, newRs, sets, nowMs)
  let conditions = status.conditions ?? []
  const current = conditionOf(deployment.status?.conditions, 'Progressing')
  if (!hasDeadline(deployment)) conditions = conditions.filter(({ type }) => type !== 'Progressing')
  const wasComplete = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable'
  if (hasDeadline(deployment) && !wasComplete) {
    const subject = newRs ? `ReplicaSet "${nameOf(newRs)}"` : `Deployment "${nameOf(deployment)}"`
    const progressing = (value: string, reason: string, words: string) => ({
      type: 'Progressing',
      status: value,
      reason,
      message: `${subject} ${words}`,
    })
    if (isComplete(deployment, status)) {
      const done = progressing('True', 'NewReplicaSetAvailable', 'has successfully progressed.')
      conditions = withCondition(conditions, done, nowMs)
    } else if (hasProgressed(deployment.status, status)) {
      const now = timestamp(nowMs)
      const since = current?.status === 'True' ? current.lastTransitionTime : now
      const moving = progressing('True', 'ReplicaSetUpdated', 'is progressing.')
      // Replaced even when status and reason stay: lastUpdateTime starts the deadline anew.
      conditions = conditions.filter(({ type }) => type !== 'Progressing')
      conditions.push({ ...moving, lastUpdateTime: now, lastTransitionTime: since })
    } else if (isTimedOut(deployment, status, nowMs)) {
      const late = progressing('False', 'ProgressDeadlineExceeded', 'has timed out progressing.')
      conditions = withCondition(conditions, late, nowMs)
    }
  }
  return { ...status, conditions: withReplicaFailure(conditions, newRs, sets, nowMs) }
}

/** The Deployment shows the newest ReplicaSet's failure to make pods, or else an older one's. */
function withReplicaFailure(
  conditions: DeploymentCondition[],
  newRs: ReplicaSet | undefined,
  sets: readonly ReplicaSet[],
  nowMs: number,
): DeploymentCondition[] {
  const failing = [newRs, ...sets].find((rs) => failureOf(rs))
  const failure = failureOf(failing)
  if (!failure) return conditions.filter(({ type }) => type !== 'ReplicaFailure')
  const { status, reason, message } = failure
  return withCondition(conditions, { type: 'ReplicaFailure', status, reason, message }, nowMs)
}

function failureOf(rs: ReplicaSet | undefined) {
  return rs?.status?.conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
}

/** Milliseconds until a rollout that makes no progress has to be looked at again. */
export function untilDeadlineMs(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const condition = conditionOf(status.conditions, 'Progressing')
  if (!hasDeadline(deployment) || !condition) return undefined
  if (isComplete(deployment, status) || condition.reason === 'ProgressDeadlineExceeded') return undefined
  const deadlineMs = millisOf(condition.lastUpdateTime) + deployment.spec!.progressDeadlineSeconds! * 1000
  // One second more: the condition's time has whole seconds.
  return Math.max(0, deadlineMs - nowMs) + 1000
}

/**
 * The Deployment with what a pause or its end says in the Progressing condition: the clock of the deadline stops.
 * Source: sync.go, checkPausedConditions.
 */
export function withPauseNoted(deployment: Deployment, nowMs: number): Deployment {
  const { status = {} } = deployment
  const current = conditionOf(status.conditions, 'Progressing')
  if (!hasDeadline(deployment) || current?.reason === 'ProgressDeadlineExceeded') return deployment
  const isPaused = deployment.spec?.paused ?? false
  const wasPaused = current?.reason === 'DeploymentPaused'
  if (isPaused === wasPaused) return deployment
  const note = isPaused
    ? { reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { reason: 'DeploymentResumed', message: 'Deployment is resumed' }
  const conditions = withCondition(status.conditions ?? [], { type: 'Progressing', status: 'Unknown', ...note }, nowMs)
  return { ...deployment, status: { ...status, conditions } }
}
