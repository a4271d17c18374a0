import type {
  ControllerRevision,
  StatefulSet,
  StatefulSetStatus,
} from '../../../../api/schema/generated/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { scaledValue } from '../../object/int-or-percent.ts'
import { isDeleting, nameOf } from '../../object/meta.ts'
import { isAvailable, isFinished, isReady, phaseOf, untilAvailableMs } from '../../object/pod.ts'
import {
  claimsFor,
  firstOrdinal,
  hasIdentityLabels,
  ordinalOf,
  podFor,
  replicasOf,
  revisionNameOf,
  withIdentity,
} from './identity.ts'
import { retained } from './retention.ts'

/** One step towards the specification. */
export type Step =
  | { kind: 'create claim'; claim: PersistentVolumeClaim; podName: string }
  | { kind: 'create pod'; pod: Pod }
  | { kind: 'update claim'; claim: PersistentVolumeClaim }
  | { kind: 'update pod'; pod: Pod }
  | { kind: 'delete pod'; pod: Pod; event?: { reason: string; message: string } }

export interface StatefulSetInput {
  set: StatefulSet
  /** Pods that belong to it. */
  pods: readonly Pod[]
  claimOf(name: string): PersistentVolumeClaim | undefined
  /** What new pods are made of until the update has come to their ordinal, and after. */
  currentRevision: ControllerRevision
  updateRevision: ControllerRevision
  nowMs: number
}

export interface StatefulSetPlan {
  steps: Step[]
  status: StatefulSetStatus
  checkAfterMs?: number
}

/**
 * One sync. Ordered sets take one step at a time and wait for it; parallel ones do all at once; either way updates
 * come from the highest ordinal down, and a pod is only ever made when the one of its name is gone.
 * Source: k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_control.go, updateStatefulSet.
 */
export function planStatefulSet(input: StatefulSetInput): StatefulSetPlan {
  return new Sync(input).plan()
}

class Sync {
  readonly #in: StatefulSetInput
  readonly #steps: Step[] = []
  readonly #isOrdered: boolean
  readonly #replicas = new Map<number, Pod>()
  readonly #condemned: Pod[] = []

  constructor(input: StatefulSetInput) {
    this.#in = input
    const { set, pods } = input
    this.#isOrdered = set.spec?.podManagementPolicy !== 'Parallel'
    const [first, last] = [firstOrdinal(set), firstOrdinal(set) + replicasOf(set) - 1]
    for (const pod of pods) {
      const ordinal = ordinalOf(set, pod)
      if (ordinal >= first && ordinal <= last) this.#replicas.set(ordinal, pod)
      else if (ordinal >= 0) this.#condemned.push(pod)
    }
    this.#condemned.sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a))
  }

  plan(): StatefulSetPlan {
    const { set, pods, nowMs } = this.#in
    if (!isDeleting(set)) {
      const isDone = this.#fill() && this.#shrink()
      if (isDone) this.#update()
    }
    const checkAfterMs = untilAvailableMs(pods, set.spec?.minReadySeconds ?? 0, nowMs)
    return { steps: this.#steps, status: statefulSetStatus(this.#in), checkAfterMs }
  }

  #isHealthy(pod: Pod): boolean {
    return phaseOf(pod) === 'Running' && isReady(pod) && !isDeleting(pod)
  }

