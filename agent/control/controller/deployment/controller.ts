import { isReason } from '../../../../api/client/client.ts'
import type { Informer } from '../../../../api/client/informer.ts'
import { deployments, pods as podsRef, replicasets } from '../../../../api/schema/generated/resources.ts'
import type { Deployment, ReplicaSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { adoptAndRelease } from '../../loop/adoption.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { OwnedPods } from '../../loop/owned-pods.ts'
import { isNamespaceGoing, type Writer } from '../../loop/writer.ts'
import { claim } from '../../object/claim.ts'
import { isEquivalent } from '../../object/equal.ts'
import { controllerOf, isControlledBy, keyFor, keyOf, nameOf, namespaceOf } from '../../object/meta.ts'
import { labelPredicate, selectsEverything } from '../../object/selector.ts'
import { findNewReplicaSet } from './replica-sets.ts'
import { type DeploymentPlan, planDeployment } from './rollout.ts'

interface Scope {
  context: ControlContext
  deployments: Informer<Deployment>
  sets: Informer<ReplicaSet>
  pods: OwnedPods
}

/** Source: k8s.io/kubernetes/pkg/controller/deployment/deployment_controller.go. */
export function deploymentController(context: ControlContext): ControllerDefinition {
  const { informers } = context
  const scope: Scope = {
    context,
    deployments: informers.of(deployments),
    sets: informers.of(replicasets),
    pods: new OwnedPods(informers),
  }
  return {
    name: 'deployment-controller',
    watches: [
      watch(deployments, (deployment: Deployment) => [keyOf(deployment)]),
      watch(replicasets, (rs: ReplicaSet) => keysOfReplicaSet(scope, rs)),
      // Only the end of a pod matters: a Recreate waits for it.
      { ref: podsRef, added: () => [], updated: () => [], deleted: (pod) => keysOfPod(scope, pod as Pod) },
    ],
    reconcile: (key, writer) => reconcile(scope, key, writer),
  }
}

function keysOfReplicaSet(scope: Scope, rs: ReplicaSet): string[] {
  const controller = controllerOf(rs)
  if (controller) return controller.kind === 'Deployment' ? [keyFor(namespaceOf(rs), controller.name)] : []
  return scope.deployments
    .list(namespaceOf(rs))
    .filter((deployment) => labelPredicate(deployment.spec?.selector)(rs.metadata?.labels))
    .map(keyOf)
}

function keysOfPod(scope: Scope, pod: Pod): string[] {
  const controller = controllerOf(pod)
  if (controller?.kind !== 'ReplicaSet') return []
  const rs = scope.sets.get(keyFor(namespaceOf(pod), controller.name))
  const owner = rs && controllerOf(rs)
  if (owner?.kind !== 'Deployment') return []
  const key = keyFor(namespaceOf(pod), owner.name)
  return scope.deployments.get(key)?.spec?.strategy?.type === 'Recreate' ? [key] : []
}

async function reconcile(scope: Scope, key: string, writer: Writer): Promise<number | undefined> {
  const { context } = scope
  const deployment = scope.deployments.get(key)
  if (!deployment) return undefined
  const namespace = namespaceOf(deployment)
  if (selectsEverything(deployment.spec?.selector)) {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.'
    writer.event(deployment, 'Warning', 'SelectingAll', message)
    await writeStatus(writer, deployment, { ...deployment.status, observedGeneration: deployment.metadata?.generation })
    return undefined
  }
  const found = claim(deployment, labelPredicate(deployment.spec?.selector), scope.sets.list(namespace))
  if (await adoptAndRelease(context, writer, deployments, deployment, replicasets, found)) return 1
  const podsOf = (rs: ReplicaSet) => scope.pods.of(rs)
  const plan = planDeployment(deployment, found.owned, podsOf, context.clock.nowMs())
  if (!(await createReplicaSet(scope, deployment, plan, writer))) return undefined
  for (const rs of plan.update) await writer.update(replicasets, rs)
  for (const rs of plan.remove) await writer.delete(replicasets, rs)
  for (const message of plan.events) writer.event(deployment, 'Normal', 'ScalingReplicaSet', message)
  const current = plan.annotations
    ? await writer.update(deployments, {
        ...deployment,
        metadata: { ...deployment.metadata, annotations: plan.annotations },
      })
    : deployment
  await writeStatus(writer, current, plan.status)
  return plan.checkAfterMs
}

async function writeStatus(writer: Writer, deployment: Deployment, status: Deployment['status']): Promise<void> {
  if (!isEquivalent(status, deployment.status)) await writer.updateStatus(deployments, { ...deployment, status })
}

/** False when the sync ends here: the name is taken by a ReplicaSet of another template, or the namespace goes. */
async function createReplicaSet(
  scope: Scope,
  deployment: Deployment,
  plan: DeploymentPlan,
  writer: Writer,
): Promise<boolean> {
  if (!plan.create) return true
  try {
    await writer.create(replicasets, plan.create)
    return true
  } catch (error) {
    if (isNamespaceGoing(error)) return false
    if (!isReason(error, 'AlreadyExists')) {
      const message = error instanceof Error ? error.message : String(error)
      const name = nameOf(plan.create)
      const text = `Failed to create new replica set "${name}": ${message}`
      writer.event(deployment, 'Warning', 'ReplicaSetCreateError', text)
      throw error
    }
  }
  const { client } = scope.context
  const existing = await client.resource(replicasets, namespaceOf(deployment)).get(nameOf(plan.create))
  if (isControlledBy(existing, deployment) && findNewReplicaSet(deployment, [existing])) return true
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1
  await writeStatus(writer, deployment, { ...deployment.status, collisionCount })
  return false
}
