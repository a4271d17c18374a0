import type { Informer } from '../../../../api/client/informer.ts'
import { pods as podsRef, replicasets } from '../../../../api/schema/generated/resources.ts'
import type { ReplicaSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { adoptAndRelease } from '../../loop/adoption.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { OwnedPods } from '../../loop/owned-pods.ts'
import { isNamespaceGoing, slowStart, type Writer } from '../../loop/writer.ts'
import { claim } from '../../object/claim.ts'
import { isEquivalent } from '../../object/equal.ts'
import { controllerOf, isDeleting, keyFor, keyOf, nameOf, namespaceOf } from '../../object/meta.ts'
import { podFromTemplate } from '../../object/pod-template.ts'
import { labelPredicate } from '../../object/selector.ts'
import { planReplicas, type ReplicaFailure, replicaSetStatus, untilNextAvailableMs } from './replicaset.ts'

/** Source: k8s.io/kubernetes/pkg/controller/replicaset/replica_set.go. */
export function replicaSetController(context: ControlContext): ControllerDefinition {
  const sets = context.informers.of(replicasets)
  const pods = new OwnedPods(context.informers)
  return {
    name: 'replicaset-controller',
    concurrency: 10,
    watches: [watch(replicasets, (rs: ReplicaSet) => [keyOf(rs)]), watch(podsRef, (pod: Pod) => keysOfPod(sets, pod))],
    reconcile: (key, writer) => reconcile({ context, sets, pods }, key, writer),
  }
}

interface Scope {
  context: ControlContext
  sets: Informer<ReplicaSet>
  pods: OwnedPods
}

/** Its ReplicaSet, or those that may adopt it. */
function keysOfPod(sets: Informer<ReplicaSet>, pod: Pod): string[] {
  const controller = controllerOf(pod)
  if (controller) return controller.kind === 'ReplicaSet' ? [keyFor(namespaceOf(pod), controller.name)] : []
  if (isDeleting(pod)) return []
  return sets
    .list(namespaceOf(pod))
    .filter((rs) => labelPredicate(rs.spec?.selector)(pod.metadata?.labels))
    .map(keyOf)
}

async function reconcile({ context, sets, pods }: Scope, key: string, writer: Writer): Promise<number | undefined> {
  const rs = sets.get(key)
  if (!rs) return undefined
  const nowMs = context.clock.nowMs()
  const found = claim(rs, labelPredicate(rs.spec?.selector), pods.claimable(rs))
  if (await adoptAndRelease(context, writer, replicasets, rs, podsRef, found)) return 1
  const plan = planReplicas(rs, found.owned, relatedPods(sets, rs, pods), nowMs)
  const failure =
    plan.create > 0 ? await createPods(rs, plan.create, writer) : await deletePods(rs, plan.remove, writer)
  const status = replicaSetStatus(rs, found.owned, failure, nowMs)
  if (!isEquivalent(status, rs.status)) await writer.updateStatus(replicasets, { ...rs, status })
  if (failure) throw new Error(failure.message)
  return untilNextAvailableMs(rs, found.owned, nowMs)
}

/** Pods of all ReplicaSets with the same controller, e.g. of one Deployment. */
function relatedPods(sets: Informer<ReplicaSet>, rs: ReplicaSet, pods: OwnedPods): Pod[] {
  const owner = controllerOf(rs)
  const related = sets
    .list(namespaceOf(rs))
    .filter((other) => other === rs || (owner && controllerOf(other)?.uid === owner.uid))
  return related.flatMap((other) => pods.of(other))
}

async function createPods(rs: ReplicaSet, count: number, writer: Writer): Promise<ReplicaFailure | undefined> {
  const template = rs.spec?.template
  if (!template) return undefined
  const { error } = await slowStart(count, async () => {
    const pod = await writer.create(podsRef, podFromTemplate(template, replicasets, rs))
    writer.event(rs, 'Normal', 'SuccessfulCreate', `Created pod: ${nameOf(pod)}`)
  })
  if (error === undefined || isNamespaceGoing(error)) return undefined
  const message = error instanceof Error ? error.message : String(error)
  writer.event(rs, 'Warning', 'FailedCreate', `Error creating: ${message}`)
  return { reason: 'FailedCreate', message }
}

async function deletePods(rs: ReplicaSet, remove: Pod[], writer: Writer): Promise<ReplicaFailure | undefined> {
  const results = await Promise.allSettled(
    remove.map(async (pod) => {
      await writer.delete(podsRef, pod)
      writer.event(rs, 'Normal', 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`)
    }),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return undefined
  const message = failed.reason instanceof Error ? failed.reason.message : String(failed.reason)
  writer.event(rs, 'Warning', 'FailedDelete', `Error deleting: ${message}`)
  return { reason: 'FailedDelete', message }
}
