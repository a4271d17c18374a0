import { isReason } from '../../../../api/client/client.ts'
import { nodes as nodesRef, pods as podsRef } from '../../../../api/schema/generated/resources.ts'
import type { Node, Pod, Taint } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { isEqual } from '../../object/equal.ts'
import { isDeleting, keyOf, nameOf } from '../../object/meta.ts'
import { withPodCondition } from '../../object/pod.ts'
import { millisOf, timestamp } from '../../object/time.ts'
import { tolerates } from '../../scheduler/taint.ts'
import { nodeNameIndex, podNodeNames } from './controller.ts'

/**
 * When a pod has to leave its node because of taints that evict: at once when it does not tolerate one of them, after
 * the shortest time that it tolerates them for, or never (undefined).
 * Source: pkg/controller/tainteviction/taint_eviction.go, processPodOnNode.
 *
 * @returns milliseconds since the epoch
 */
export function evictionTimeMs(pod: Pod, taints: readonly Taint[], nowMs: number): number | undefined {
  const evicting = taints.filter(({ effect }) => effect === 'NoExecute')
  let earliest: number | undefined
  for (const taint of evicting) {
    const matching = (pod.spec?.tolerations ?? []).filter((toleration) => tolerates(toleration, taint))
    if (matching.length === 0) return nowMs
    for (const { tolerationSeconds } of matching) {
      if (tolerationSeconds === undefined) continue
      const sinceMs = taint.timeAdded === undefined ? nowMs : millisOf(taint.timeAdded)
      const dueMs = sinceMs + Math.max(0, tolerationSeconds) * 1000
      if (earliest === undefined || dueMs < earliest) earliest = dueMs
    }
  }
  return earliest
}

/** Works on pods one by one, when their time has come. */
export function taintEvictionController({ informers, clock }: ControlContext): ControllerDefinition {
  const nodes = informers.of(nodesRef)
  const pods = informers.indexed(podsRef, nodeNameIndex, podNodeNames)
  const podKeysOf = (node: Node) => pods.byIndex(nodeNameIndex, nameOf(node)).map(keyOf)
  const hasEvicting = ({ spec }: Node) => spec?.taints?.some(({ effect }) => effect === 'NoExecute') ?? false
  return {
    name: 'taint-eviction-controller',
    account: 'node-controller',
    watches: [
      {
        ref: nodesRef,
        added: (node) => (hasEvicting(node as Node) ? podKeysOf(node as Node) : []),
        updated: (previous, node) =>
          isEqual((previous as Node).spec?.taints, (node as Node).spec?.taints) ? [] : podKeysOf(node as Node),
        deleted: () => [],
      },
      watch(podsRef, (pod: Pod) => {
        const node = nodes.get(pod.spec?.nodeName ?? '')
        return node && hasEvicting(node) ? [keyOf(pod)] : []
      }),
    ],
    async reconcile(key, writer) {
      const pod = pods.get(key)
      const node = nodes.get(pod?.spec?.nodeName ?? '')
      if (!pod || !node || isDeleting(pod)) return undefined
      const nowMs = clock.nowMs()
      const dueMs = evictionTimeMs(pod, node.spec?.taints ?? [], nowMs)
      if (dueMs === undefined) return undefined
      if (dueMs > nowMs) return dueMs - nowMs
      writer.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`)
      const message = 'Taint manager: deleting due to NoExecute taint'
      const target = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message }
      const marked = withPodCondition(pod, { ...target, lastTransitionTime: timestamp(nowMs) })
      try {
        await writer.updateStatus(podsRef, marked)
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
      await writer.delete(podsRef, pod)
      return undefined
    },
  }
}
