import type { Node, NodeCondition, Taint } from '../../../../api/schema/generated/types/core-v1.ts'
import { isEqual } from '../../object/equal.ts'
import { timestamp } from '../../object/time.ts'

/** Source of rules and figures: pkg/controller/nodelifecycle/node_lifecycle_controller.go and its defaults. */

/** No sign of life for so long: the node's state is unknown. */
export const gracePeriodMs = 50_000
/** The same for a node that never gave one. */
export const startupGracePeriodMs = 60_000

const prefix = 'node.kubernetes.io'
const monitored = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** Taints by the condition and status they stand for. */
const scheduleTaints: Record<string, Record<string, string>> = {
  Ready: { False: `${prefix}/not-ready`, Unknown: `${prefix}/unreachable` },
  MemoryPressure: { True: `${prefix}/memory-pressure` },
  DiskPressure: { True: `${prefix}/disk-pressure` },
  PIDPressure: { True: `${prefix}/pid-pressure` },
  NetworkUnavailable: { True: `${prefix}/network-unavailable` },
}
const scheduleKeys = new Set([
  ...Object.values(scheduleTaints).flatMap((byStatus) => Object.values(byStatus)),
  `${prefix}/unschedulable`,
])
const executeTaints: Record<string, string> = { False: `${prefix}/not-ready`, Unknown: `${prefix}/unreachable` }
const executeKeys = new Set(Object.values(executeTaints))

/** `True`, `False`, `Unknown`; nodes that never said anything are unknown. */
export function readiness(node: Node): string {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown'
}

/** The conditions of a node that is not heard of any longer; undefined when they say so already. */
export function unknownConditions(node: Node, nowMs: number): NodeCondition[] | undefined {
  const conditions = node.status?.conditions ?? []
  const now = timestamp(nowMs)
  const updated = conditions.filter(({ type }) => !monitored.includes(type))
  for (const type of monitored) {
    const current = conditions.find((condition) => condition.type === type)
    if (current?.status === 'Unknown') updated.push(current)
    else if (current) {
      const why = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
      updated.push({ ...current, ...why, status: 'Unknown', lastTransitionTime: now })
    } else {
      const why = { reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' }
      updated.push({ type, ...why, status: 'Unknown', lastHeartbeatTime: undefined, lastTransitionTime: now })
    }
  }
  const sameSet = conditions.length === updated.length && updated.every((c) => conditions.some((o) => isEqual(o, c)))
  return sameSet ? undefined : updated
}

/**
 * The taints that follow from the node's conditions; those of others stay.
 *
 * @param mayEvict false: taints that evict are not added now (they come one node after the other)
 * @param mustSpare true: they are taken away, because all nodes are gone and the fault is likely ours
 */
export function lifeTaints(node: Node, mayEvict: boolean, mustSpare: boolean, nowMs: number): Taint[] {
  const current = node.spec?.taints ?? []
  const wanted: Taint[] = []
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = scheduleTaints[type]?.[status]
    if (key) wanted.push({ key, effect: 'NoSchedule' })
  }
  if (node.spec?.unschedulable) wanted.push({ key: `${prefix}/unschedulable`, effect: 'NoSchedule' })
  const evicting = executeTaints[readiness(node)]
  const isEvicting = current.some(({ key, effect }) => effect === 'NoExecute' && executeKeys.has(key))
  if (evicting && !mustSpare && (mayEvict || isEvicting)) wanted.push({ key: evicting, effect: 'NoExecute' })
  const others = current.filter(({ key, effect }) => {
    return !(effect === 'NoSchedule' && scheduleKeys.has(key)) && !(effect === 'NoExecute' && executeKeys.has(key))
  })
  const kept = wanted.map(
    (taint) =>
      current.find(({ key, effect }) => key === taint.key && effect === taint.effect) ?? {
        ...taint,
        timeAdded: timestamp(nowMs),
      },
  )
  return [...others, ...kept]
}

/** The node should get a taint that evicts and has none. */
export function needsEviction(node: Node): boolean {
  const key = executeTaints[readiness(node)]
  if (!key) return false
  return !(node.spec?.taints ?? []).some((taint) => taint.effect === 'NoExecute' && executeKeys.has(taint.key))
}

export function zoneOf(node: Node): string {
  const labels = node.metadata?.labels ?? {}
  return `${labels['topology.kubernetes.io/region'] ?? ''}:${labels['topology.kubernetes.io/zone'] ?? ''}`
}

const normalPace = 0.1
const slowPace = 0.01
const largeZone = 50
const unhealthyShare = 0.55

/**
 * How fast nodes of each zone may be emptied: slowly when most of a large zone is gone, not at all when most of a
 * small one is; `isAllGone` when no node at all is ready.
 */
export function zonePaces(nodes: readonly Node[]): { paces: Map<string, number>; isAllGone: boolean } {
  const zones = new Map<string, { ready: number; lost: number }>()
  for (const node of nodes) {
    const zone = zones.get(zoneOf(node)) ?? { ready: 0, lost: 0 }
    zones.set(zoneOf(node), zone)
    if (readiness(node) === 'True') zone.ready++
    else zone.lost++
  }
  const paces = new Map<string, number>()
  for (const [name, { ready, lost }] of zones) {
    const isPartial = ready > 0 && lost > 2 && lost / (ready + lost) >= unhealthyShare
    paces.set(name, isPartial ? (ready + lost > largeZone ? slowPace : 0) : normalPace)
  }
  const isAllGone = nodes.length > 0 && [...zones.values()].every(({ ready }) => ready === 0)
  return { paces, isAllGone }
}
