import type { DaemonSet, DaemonSetStatus } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Node, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { scaledValue } from '../../object/int-or-percent.ts'
import { byCreation, isDeleting, nameOf, uidOf } from '../../object/meta.ts'
import { isAvailable, isReady, phaseOf, untilAvailableMs } from '../../object/pod.ts'
import { revisionHashLabel } from '../../object/revision.ts'
import { placementOn, targetNodeOf } from './placement.ts'

/** Failed daemons are replaced after a back-off that doubles. Source: daemon_controller.go, failedPodsBackoff. */
const firstBackoffMs = 1000
const maxBackoffMs = 15 * 60_000

/** How often the daemon of a node failed, and since when. */
export interface Failure {
  count: number
  lastMs: number
}

export interface DaemonSetInput {
  set: DaemonSet
  nodes: readonly Node[]
  /** Pods that belong to it. */
  pods: readonly Pod[]
  /** Label value of pods made of the present template. */
  updateHash: string
  failures: Map<string, Failure>
  nowMs: number
}

export interface DaemonSetPlan {
  /** Names of nodes that get a daemon. */
  create: string[]
  remove: Pod[]
  /** Those of `remove` that failed. */
  failed: Set<string>
  status: DaemonSetStatus
  checkAfterMs?: number
}

/**
 * One sync: a daemon on every node it belongs on, one each; old ones make room for new ones as far as may be missing.
 * Source: k8s.io/kubernetes/pkg/controller/daemon/{daemon_controller,update}.go. Surge is not supported.
 */
export function planDaemonSet(input: DaemonSetInput): DaemonSetPlan {
  const { set, nodes, pods, nowMs } = input
  const plan: DaemonSetPlan = { create: [], remove: [], failed: new Set(), status: {} as DaemonSetStatus }
  const byNode = groupByNode(pods)
  const waits: number[] = []
  if (!isDeleting(set)) {
    for (const node of nodes) placeOn(node, byNode.get(nameOf(node)) ?? [], input, plan, waits)
    removeFromMissingNodes(nodes, byNode, plan)
    if (set.spec?.updateStrategy?.type !== 'OnDelete') roll(input, byNode, plan)
  }
  plan.status = daemonSetStatus(input, byNode)
  const nextMs = untilAvailableMs(pods, set.spec?.minReadySeconds ?? 0, nowMs)
  const times = nextMs === undefined ? waits : [...waits, nextMs]
  plan.checkAfterMs = times.length > 0 ? Math.min(...times) : undefined
  return plan
}

function groupByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const groups = new Map<string, Pod[]>()
  for (const pod of pods) {
    const nodeName = targetNodeOf(pod)
    if (nodeName === undefined) continue
    const group = groups.get(nodeName) ?? []
    groups.set(nodeName, group)
    group.push(pod)
  }
  return groups
}

/** Source: daemon_controller.go, podsShouldBeOnNode. */
function placeOn(node: Node, pods: Pod[], input: DaemonSetInput, plan: DaemonSetPlan, waits: number[]): void {
  const { set, failures, nowMs } = input
  const { shouldRun, shouldContinue } = placementOn(set, node)
  const name = nameOf(node)
  if (!shouldContinue) {
    plan.remove.push(...pods.filter((pod) => !isDeleting(pod)))
    return
  }
  if (pods.length === 0) {
    if (shouldRun) plan.create.push(name)
    return
  }
  const running: Pod[] = []
  for (const pod of pods) {
    if (isDeleting(pod)) continue
    if (phaseOf(pod) === 'Failed' || phaseOf(pod) === 'Succeeded') {
      const failure = failures.get(name) ?? { count: 0, lastMs: Number.NEGATIVE_INFINITY }
      const backoffMs = failure.count === 0 ? 0 : Math.min(maxBackoffMs, firstBackoffMs * 2 ** (failure.count - 1))
      if (nowMs < failure.lastMs + backoffMs) {
        waits.push(failure.lastMs + backoffMs - nowMs)
        continue
      }
      // Long without a failure: it starts anew.
      const isForgotten = nowMs - failure.lastMs > 2 * maxBackoffMs
      failures.set(name, { count: isForgotten ? 1 : failure.count + 1, lastMs: nowMs })
      plan.remove.push(pod)
      plan.failed.add(uidOf(pod))
    } else running.push(pod)
  }
  plan.remove.push(...running.sort(byCreation).slice(1))
}

function removeFromMissingNodes(nodes: readonly Node[], byNode: Map<string, Pod[]>, plan: DaemonSetPlan): void {
  const known = new Set(nodes.map(nameOf))
  for (const [name, pods] of byNode) {
    // Those that have a node are the pod collector's: it makes sure that the node is gone for good.
    if (!known.has(name)) plan.remove.push(...pods.filter((pod) => !pod.spec?.nodeName && !isDeleting(pod)))
  }
}

/** Source: update.go, rollingUpdate. */
function roll(
  { set, nodes, updateHash, nowMs }: DaemonSetInput,
  byNode: Map<string, Pod[]>,
  plan: DaemonSetPlan,
): void {
  const removed = new Set(plan.remove.map(uidOf))
  const desired = nodes.filter((node) => placementOn(set, node).shouldRun)
  const { maxUnavailable = 1 } = set.spec?.updateStrategy?.rollingUpdate ?? {}
  const most = Math.max(1, scaledValue(maxUnavailable, desired.length, 'up'))
  let unavailable = 0
  const ready: Pod[] = []
  for (const node of desired) {
    const pods = (byNode.get(nameOf(node)) ?? []).filter((pod) => !removed.has(uidOf(pod)))
    const pod = pods.find((other) => !isDeleting(other))
    if (!pod) {
      unavailable++
      continue
    }
    const isOld = pod.metadata?.labels?.[revisionHashLabel] !== updateHash
    if (!isAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs)) {
      unavailable++
      // Missing already: replacing it costs nothing.
      if (isOld) plan.remove.push(pod)
    } else if (isOld) ready.push(pod)
  }
  plan.remove.push(...ready.slice(0, Math.max(0, most - unavailable)))
}

/** Source: daemon_controller.go, updateDaemonSetStatus. */
function daemonSetStatus(
  { set, nodes, updateHash, nowMs }: DaemonSetInput,
  byNode: Map<string, Pod[]>,
): DaemonSetStatus {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const counts = { desired: 0, current: 0, wrong: 0, ready: 0, updated: 0, available: 0 }
  for (const node of nodes) {
    const pods = [...(byNode.get(nameOf(node)) ?? [])].sort(byCreation)
    if (!placementOn(set, node).shouldRun) {
      if (pods.length > 0) counts.wrong++
      continue
    }
    counts.desired++
    const [pod] = pods
    if (!pod) continue
    counts.current++
    if (isReady(pod)) counts.ready++
    if (isAvailable(pod, minReadySeconds, nowMs)) counts.available++
    if (pod.metadata?.labels?.[revisionHashLabel] === updateHash) counts.updated++
  }
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.wrong,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    observedGeneration: set.metadata?.generation,
    updatedNumberScheduled: counts.updated,
    numberAvailable: counts.available,
    numberUnavailable: counts.desired - counts.available,
    collisionCount: set.status?.collisionCount,
    conditions: set.status?.conditions,
  }
}
