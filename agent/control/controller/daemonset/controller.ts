import { isReason } from '../../../../api/client/client.ts'
import type { Informer } from '../../../../api/client/informer.ts'
import {
  controllerrevisions,
  daemonsets,
  nodes as nodesRef,
  pods as podsRef,
} from '../../../../api/schema/generated/resources.ts'
import type { ControllerRevision, DaemonSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Node, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { adoptAndRelease } from '../../loop/adoption.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, reads, watch } from '../../loop/controller.ts'
import { OwnedPods } from '../../loop/owned-pods.ts'
import { isNamespaceGoing, slowStart, type Writer } from '../../loop/writer.ts'
import { claim } from '../../object/claim.ts'
import { isEqual, isEquivalent } from '../../object/equal.ts'
import { controllerOf, isDeleting, keyFor, keyOf, nameOf, namespaceOf, uidOf } from '../../object/meta.ts'
import { podFromTemplate } from '../../object/pod-template.ts'
import { hashOf, revisionFor, revisionHashLabel, surplusRevisions } from '../../object/revision.ts'
import { labelPredicate, selectsEverything } from '../../object/selector.ts'
import { type DaemonSetPlan, type Failure, planDaemonSet } from './daemonset.ts'
import { daemonPodSpec } from './placement.ts'

interface Scope {
  context: ControlContext
  sets: Informer<DaemonSet>
  pods: OwnedPods
  nodes: Informer<Node>
  revisions: Informer<ControllerRevision>
  /** By the set's uid, then by node. */
  failures: Map<string, Map<string, Failure>>
}

/** Source: k8s.io/kubernetes/pkg/controller/daemon/daemon_controller.go. */
export function daemonSetController(context: ControlContext): ControllerDefinition {
  const { informers } = context
  const scope: Scope = {
    context,
    sets: informers.of(daemonsets),
    pods: new OwnedPods(informers),
    nodes: informers.of(nodesRef),
    revisions: informers.of(controllerrevisions),
    failures: new Map(),
  }
  const keysOfPod = (pod: Pod) => {
    const controller = controllerOf(pod)
    if (controller) return controller.kind === 'DaemonSet' ? [keyFor(namespaceOf(pod), controller.name)] : []
    const all = scope.sets.list(namespaceOf(pod))
    return all.filter((set) => labelPredicate(set.spec?.selector)(pod.metadata?.labels)).map(keyOf)
  }
  const everySet = () => scope.sets.list().map(keyOf)
  return {
    name: 'daemonset-controller',
    account: 'daemon-set-controller',
    watches: [
      watch(daemonsets, (set: DaemonSet) => [keyOf(set)]),
      watch(podsRef, keysOfPod),
      {
        ref: nodesRef,
        added: everySet,
        updated: (previous, node) => (isOther(previous as Node, node as Node) ? everySet() : []),
        deleted: everySet,
      },
      reads(controllerrevisions),
    ],
    reconcile: (key, writer) => reconcile(scope, key, writer),
  }
}

function isOther(previous: Node, node: Node): boolean {
  return !(
    isEqual(previous.metadata?.labels, node.metadata?.labels) && isEqual(previous.spec?.taints, node.spec?.taints)
  )
}

async function reconcile(scope: Scope, key: string, writer: Writer): Promise<number | undefined> {
  const { context } = scope
  const set = scope.sets.get(key)
  if (!set) return undefined
  if (selectsEverything(set.spec?.selector)) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.'
    writer.event(set, 'Warning', 'SelectingAll', message)
    return undefined
  }
  const namespace = namespaceOf(set)
  const matches = labelPredicate(set.spec?.selector)
  const found = claim(set, matches, scope.pods.claimable(set))
  if (await adoptAndRelease(context, writer, daemonsets, set, podsRef, found)) return 1
  const history = claim(set, matches, scope.revisions.list(namespace)).owned
  const updateHash = await syncRevision(scope, set, history, writer)
  if (updateHash === undefined) return 1
  const failures = scope.failures.get(uidOf(set)) ?? new Map<string, Failure>()
  scope.failures.set(uidOf(set), failures)
  const nowMs = context.clock.nowMs()
  const plan = planDaemonSet({ set, nodes: scope.nodes.list(), pods: found.owned, updateHash, failures, nowMs })
  const error = await carryOut(set, plan, updateHash, writer)
  if (!isEquivalent(plan.status, set.status)) await writer.updateStatus(daemonsets, { ...set, status: plan.status })
  const inUse = new Set([updateHash, ...found.owned.map((pod) => pod.metadata?.labels?.[revisionHashLabel])])
  const limit = set.spec?.revisionHistoryLimit ?? 10
  for (const old of surplusRevisions(history, (revision) => inUse.has(hashOf(revision)), limit)) {
    await writer.delete(controllerrevisions, old)
  }
  if (isDeleting(set)) scope.failures.delete(uidOf(set))
  if (error !== undefined) throw error
  return plan.checkAfterMs
}

/** The hash of the present template; undefined when its name was taken and the set is looked at again. */
async function syncRevision(
  { context }: Scope,
  set: DaemonSet,
  history: ControllerRevision[],
  writer: Writer,
): Promise<string | undefined> {
  const made = revisionFor(daemonsets, set, set.spec!.template, history, set.status?.collisionCount)
  if (isDeleting(set)) return hashOf(made.revision)
  if (made.isRenumbered) await writer.update(controllerrevisions, made.revision)
  if (!made.isNew) return hashOf(made.revision)
  try {
    await writer.create(controllerrevisions, made.revision)
  } catch (error) {
    if (isNamespaceGoing(error)) return hashOf(made.revision)
    if (!isReason(error, 'AlreadyExists')) throw error
    const taken = await context.client.resource(controllerrevisions, namespaceOf(set)).get(nameOf(made.revision))
    if (isEqual(taken.data, made.revision.data)) return hashOf(made.revision)
    const collisionCount = (set.status?.collisionCount ?? 0) + 1
    await writer.updateStatus(daemonsets, { ...set, status: { ...emptyStatus, ...set.status, collisionCount } })
    return undefined
  }
  return hashOf(made.revision)
}

const emptyStatus = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }

/** The first error, after all was tried. */
async function carryOut(set: DaemonSet, plan: DaemonSetPlan, hash: string, writer: Writer): Promise<unknown> {
  const { template } = set.spec!
  const created = await slowStart(plan.create.length, async (i) => {
    const pod = podFromTemplate(template, daemonsets, set)
    pod.metadata!.labels = { ...pod.metadata!.labels, [revisionHashLabel]: hash }
    pod.spec = daemonPodSpec(pod.spec!, plan.create[i]!)
    const made = await writer.create(podsRef, pod)
    writer.event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${nameOf(made)}`)
  })
  const isGoing = created.error !== undefined && isNamespaceGoing(created.error)
  if (created.error !== undefined && !isGoing) {
    writer.event(set, 'Warning', 'FailedCreate', `Error creating: ${created.error}`)
  }
  const removed = await Promise.allSettled(
    plan.remove.map(async (pod) => {
      if (plan.failed.has(uidOf(pod))) {
        const message = `Found failed daemon pod ${keyOf(pod)} on node ${pod.spec?.nodeName}, will try to kill it`
        writer.event(set, 'Warning', 'FailedDaemonPod', message)
      }
      await writer.delete(podsRef, pod)
      writer.event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`)
    }),
  )
  if (created.error !== undefined && !isGoing) return created.error
  return removed.find((result) => result.status === 'rejected')?.reason
}
