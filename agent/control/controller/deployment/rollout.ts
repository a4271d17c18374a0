import { deployments } from '../../../../api/schema/generated/resources.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { isEqual } from '../../object/equal.ts'
import { templateHash } from '../../object/hash.ts'
import { byCreation, controllerReference, isDeleting, nameOf, namespaceOf, withMetadata } from '../../object/meta.ts'
import { isFinished } from '../../object/pod.ts'
import { hashLabel, newReplicaSetAnnotations, revisionAnnotation, withReplicaAnnotations } from './annotations.ts'
import { findNewReplicaSet, highestRevision, isRolling, isScaledUp, maxSurgeOf, replicasOf } from './replica-sets.ts'
import { isScalingEvent, newReplicaSetSize, oldReplicaSetSizes, type Sizes, scaledSizes } from './scale.ts'
import {
  conditionOf,
  countedStatus,
  hasDeadline,
  isComplete,
  type ProgressNote,
  rolloutStatus,
  untilDeadlineMs,
  withCondition,
  withPauseNoted,
} from './status.ts'

/** What a sync of a Deployment writes, in this order. */
export interface DeploymentPlan {
  /** A ReplicaSet for the template, when there is none yet. */
  create?: ReplicaSet
  /** ReplicaSets with a new size or new annotations. */
  update: ReplicaSet[]
  /** Old ones beyond the history limit. */
  remove: ReplicaSet[]
  /** The Deployment's annotations, when its revision changed. */
  annotations?: Record<string, string>
  status: DeploymentStatus
  /** In upstream's words, reason ScalingReplicaSet. */
  events: string[]
  checkAfterMs?: number
}

/**
 * One sync: sets, pods and time in, writes out. The status is of the sets as they were before these writes.
 * Source: k8s.io/kubernetes/pkg/controller/deployment/deployment_controller.go, syncDeployment.
 *
 * @param sets ReplicaSets that belong to the Deployment
 * @param podsOf pods of one of them; asked for only with strategy Recreate
 */
export function planDeployment(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  podsOf: (rs: ReplicaSet) => readonly Pod[],
  nowMs: number,
): DeploymentPlan {
  return new Sync(deployment, sets, podsOf, nowMs).plan()
}

class Sync {
  readonly #deployment: Deployment
  readonly #sets: ReplicaSet[]
  readonly #podsOf: (rs: ReplicaSet) => readonly Pod[]
  readonly #nowMs: number
  readonly #plan: DeploymentPlan = { update: [], remove: [], status: {}, events: [] }
  #note: ProgressNote | undefined

  constructor(
    deployment: Deployment,
    sets: readonly ReplicaSet[],
    podsOf: (rs: ReplicaSet) => readonly Pod[],
    nowMs: number,
  ) {
    this.#deployment = isDeleting(deployment) ? deployment : withPauseNoted(deployment, nowMs)
    this.#sets = [...sets].sort(byCreation)
    this.#podsOf = podsOf
    this.#nowMs = nowMs
  }