  #isSettled(pod: Pod): boolean {
    return this.#isHealthy(pod) && isAvailable(pod, this.#in.set.spec?.minReadySeconds ?? 0, this.#in.nowMs)
  }

  /** Every ordinal has its pod; false when an ordered set has to wait here. */
  #fill(): boolean {
    const { set } = this.#in
    const first = firstOrdinal(set)
    for (let ordinal = first; ordinal < first + replicasOf(set); ordinal++) {
      const pod = this.#replicas.get(ordinal)
      if (!pod) {
        this.#create(ordinal)
        if (this.#isOrdered) return false
        continue
      }
      if (isFinished(pod) && !isDeleting(pod)) {
        const [reason, word] =
          phaseOf(pod) === 'Failed' ? ['RecreatingFailedPod', 'failed'] : ['RecreatingTerminatedPod', 'terminated']
        const message = `StatefulSet ${set.metadata?.namespace}/${nameOf(set)} is recreating ${word} Pod ${nameOf(pod)}`
        this.#steps.push({ kind: 'delete pod', pod, event: { reason, message } })
        if (this.#isOrdered) return false
        continue
      }
      this.#keep(ordinal, pod)
      if (this.#isOrdered && !this.#isSettled(pod)) return false
    }
    return true
  }

  /** Claims, labels and retention of a pod that is there. */
  #keep(ordinal: number, pod: Pod): void {
    const { set, claimOf } = this.#in
    if (isDeleting(pod)) return
    for (const claim of claimsFor(set, ordinal)) {
      const existing = claimOf(nameOf(claim))
      if (!existing) {
        if (phaseOf(pod) === 'Pending') this.#steps.push({ kind: 'create claim', claim, podName: nameOf(pod) })
        continue
      }
      const changed = retained(set, pod, existing, false)
      if (changed) this.#steps.push({ kind: 'update claim', claim: changed })
    }
    if (!hasIdentityLabels(set, ordinal, pod)) {
      const { metadata } = withIdentity(set, ordinal, pod)
      this.#steps.push({ kind: 'update pod', pod: { ...pod, metadata } })
    }
  }

  #create(ordinal: number): void {
    const { set, currentRevision, updateRevision, claimOf } = this.#in
    const revision = this.#isBeforeUpdate(ordinal) ? currentRevision : updateRevision
    const pod = podFor(set, revision, ordinal)
    for (const claim of claimsFor(set, ordinal)) {
      const existing = claimOf(nameOf(claim))
      if (!existing) this.#steps.push({ kind: 'create claim', claim, podName: nameOf(pod) })
      // A claim that goes would take the new pod's data along: wait until it is gone.
      else if (isDeleting(existing)) return
    }
    this.#steps.push({ kind: 'create pod', pod })
  }

  /** A pod made now is of the present revision: the update has not come so far down yet. */
  #isBeforeUpdate(ordinal: number): boolean {
    const { set } = this.#in
    const { type = 'RollingUpdate', rollingUpdate } = set.spec?.updateStrategy ?? {}
    if (type !== 'RollingUpdate') return false
    const kept = rollingUpdate ? (rollingUpdate.partition ?? 0) : (set.status?.currentReplicas ?? 0)
    return ordinal < firstOrdinal(set) + kept
  }

  /** Pods beyond the replicas go, highest first; false when an ordered set has to wait. */
  #shrink(): boolean {
    const { set, claimOf } = this.#in
    // One that has ended will not get better: waiting for it (as upstream does) would be for ever.
    const waited = [...this.#replicas.values(), ...this.#condemned].filter((pod) => !isFinished(pod))
    const unhealthy = waited.filter((pod) => !this.#isHealthy(pod))
    const firstUnhealthy = unhealthy.sort((a, b) => ordinalOf(set, a) - ordinalOf(set, b))[0]
    for (const pod of this.#condemned) {
      if (isDeleting(pod)) {
        if (this.#isOrdered) return false
        continue
      }
      // One that is not healthy may go only when no lower one is unhealthy too.
      const mayGo = this.#isSettled(pod) || isFinished(pod) || pod === firstUnhealthy
      if (this.#isOrdered && !mayGo) return false
      for (const claim of claimsFor(set, ordinalOf(set, pod))) {
        const existing = claimOf(nameOf(claim))
        const changed = existing && retained(set, pod, existing, true)
        if (changed) this.#steps.push({ kind: 'update claim', claim: changed })
      }
      this.#steps.push({ kind: 'delete pod', pod })
      if (this.#isOrdered) return false
    }
    return true
  }

  /** Pods of older revisions make room for new ones, highest first, no lower than the partition. */
  #update(): void {
    const { set, updateRevision } = this.#in
    const { type = 'RollingUpdate', rollingUpdate } = set.spec?.updateStrategy ?? {}
    if (type !== 'RollingUpdate') return
    const first = firstOrdinal(set)
    const lowest = first + (rollingUpdate?.partition ?? 0)
    const most = Math.max(1, scaledValue(rollingUpdate?.maxUnavailable ?? 1, replicasOf(set), 'up'))
    let unavailable = [...this.#replicas.values()].filter((pod) => !this.#isSettled(pod)).length
    for (let ordinal = first + replicasOf(set) - 1; ordinal >= lowest; ordinal--) {
      const pod = this.#replicas.get(ordinal)
      if (!pod) return
      const isOld = revisionNameOf(pod) !== nameOf(updateRevision)
      if (isOld && !isDeleting(pod)) {
        const isMissingAlready = !this.#isSettled(pod)
        if (!isMissingAlready && unavailable >= most) return
        this.#steps.push({ kind: 'delete pod', pod })
        if (!isMissingAlready) unavailable++
      }
      // The next one waits until this one is back, unless more may be missing at a time.
      if (unavailable >= most) return
    }
  }
}

/** Source: stateful_set_control.go, updateStatus and completeRollingUpdate. */
function statefulSetStatus({ set, pods, currentRevision, updateRevision, nowMs }: StatefulSetInput): StatefulSetStatus {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const own = pods.filter((pod) => ordinalOf(set, pod) >= 0)
  const ready = own.filter((pod) => phaseOf(pod) === 'Running' && isReady(pod) && !isDeleting(pod))
  const live = own.filter((pod) => !isDeleting(pod))
  const status: StatefulSetStatus = {
    observedGeneration: set.metadata?.generation,
    replicas: own.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length,
    currentReplicas: live.filter((pod) => revisionNameOf(pod) === nameOf(currentRevision)).length,
    updatedReplicas: live.filter((pod) => revisionNameOf(pod) === nameOf(updateRevision)).length,
    currentRevision: nameOf(currentRevision),
    updateRevision: nameOf(updateRevision),
    collisionCount: set.status?.collisionCount ?? 0,
    conditions: set.status?.conditions,
  }
  const isRolling = (set.spec?.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate'
  const wanted = replicasOf(set)
  const isComplete = status.updatedReplicas === wanted && status.readyReplicas === wanted && status.replicas === wanted
  if (isRolling && isComplete) {
    status.currentReplicas = status.updatedReplicas
    status.currentRevision = status.updateRevision
  }
  return status
}
