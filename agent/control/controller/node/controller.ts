import { isReason } from '../../../../api/client/client.ts'
import { leases, nodes as nodesRef, pods as podsRef } from '../../../../api/schema/generated/resources.ts'
import type { Lease } from '../../../../api/schema/generated/types/coordination-v1.ts'
import type { Node, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, reads } from '../../loop/controller.ts'
import type { Writer } from '../../loop/writer.ts'
import { isEqual, isEquivalent } from '../../object/equal.ts'
import { nameOf, namespaceOf } from '../../object/meta.ts'
import { isReady, podCondition, withPodCondition } from '../../object/pod.ts'
import { timestamp } from '../../object/time.ts'
import { leaseNamespace } from './lease-renewal.ts'
import {
  gracePeriodMs,
  lifeTaints,
  needsEviction,
  readiness,
  startupGracePeriodMs,
  unknownConditions,
  zoneOf,
  zonePaces,
} from './node-life.ts'

export const nodeNameIndex = 'nodeName'

export function podNodeNames(pod: Pod): string[] {
  return pod.spec?.nodeName ? [pod.spec.nodeName] : []
}

/**
 * Watches over the nodes' signs of life. Liveness goes by this clock's time since a change was seen, never by a time
 * in an object. Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go.
 */
export function nodeLifeController(context: ControlContext): ControllerDefinition {
  const { informers, clock } = context
  const nodes = informers.of(nodesRef)
  const pods = informers.indexed(podsRef, nodeNameIndex, podNodeNames)
  const seen = new Map<string, { atMs: number; isEver: boolean }>()
  const lastEviction = new Map<string, number>()
  const see = (name: string, isEver: boolean) => seen.set(name, { atMs: clock.monotonicMs(), isEver })
  return {
    name: 'node-controller',
    watches: [
      {
        ref: nodesRef,
        added: (node) => {
          see(nameOf(node), readiness(node as Node) !== 'Unknown')
          return [nameOf(node)]
        },
        updated: (previous, node) => {
          if (heartbeatOf(previous as Node) !== heartbeatOf(node as Node)) see(nameOf(node), true)
          return isOther(previous as Node, node as Node) ? [nameOf(node)] : []
        },
        deleted: (node) => {
          seen.delete(nameOf(node))
          return []
        },
      },
      {
        ref: leases,
        added: () => [],
        updated: (previous, lease) => {
          const isRenewed = (previous as Lease).spec?.renewTime !== (lease as Lease).spec?.renewTime
          if (namespaceOf(lease) === leaseNamespace && isRenewed && seen.has(nameOf(lease))) see(nameOf(lease), true)
          return []
        },
        deleted: () => [],
      },
      reads(podsRef),
    ],
    async reconcile(key, writer) {
      const node = nodes.get(key)
      const sign = seen.get(key)
      if (!node || !sign) return undefined
      const heardMs = context.heard().get(key)
      const graceMs = sign.isEver || heardMs !== undefined ? gracePeriodMs : startupGracePeriodMs
      const silentMs = clock.monotonicMs() - Math.max(sign.atMs, heardMs ?? Number.NEGATIVE_INFINITY)
      const nowMs = clock.nowMs()
      if (silentMs >= graceMs) {
        const conditions = unknownConditions(node, nowMs)
        if (conditions) {
          if (readiness(node) === 'True') {
            writer.event(node, 'Normal', 'NodeNotReady', `Node ${key} status is now: NodeNotReady`)
          }
          await writer.updateStatus(nodesRef, { ...node, status: { ...node.status, conditions } })
          return 1
        }
      }
      const againMs = await taint(key, node, writer)
      if (readiness(node) !== 'True') await markPodsNotReady(pods.byIndex(nodeNameIndex, key), writer, nowMs)
      const watchMs = silentMs < graceMs ? graceMs - silentMs : gracePeriodMs
      return Math.min(watchMs, againMs ?? watchMs)
    },
  }

  /** Milliseconds after which to try again when the node has to wait for its turn. */
  async function taint(name: string, node: Node, writer: Writer): Promise<number | undefined> {
    const { paces, isAllGone } = zonePaces(nodes.list())
    const zone = zoneOf(node)
    const pace = paces.get(zone) ?? 0
    const waitMs = pace === 0 ? Number.POSITIVE_INFINITY : 1000 / pace
    const readyMs = (lastEviction.get(zone) ?? Number.NEGATIVE_INFINITY) + waitMs
    const isWanted = needsEviction(node) && !isAllGone
    const isTurn = pace > 0 && clock.monotonicMs() >= readyMs
    const taints = lifeTaints(node, isTurn, isAllGone, clock.nowMs())
    if (!isEquivalent(taints, node.spec?.taints ?? [])) {
      await writer.update(nodesRef, { ...node, spec: { ...node.spec, taints: taints.length > 0 ? taints : undefined } })
      if (isWanted && isTurn) lastEviction.set(zone, clock.monotonicMs())
    }
    if (!needsEviction(node) || (isWanted && isTurn)) return undefined
    context.log.debug('a lost node waits to be emptied', { node: name, pace })
    return 5000
  }
}

/** What changes with each report of the node itself. */
function heartbeatOf(node: Node): string {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')
  return ready?.status === 'Unknown' ? '' : `${ready?.status} ${ready?.lastHeartbeatTime}`
}

function isOther(previous: Node, node: Node): boolean {
  const conditions = (of: Node) => of.status?.conditions?.map(({ type, status }) => `${type}=${status}`)
  return (
    !isEquivalent(conditions(previous), conditions(node)) ||
    !isEqual(previous.spec?.taints, node.spec?.taints) ||
    previous.spec?.unschedulable !== node.spec?.unschedulable ||
    zoneOf(previous) !== zoneOf(node)
  )
}

/** Services must not send anything to pods of a node that is lost. */
async function markPodsNotReady(pods: readonly Pod[], writer: Writer, nowMs: number): Promise<void> {
  for (const pod of pods) {
    if (!isReady(pod)) continue
    const { reason: _, message: __, ...ready } = podCondition(pod, 'Ready')!
    const condition = { ...ready, status: 'False', lastTransitionTime: timestamp(nowMs) }
    try {
      await writer.updateStatus(podsRef, withPodCondition(pod, condition))
      writer.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready')
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}