  plan(): DeploymentPlan {
    const deployment = this.#deployment
    const existing = findNewReplicaSet(deployment, this.#sets)
    const oldSets = this.#sets.filter((rs) => rs !== existing)
    if (isDeleting(deployment)) this.#plan.status = countedStatus(deployment, existing, this.#sets, this.#nowMs)
    else if (deployment.spec?.paused || isScalingEvent(deployment, this.#sets)) this.#scale(existing, oldSets)
    else if (isRolling(deployment)) this.#roll(existing, oldSets)
    else this.#recreate(existing, oldSets)
    return this.#plan
  }

  /** Source: sync.go, sync. */
  #scale(existing: ReplicaSet | undefined, oldSets: ReplicaSet[]): void {
    const deployment = this.#deployment
    const newRs = existing && this.#annotated(existing, oldSets)
    this.#resize(scaledSizes(deployment, newRs, oldSets), newRs, oldSets)
    if (deployment.spec?.paused && oldSets.length > 0) this.#cleanUp(oldSets)
    this.#plan.status = countedStatus(deployment, existing, this.#sets, this.#nowMs)
  }

  /** Source: rolling.go, rolloutRolling: the new set grows, and only when it cannot, the old ones shrink. */
  #roll(existing: ReplicaSet | undefined, oldSets: ReplicaSet[]): void {
    const deployment = this.#deployment
    if (!existing) {
      this.#begin(oldSets, newReplicaSetSize(deployment, oldSets, 0))
      return
    }
    const newRs = this.#annotated(existing, oldSets)
    const size = newReplicaSetSize(deployment, this.#sets, replicasOf(existing))
    let isScaled = this.#resize(new Map([[nameOf(newRs), size]]), newRs, [])
    if (!isScaled && oldSets.some(isScaledUp)) {
      isScaled = this.#resize(oldReplicaSetSizes(deployment, newRs, oldSets), undefined, oldSets)
    }
    this.#conclude(existing, oldSets)
  }

  /** Source: recreate.go, rolloutRecreate: nothing new before all old pods are gone. */
  #recreate(existing: ReplicaSet | undefined, oldSets: ReplicaSet[]): void {
    const active = oldSets.filter(isScaledUp)
    const newRs = existing && this.#annotated(existing, oldSets)
    const isScaled = this.#resize(new Map(active.map((rs) => [nameOf(rs), 0])), undefined, oldSets)
    const hasOldPods = oldSets.some((rs) => this.#podsOf(rs).some((pod) => !isFinished(pod)))
    if (isScaled || hasOldPods) {
      this.#conclude(existing, [])
      return
    }
    if (!newRs) {
      this.#begin(oldSets, replicasOf(this.#deployment))
      return
    }
    this.#resize(new Map([[nameOf(newRs), replicasOf(this.#deployment)]]), newRs, [])
    this.#conclude(existing, oldSets)
  }

  /** Makes the ReplicaSet for a new template. Source: sync.go, getNewReplicaSet. */
  #begin(oldSets: ReplicaSet[], replicas: number): void {
    const deployment = this.#deployment
    const template = deployment.spec!.template
    const hash = templateHash(template, deployment.status?.collisionCount)
    const revision = String(highestRevision(oldSets) + 1)
    const labels = { ...template.metadata?.labels, [hashLabel]: hash }
    const annotations = newReplicaSetAnnotations(deployment, undefined, Number(revision), false)
    const { selector, minReadySeconds } = deployment.spec!
    this.#plan.create = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${nameOf(deployment)}-${hash}`,
        namespace: namespaceOf(deployment),
        labels,
        annotations: withReplicaAnnotations(annotations, replicasOf(deployment), this.#maxReplicas()),
        ownerReferences: [controllerReference(deployments, deployment)],
      },
      spec: {
        replicas,
        minReadySeconds,
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    }
    const name = nameOf(this.#plan.create)
    if (replicas > 0) this.#plan.events.push(`Scaled up replica set ${name} from 0 to ${replicas}`)
    this.#note = { status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` }
    this.#setRevision(revision)
    this.#conclude(undefined, oldSets)
  }

  /** The new set with the annotations it should have; an update is planned when it had others. */
  #annotated(rs: ReplicaSet, oldSets: ReplicaSet[]): ReplicaSet {
    const deployment = this.#deployment
    const revision = highestRevision(oldSets) + 1
    const annotations = newReplicaSetAnnotations(deployment, rs.metadata?.annotations, revision, true)
    const minReadySeconds = deployment.spec?.minReadySeconds
    this.#setRevision(annotations[revisionAnnotation])
    if (hasDeadline(deployment) && !conditionOf(deployment.status?.conditions, 'Progressing')) {
      const message = `Found new replica set "${nameOf(rs)}"`
      this.#note = { status: 'True', reason: 'FoundNewReplicaSet', message }
    }
    const isSame =
      isEqual(annotations, rs.metadata?.annotations ?? {}) && (rs.spec?.minReadySeconds ?? 0) === (minReadySeconds ?? 0)
    if (isSame) return rs
    const updated = withMetadata({ ...rs, spec: { ...rs.spec!, minReadySeconds } }, { annotations })
    this.#plan.update.push(updated)
    return updated
  }

  #setRevision(revision: string | undefined): void {
    const { annotations } = this.#deployment.metadata ?? {}
    if (revision === undefined || annotations?.[revisionAnnotation] === revision) return
    this.#plan.annotations = { ...annotations, [revisionAnnotation]: revision }
  }

  #maxReplicas(): number {
    return replicasOf(this.#deployment) + maxSurgeOf(this.#deployment)
  }

  /** Plans the updates that bring sets to their sizes; true when a size changes. Source: sync.go, scaleReplicaSet. */
  #resize(sizes: Sizes, newRs: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): boolean {
    let isScaled = false
    for (const rs of newRs ? [newRs, ...oldSets] : oldSets) {
      const size = sizes.get(nameOf(rs))
      if (size === undefined) continue
      const desired = replicasOf(this.#deployment)
      const annotations = withReplicaAnnotations(rs.metadata?.annotations, desired, this.#maxReplicas())
      const before = replicasOf(rs)
      if (size === before && isEqual(annotations, rs.metadata?.annotations ?? {})) continue
      const updated = withMetadata({ ...rs, spec: { ...rs.spec!, replicas: size } }, { annotations })
      this.#plan.update = [...this.#plan.update.filter((other) => nameOf(other) !== nameOf(rs)), updated]
      if (size === before) continue
      isScaled = true
      const direction = size > before ? 'up' : 'down'
      this.#plan.events.push(`Scaled ${direction} replica set ${nameOf(rs)} from ${before} to ${size}`)
    }
    return isScaled
  }

  #conclude(newRs: ReplicaSet | undefined, oldSets: ReplicaSet[]): void {
    const deployment = this.#deployment
    if (isComplete(deployment, deployment.status ?? {})) this.#cleanUp(oldSets)
    const noted = this.#note && hasDeadline(deployment) ? this.#withNote(this.#note) : deployment
    const status = rolloutStatus(noted, newRs, this.#sets, this.#nowMs)
    this.#plan.status = status
    this.#plan.checkAfterMs = untilDeadlineMs(deployment, status, this.#nowMs)
  }

  #withNote(note: ProgressNote): Deployment {
    const { status = {} } = this.#deployment
    const conditions = withCondition(status.conditions ?? [], { type: 'Progressing', ...note }, this.#nowMs)
    return { ...this.#deployment, status: { ...status, conditions } }
  }

  /** Source: sync.go, cleanupDeployment. */
  #cleanUp(oldSets: readonly ReplicaSet[]): void {
    const limit = this.#deployment.spec?.revisionHistoryLimit ?? 10
    const alive = oldSets.filter((rs) => !isDeleting(rs)).sort(byCreation)
    for (const rs of alive.slice(0, Math.max(0, alive.length - limit))) {
      const isSettled = (rs.metadata?.generation ?? 0) <= (rs.status?.observedGeneration ?? 0)
      if ((rs.status?.replicas ?? 0) === 0 && replicasOf(rs) === 0 && isSettled) this.#plan.remove.push(rs)
    }
  }
}
