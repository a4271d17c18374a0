import { nodes as nodesRef, pods as podsRef } from '../../../api/schema/generated/resources.ts'
import type { Node, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../loop/context.ts'
import { type ControllerDefinition, reads } from '../loop/controller.ts'
import { byCreation, isDeleting, nameOf, uidOf } from '../object/meta.ts'
import { isFinished, withPodCondition } from '../object/pod.ts'
import { timestamp } from '../object/time.ts'

/** Source of the figures: pkg/controller/podgc/gc_controller.go and the controller manager's defaults. */
const periodMs = 20_000
const quarantineMs = 40_000
const maxTerminated = 12_500
const outOfServiceTaint = 'node.kubernetes.io/out-of-service'

export interface PodGarbage {
  pod: Pod
  /** Set for pods that did not end by themselves: they are marked as failed first. */
  message?: string
}

/**
 * Pods that nobody will clean up: too many ended ones, those whose node is gone for a while, those deleted before
 * they had a node, and those being deleted on a node that was declared out of service.
 * Source: pkg/controller/podgc/gc_controller.go.
 *
 * @param missingSinceMs when each absent node was first missed
 */
export function garbagePods(
  pods: readonly Pod[],
  nodes: ReadonlyMap<string, Node>,
  missingSinceMs: ReadonlyMap<string, number>,
  nowMs: number,
): PodGarbage[] {
  const garbage = new Map<string, PodGarbage>()
  const add = (pod: Pod, message?: string) => {
    if (!garbage.has(uidOf(pod))) garbage.set(uidOf(pod), { pod, message })
  }
  const ended = pods.filter(isFinished).sort(byCreation)
  for (const pod of ended.slice(0, Math.max(0, ended.length - maxTerminated))) add(pod)
  for (const pod of pods) {
    const nodeName = pod.spec?.nodeName
    if (!nodeName) {
      if (isDeleting(pod)) add(pod)
      continue
    }
    const node = nodes.get(nodeName)
    const sinceMs = missingSinceMs.get(nodeName)
    if (!node && sinceMs !== undefined && nowMs - sinceMs >= quarantineMs) {
      add(pod, 'PodGC: node no longer exists')
    }
    const isOut = node?.spec?.taints?.some(({ key }) => key === outOfServiceTaint) ?? false
    const isReady = node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
    if (isOut && !isReady && isDeleting(pod)) add(pod)
  }
  return [...garbage.values()]
}

export function podGcController({ informers, clock }: ControlContext): ControllerDefinition {
  const pods = informers.of(podsRef)
  const nodes = informers.of(nodesRef)
  const missingSinceMs = new Map<string, number>()
  return {
    name: 'pod-garbage-collector',
    initial: ['all'],
    watches: [{ ref: nodesRef, added: () => [], updated: () => [], deleted: () => ['all'] }, reads(podsRef)],
    async reconcile(_key, writer) {
      const nowMs = clock.monotonicMs()
      const known = new Map(nodes.list().map((node): [string, Node] => [nameOf(node), node]))
      const all = pods.list()
      const used = new Set(all.map((pod) => pod.spec?.nodeName).filter((name) => name && !known.has(name)))
      for (const name of missingSinceMs.keys()) if (!used.has(name)) missingSinceMs.delete(name)
      for (const name of used) if (!missingSinceMs.has(name!)) missingSinceMs.set(name!, nowMs)
      for (const { pod, message } of garbagePods(all, known, missingSinceMs, nowMs)) {
        if (message !== undefined && !isFinished(pod)) {
          const reason = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message }
          const failed = withPodCondition(pod, { ...reason, lastTransitionTime: timestamp(clock.nowMs()) })
          await writer.updateStatus(podsRef, { ...failed, status: { ...failed.status, phase: 'Failed' } })
        }
        await writer.delete(podsRef, pod, { gracePeriodSeconds: 0 })
      }
      return periodMs
    },
  }
}
