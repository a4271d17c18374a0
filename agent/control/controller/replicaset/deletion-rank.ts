import type { ContainerStatus, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { uidOf } from '../../object/meta.ts'
import { isReady, phaseOf, podCondition } from '../../object/pod.ts'
import { millisOf } from '../../object/time.ts'

const phaseOrder: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 }
const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost'

/** What the order of deletion goes by, looked up once a pod. */
interface Ranked {
  pod: Pod
  assigned: number
  phase: number
  ready: number
  cost: number
  /** Pods of related ReplicaSets on the same node. */
  doubledUp: number
  readySinceMs: number
  restarts: number
  sidecarRestarts: number
  createdMs: number
}

/**
 * The pods in the order in which they are given up, first to go first: unassigned, pending, not ready, cheap,
 * doubled up on a node, ready for a short time, often restarted, young.
 * Source: k8s.io/kubernetes/pkg/controller/controller_utils.go, ActivePodsWithRanks.Less.
 */
export function byDeletionRank(pods: readonly Pod[], podsOnNode: (nodeName: string) => number, nowMs: number): Pod[] {
  const ranked = pods.map((pod): Ranked => {
    const nodeName = pod.spec?.nodeName ?? ''
    const { regular, sidecar } = restartsOf(pod)
    return {
      pod,
      assigned: nodeName === '' ? 0 : 1,
      phase: phaseOrder[phaseOf(pod)] ?? 0,
      ready: isReady(pod) ? 1 : 0,
      cost: deletionCost(pod),
      doubledUp: nodeName === '' ? 0 : podsOnNode(nodeName),
      readySinceMs: isReady(pod) ? millisOf(podCondition(pod, 'Ready')?.lastTransitionTime) : 0,
      restarts: regular,
      sidecarRestarts: sidecar,
      createdMs: millisOf(pod.metadata?.creationTimestamp),
    }
  })
  return ranked.sort((a, b) => compare(a, b, nowMs)).map(({ pod }) => pod)
}

function compare(a: Ranked, b: Ranked, nowMs: number): number {
  return (
    a.assigned - b.assigned ||
    a.phase - b.phase ||
    a.ready - b.ready ||
    a.cost - b.cost ||
    b.doubledUp - a.doubledUp ||
    (a.ready ? compareAge(a.readySinceMs, b.readySinceMs, nowMs) : 0) ||
    b.restarts - a.restarts ||
    b.sidecarRestarts - a.sidecarRestarts ||
    compareAge(a.createdMs, b.createdMs, nowMs) ||
    (uidOf(a.pod) < uidOf(b.pod) ? -1 : 1)
  )
}

/** Younger first, in powers of two of the age, so that among pods of about the same age any may go. */
function compareAge(aMs: number, bMs: number, nowMs: number): number {
  if (!aMs || !bMs) return (aMs ? 1 : 0) - (bMs ? 1 : 0)
  return ageBucket(nowMs - aMs) - ageBucket(nowMs - bMs)
}

function ageBucket(ageMs: number): number {
  return ageMs <= 0 ? 0 : Math.floor(Math.log2(ageMs * 1e6))
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata?.annotations?.[deletionCostAnnotation] ?? '0'
  return /^(0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : 0
}

function restartsOf(pod: Pod): { regular: number; sidecar: number } {
  const most = (statuses: ContainerStatus[] = []) => statuses.reduce((n, s) => Math.max(n, s.restartCount), 0)
  return { regular: most(pod.status?.containerStatuses), sidecar: most(pod.status?.initContainerStatuses) }
}
