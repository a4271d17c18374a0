import { isReason } from '../../../../api/client/client.ts'
import type { Informer } from '../../../../api/client/informer.ts'
import {
  controllerrevisions,
  persistentvolumeclaims,
  pods as podsRef,
  statefulsets,
} from '../../../../api/schema/generated/resources.ts'
import type { ControllerRevision, StatefulSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { adoptAndRelease } from '../../loop/adoption.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, reads, watch } from '../../loop/controller.ts'
import { OwnedPods } from '../../loop/owned-pods.ts'
import { isNamespaceGoing, type Writer } from '../../loop/writer.ts'
import { claim } from '../../object/claim.ts'
import { isEqual, isEquivalent } from '../../object/equal.ts'
import { controllerOf, isDeleting, keyFor, keyOf, nameOf, namespaceOf } from '../../object/meta.ts'
import { revisionFor, surplusRevisions } from '../../object/revision.ts'
import { labelPredicate } from '../../object/selector.ts'
import { ordinalOf, revisionNameOf } from './identity.ts'
import { planStatefulSet, type Step } from './statefulset.ts'

interface Scope {
  context: ControlContext
  sets: Informer<StatefulSet>
  pods: OwnedPods
  claims: Informer<PersistentVolumeClaim>
  revisions: Informer<ControllerRevision>
}

/** Source: k8s.io/kubernetes/pkg/controller/statefulset/stateful_set.go. */
export function statefulSetController(context: ControlContext): ControllerDefinition {
  const { informers } = context
  const scope: Scope = {
    context,
    sets: informers.of(statefulsets),
    pods: new OwnedPods(informers),
    claims: informers.of(persistentvolumeclaims),
    revisions: informers.of(controllerrevisions),
  }
  const keysOfPod = (pod: Pod) => {
    const controller = controllerOf(pod)
    if (controller) return controller.kind === 'StatefulSet' ? [keyFor(namespaceOf(pod), controller.name)] : []
    const matching = scope.sets.list(namespaceOf(pod)).filter((set) => isMember(set, pod))
    return matching.map(keyOf)
  }
  return {
    name: 'statefulset-controller',
    watches: [
      watch(statefulsets, (set: StatefulSet) => [keyOf(set)]),
      watch(podsRef, keysOfPod),
      reads(persistentvolumeclaims),
      reads(controllerrevisions),
    ],
    reconcile: (key, writer) => reconcile(scope, key, writer),
  }
}

function isMember(set: StatefulSet, pod: Pod): boolean {
  return ordinalOf(set, pod) >= 0 && labelPredicate(set.spec?.selector)(pod.metadata?.labels)
}

async function reconcile(scope: Scope, key: string, writer: Writer): Promise<number | undefined> {
  const { context } = scope
  const set = scope.sets.get(key)
  if (!set) return undefined
  const namespace = namespaceOf(set)
  const matches = labelPredicate(set.spec?.selector)
  const named = scope.pods.claimable(set).filter((pod) => ordinalOf(set, pod) >= 0 || controllerOf(pod))
  const found = claim(set, matches, named)
  if (await adoptAndRelease(context, writer, statefulsets, set, podsRef, found)) return 1
  const history = claim(set, matches, scope.revisions.list(namespace)).owned
  const revisions = await syncRevisions(scope, set, history, writer)
  if (!revisions) return 1
  const { currentRevision, updateRevision } = revisions
  const plan = planStatefulSet({
    set,
    pods: found.owned,
    claimOf: (name) => scope.claims.get(keyFor(namespace, name)),
    currentRevision,
    updateRevision,
    nowMs: context.clock.nowMs(),
  })
  try {
    for (const step of plan.steps) await take(set, step, writer)
  } finally {
    if (!isEquivalent(plan.status, set.status)) await writer.updateStatus(statefulsets, { ...set, status: plan.status })
  }
  const inUse = new Set([nameOf(currentRevision), nameOf(updateRevision), ...found.owned.map(revisionNameOf)])
  const limit = set.spec?.revisionHistoryLimit ?? 10
  for (const old of surplusRevisions(history, (revision) => inUse.has(nameOf(revision)), limit)) {
    await writer.delete(controllerrevisions, old)
  }
  return plan.checkAfterMs
}

/** undefined: a name was taken, and the set is looked at again with another collision count. */
async function syncRevisions(
  { context }: Scope,
  set: StatefulSet,
  history: ControllerRevision[],
  writer: Writer,
): Promise<{ currentRevision: ControllerRevision; updateRevision: ControllerRevision } | undefined> {
  const made = revisionFor(statefulsets, set, set.spec!.template, history, set.status?.collisionCount)
  let updateRevision = made.revision
  if (!isDeleting(set)) {
    if (made.isRenumbered) updateRevision = await writer.update(controllerrevisions, made.revision)
    if (made.isNew) {
      try {
        updateRevision = await writer.create(controllerrevisions, made.revision)
      } catch (error) {
        if (isNamespaceGoing(error)) return { currentRevision: updateRevision, updateRevision }
        if (!isReason(error, 'AlreadyExists')) throw error
        const taken = await context.client.resource(controllerrevisions, namespaceOf(set)).get(nameOf(made.revision))
        if (!isEqual(taken.data, made.revision.data)) {
          const collisionCount = (set.status?.collisionCount ?? 0) + 1
          await writer.updateStatus(statefulsets, { ...set, status: { replicas: 0, ...set.status, collisionCount } })
          return undefined
        }
        updateRevision = taken
      }
    }
  }
  const current = history.find((revision) => nameOf(revision) === set.status?.currentRevision)
  return { currentRevision: current ?? updateRevision, updateRevision }
}

async function take(set: StatefulSet, step: Step, writer: Writer): Promise<void> {
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) => writer.event(set, type, reason, message)
  switch (step.kind) {
    case 'create claim': {
      const what = `Claim ${nameOf(step.claim)} Pod ${step.podName} in StatefulSet ${nameOf(set)}`
      try {
        await writer.create(persistentvolumeclaims, step.claim)
        say('Normal', 'SuccessfulCreate', `create ${what} success`)
      } catch (error) {
        if (isReason(error, 'AlreadyExists') || isNamespaceGoing(error)) return
        say('Warning', 'FailedCreate', `create ${what} failed error: ${error}`)
        throw error
      }
      return
    }
    case 'create pod': {
      const what = `create Pod ${nameOf(step.pod)} in StatefulSet ${nameOf(set)}`
      try {
        await writer.create(podsRef, step.pod)
        say('Normal', 'SuccessfulCreate', `${what} successful`)
      } catch (error) {
        if (isNamespaceGoing(error)) return
        say('Warning', 'FailedCreate', `${what} failed error: ${error}`)
        throw error
      }
      return
    }
    case 'update claim':
      await writer.update(persistentvolumeclaims, step.claim)
      return
    case 'update pod':
      await writer.update(podsRef, step.pod)
      return
    case 'delete pod':
      await writer.delete(podsRef, step.pod)
      if (step.event) say('Warning', step.event.reason, step.event.message)
      else say('Normal', 'SuccessfulDelete', `delete Pod ${nameOf(step.pod)} in StatefulSet ${nameOf(set)} successful`)
  }
}
