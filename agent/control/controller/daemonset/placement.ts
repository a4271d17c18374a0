import type { DaemonSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Node, NodeSelector, Pod, PodSpec, Toleration } from '../../../../api/schema/generated/types/core-v1.ts'
import { nameOf } from '../../object/meta.ts'
import { matchesNodeAffinity } from '../../scheduler/node-selector.ts'
import { isTolerated, untoleratedTaint } from '../../scheduler/taint.ts'

/** Source: pkg/controller/daemon/util/daemonset_util.go, AddOrUpdateDaemonPodTolerations. */
const always: Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]
const withHostNetwork: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
}

/** The specification with the tolerations that every daemon has, and bound by affinity to one node. */
export function daemonPodSpec(spec: PodSpec, nodeName: string): PodSpec {
  const nodeAffinity = spec.affinity?.nodeAffinity
  const required = onlyOn(nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, nodeName)
  return {
    ...withDaemonTolerations(spec),
    affinity: {
      ...spec.affinity,
      nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required },
    },
  }
}

function withDaemonTolerations(spec: PodSpec): PodSpec {
  const added = spec.hostNetwork ? [...always, withHostNetwork] : always
  const isAdded = (own: Toleration) =>
    added.some(({ key, effect }) => own.key === key && own.effect === effect && own.operator === 'Exists')
  const own = (spec.tolerations ?? []).filter((toleration) => !isAdded(toleration))
  return { ...spec, tolerations: [...own, ...added] }
}

/** The affinity replaced by the name of the node. Source: ReplaceDaemonSetPodNodeNameNodeAffinity. */
function onlyOn(selector: NodeSelector | undefined, nodeName: string): NodeSelector {
  const named = { key: 'metadata.name', operator: 'In', values: [nodeName] }
  if (!selector) return { nodeSelectorTerms: [{ matchFields: [named] }] }
  return { nodeSelectorTerms: selector.nodeSelectorTerms.map((term) => ({ ...term, matchFields: [named] })) }
}

/** The node a daemon pod is meant for, also before it was scheduled. */
export function targetNodeOf(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  for (const { matchFields = [] } of terms ?? []) {
    const named = matchFields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In')
    if (named?.values?.length === 1) return named.values[0]
  }
  return undefined
}

/**
 * Whether a daemon belongs on the node, and whether one that is there may stay.
 * Source: pkg/controller/daemon/daemon_controller.go, NodeShouldRunDaemonPod.
 */
export function placementOn(ds: DaemonSet, node: Node): { shouldRun: boolean; shouldContinue: boolean } {
  const spec = withDaemonTolerations(ds.spec!.template.spec!)
  const fits =
    (spec.nodeName === undefined || spec.nodeName === '' || spec.nodeName === nameOf(node)) &&
    matchesNodeAffinity({ spec }, node)
  if (!fits) return { shouldRun: false, shouldContinue: false }
  const taints = node.spec?.taints ?? []
  if (!untoleratedTaint(taints, spec.tolerations)) return { shouldRun: true, shouldContinue: true }
  const isDriven = taints.some((taint) => taint.effect === 'NoExecute' && !isTolerated(taint, spec.tolerations))
  return { shouldRun: false, shouldContinue: !isDriven }
}
