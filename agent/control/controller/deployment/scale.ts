import type { Deployment, ReplicaSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import { byCreation, nameOf } from '../../object/meta.ts'
import { desiredReplicasOf, maxReplicasOf } from './annotations.ts'
import {
  availableOf,
  isRolling,
  isScaledUp,
  limitsOf,
  maxSurgeOf,
  maxUnavailableOf,
  replicasOf,
  sumReplicas,
} from './replica-sets.ts'

/** ReplicaSets by name with the size they should get. */
export type Sizes = Map<string, number>

/**
 * Size of the new ReplicaSet in a rollout: as many as asked for, as far as the surge leaves room.
 * Source: pkg/controller/deployment/util/deployment_util.go, NewRSNewReplicas.
 */
export function newReplicaSetSize(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  const wanted = replicasOf(deployment)
  if (!isRolling(deployment)) return wanted
  if (current >= wanted) return wanted
  const room = wanted + maxSurgeOf(deployment) - sumReplicas(sets)
  return room <= 0 ? current : current + Math.min(room, wanted - current)
}

/**
 * How far old ReplicaSets can shrink without fewer than the minimum being available: first the pods that are not
 * available anyway, then as many available ones as there are too many.
 * Source: pkg/controller/deployment/rolling.go, reconcileOldReplicaSets.
 */
export function oldReplicaSetSizes(deployment: Deployment, newRs: ReplicaSet, oldSets: readonly ReplicaSet[]): Sizes {
  const sizes: Sizes = new Map(oldSets.map((rs) => [nameOf(rs), replicasOf(rs)]))
  const minAvailable = replicasOf(deployment) - maxUnavailableOf(deployment)
  const newUnavailable = replicasOf(newRs) - availableOf(newRs)
  const most = sumReplicas([newRs, ...oldSets]) - minAvailable - newUnavailable
  if (most <= 0) return sizes
  const ordered = oldSets.filter(isScaledUp).sort(byCreation)
  let cleaned = 0
  for (const rs of ordered) {
    const unavailable = Math.min(most - cleaned, replicasOf(rs) - availableOf(rs))
    sizes.set(nameOf(rs), replicasOf(rs) - unavailable)
    cleaned += unavailable
  }
  const available = [newRs, ...oldSets].reduce((sum, rs) => sum + availableOf(rs), 0)
  let surplus = Math.min(available - minAvailable, most - cleaned)
  for (const rs of ordered) {
    if (surplus <= 0) break
    const size = sizes.get(nameOf(rs))!
    const down = Math.min(size, surplus)
    sizes.set(nameOf(rs), size - down)
    surplus -= down
  }
  return sizes
}

/** The Deployment's replicas changed since its ReplicaSets were last sized. */
export function isScalingEvent(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  return sets.some((rs) => {
    const desired = desiredReplicasOf(rs)
    return isScaledUp(rs) && desired !== undefined && desired !== replicasOf(deployment)
  })
}

/**
 * Sizes after a change of replicas, or while paused: the only running ReplicaSet takes all of it; a complete rollout
 * has none but the new one; in the middle of a rolling update each gets its share.
 * Source: pkg/controller/deployment/sync.go, scale.
 */
export function scaledSizes(
  deployment: Deployment,
  newRs: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): Sizes {
  const sets = newRs ? [newRs, ...oldSets] : [...oldSets]
  const only = activeOrLatest(newRs, oldSets)
  if (only) return new Map([[nameOf(only), replicasOf(deployment)]])
  if (newRs && isSaturated(deployment, newRs)) {
    return new Map(oldSets.filter(isScaledUp).map((rs) => [nameOf(rs), 0]))
  }
  return isRolling(deployment) ? proportionalSizes(deployment, sets.filter(isScaledUp)) : new Map()
}

/** The only ReplicaSet that has replicas; when none has, the new one or else the youngest. */
function activeOrLatest(newRs: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const sets = newRs ? [newRs, ...oldSets] : oldSets
  const active = sets.filter(isScaledUp)
  if (active.length === 0) return newRs ?? [...oldSets].sort(byCreation).at(-1)
  return active.length === 1 ? active[0] : undefined
}

/** All its pods are there and available. Source: util/deployment_util.go, IsSaturated. */
function isSaturated(deployment: Deployment, rs: ReplicaSet): boolean {
  const wanted = replicasOf(deployment)
  return replicasOf(rs) === wanted && desiredReplicasOf(rs) === wanted && rs.status?.availableReplicas === wanted
}

function proportionalSizes(deployment: Deployment, sets: readonly ReplicaSet[]): Sizes {
  const wanted = replicasOf(deployment)
  const allowed = wanted > 0 ? wanted + limitsOf(deployment).maxSurge : 0
  const toAdd = allowed - sumReplicas(sets)
  const growing = toAdd > 0
  // Largest first; of equal ones the youngest grows first and the oldest shrinks first.
  const ordered = [...sets].sort(
    (a, b) => replicasOf(b) - replicasOf(a) || (growing ? byCreation(b, a) : byCreation(a, b)),
  )
  const sizes: Sizes = new Map()
  let added = 0
  for (const rs of ordered) {
    const share = toAdd === 0 ? 0 : proportionOf(deployment, rs, toAdd, added)
    sizes.set(nameOf(rs), replicasOf(rs) + share)
    added += share
  }
  const first = ordered[0]
  if (first && toAdd !== 0) {
    const name = nameOf(first)
    sizes.set(name, Math.max(0, sizes.get(name)! + toAdd - added))
  }
  return sizes
}

/** Source: util/deployment_util.go, GetReplicaSetProportion and getReplicaSetFraction. */
function proportionOf(deployment: Deployment, rs: ReplicaSet, toAdd: number, added: number): number {
  const allowed = toAdd - added
  const fraction = fractionOf(deployment, rs)
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed)
}

function fractionOf(deployment: Deployment, rs: ReplicaSet): number {
  const current = replicasOf(rs)
  if (replicasOf(deployment) === 0) return -current
  const before = maxReplicasOf(rs) || (deployment.status?.replicas ?? 0)
  if (before === 0) return 0
  const after = replicasOf(deployment) + maxSurgeOf(deployment)
  return Math.round((current * after) / before) - current
}
