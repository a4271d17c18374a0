import {
  deployments,
  poddisruptionbudgets,
  pods as podsRef,
  replicasets,
  replicationcontrollers,
  statefulsets,
} from '../../../../api/schema/generated/resources.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../../api/schema/generated/types/policy-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, type Watch, watch } from '../../loop/controller.ts'
import { isEquivalent } from '../../object/equal.ts'
import { type ApiObject, controllerOf, keyFor, keyOf, namespaceOf } from '../../object/meta.ts'
import { labelPredicate } from '../../object/selector.ts'
import type { OwnerReference, ResourceRef } from '../../object/types.ts'
import { isCounted, planBudget } from './budget.ts'

const scalable: Record<string, ResourceRef> = {
  Deployment: deployments as ResourceRef,
  ReplicaSet: replicasets as ResourceRef,
  StatefulSet: statefulsets as ResourceRef,
  ReplicationController: replicationcontrollers as ResourceRef,
}

/** Source: k8s.io/kubernetes/pkg/controller/disruption/disruption.go. */
export function disruptionController({ informers, clock }: ControlContext): ControllerDefinition {
  const budgets = informers.of(poddisruptionbudgets)
  const pods = informers.of(podsRef)
  const keysIn = (namespace: string) => budgets.list(namespace).map(keyOf)
  const keysOfPod = (pod: Pod) =>
    budgets
      .list(namespaceOf(pod))
      .filter((budget) => labelPredicate(budget.spec?.selector)(pod.metadata?.labels))
      .map(keyOf)
  const replicas = (object: ApiObject) => (object as { spec?: { replicas?: number } }).spec?.replicas
  const scales: Watch[] = Object.values(scalable).map((ref) => ({
    ref,
    added: () => [],
    updated: (previous, object) => (replicas(previous) === replicas(object) ? [] : keysIn(namespaceOf(object))),
    deleted: () => [],
  }))

  /** A ReplicaSet of a Deployment has the Deployment's scale. */
  const scaleOf = (namespace: string) => {
    const find = (owner: OwnerReference): number | undefined => {
      const ref = scalable[owner.kind]
      const object = ref && (informers.of(ref).get(keyFor(namespace, owner.name)) as ApiObject | undefined)
      if (!ref) return undefined
      if (!object || object.metadata?.uid !== owner.uid) return 0
      const above = owner.kind === 'ReplicaSet' ? controllerOf(object) : undefined
      return above ? find(above) : (replicas(object) ?? 1)
    }
    return find
  }
  return {
    name: 'disruption-controller',
    account: 'disruption-controller',
    watches: [
      watch(poddisruptionbudgets, (budget: PodDisruptionBudget) => [keyOf(budget)]),
      watch(podsRef, keysOfPod),
      ...scales,
    ],
    async reconcile(key, writer) {
      const budget = budgets.get(key)
      if (!budget) return undefined
      const matches = labelPredicate(budget.spec?.selector)
      const own = pods.list(namespaceOf(budget)).filter((pod) => isCounted(pod) && matches(pod.metadata?.labels))
      const plan = planBudget(budget, own, scaleOf(namespaceOf(budget)), clock.nowMs())
      if (!isEquivalent(plan.status, budget.status)) {
        await writer.updateStatus(poddisruptionbudgets, { ...budget, status: plan.status })
      }
      return plan.checkAfterMs
    },
  }
}
