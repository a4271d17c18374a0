import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { PodDisruptionBudget } from '../../../api/schema/generated/types/policy-v1.ts'
import { isDeleting, nameOf, namespaceOf } from '../object/meta.ts'
import { labelPredicate } from '../object/selector.ts'
import { objection, type PreparedFilter, prepareFilters } from './decision.ts'
import { explainPreemption } from './explanation.ts'
import type { Rejection } from './filter/filter.ts'
import type { NodeInfo, PodInfo } from './node-info.ts'
import { type Snapshot, withNode } from './snapshot.ts'

export type Preemption = { kind: 'victims'; node: string; victims: PodInfo[] } | { kind: 'none'; explanation: string }

interface Candidate {
  node: string
  victims: PodInfo[]
  /** Victims whose disruption budget is used up. */
  violations: number
}

const notHelpful = 'Preemption is not helpful for scheduling'
const noVictims = 'No preemption victims found for incoming pod'

/**
 * Finds the node where the least harm makes room: pods of lower priority that would go.
 * Source: pkg/scheduler/framework/preemption/preemption.go and plugins/defaultpreemption.
 *
 * @param rejections why each node was refused
 */
export function preempt(pod: PodInfo, snapshot: Snapshot, rejections: ReadonlyMap<string, Rejection>): Preemption {
  const refusal = ineligible(pod, snapshot)
  if (refusal) return { kind: 'none', explanation: `preemption: ${refusal}` }
  const prepared = prepareFilters(pod, snapshot)
  const reasons = new Map<string, string>()
  const candidates: Candidate[] = []
  for (const node of snapshot.nodes) {
    const isHopeless = prepared.refusal !== undefined || rejections.get(node.name)?.isResolvable === false
    if (isHopeless) {
      reasons.set(node.name, notHelpful)
      continue
    }
    const candidate = candidateOn(pod, node, snapshot, prepared.filters)
    if (candidate) candidates.push(candidate)
    else reasons.set(node.name, noVictims)
  }
  const chosen = leastHarm(candidates)
  if (chosen) return { kind: 'victims', node: chosen.node, victims: chosen.victims }
  return { kind: 'none', explanation: explainPreemption(snapshot.nodes.length, reasons) }
}

/** Source: defaultpreemption/default_preemption.go, PodEligibleToPreemptOthers. */
function ineligible({ pod, priority }: PodInfo, snapshot: Snapshot): string | undefined {
  if (pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const nominated = snapshot.node(pod.status?.nominatedNodeName ?? '')
  for (const other of nominated?.pods.values() ?? []) {
    if (other.priority < priority && isDeleting(other.pod)) {
      return 'not eligible due to a terminating pod on the nominated node.'
    }
  }
  return undefined
}

/** The fewest pods of a node that have to go. Source: default_preemption.go, SelectVictimsOnNode. */
function candidateOn(
  pod: PodInfo,
  node: NodeInfo,
  snapshot: Snapshot,
  filters: readonly PreparedFilter[],
): Candidate | undefined {
  const trial = node.copy()
  const lower = [...node.pods.values()].filter((other) => other.priority < pod.priority)
  if (lower.length === 0) return undefined
  for (const victim of lower) trial.removePod(victim.uid)
  const standing = filters.filter(({ filter }) => !filter.looksAround)
  const fits = () => {
    if (objection(standing, trial)) return false
    const around = prepareFilters(pod, withNode(snapshot, trial), (filter) => filter.looksAround === true)
    return !around.refusal && !objection(around.filters, trial)
  }
  if (!fits()) return undefined
  lower.sort(byImportance)
  const { violating, others } = splitByBudgets(lower, snapshot)
  const victims: PodInfo[] = []
  const spare = (info: PodInfo) => {
    trial.addPod(info)
    if (fits()) return true
    trial.removePod(info.uid)
    victims.push(info)
    return false
  }
  let violations = 0
  for (const info of violating) if (!spare(info)) violations++
  for (const info of others) spare(info)
  return { node: node.name, victims: victims.sort(byImportance), violations }
}

/** Higher priority first, then those that have run longest. */
function byImportance(a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || compareStart(a.pod, b.pod)
}

function startOf(pod: Pod): string {
  return pod.status?.startTime ?? pod.metadata?.creationTimestamp ?? '9'
}

function compareStart(a: Pod, b: Pod): number {
  const [x, y] = [startOf(a), startOf(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** Those whose going would break a budget, counting the others that go. */
function splitByBudgets(pods: readonly PodInfo[], snapshot: Snapshot) {
  const left = new Map<PodDisruptionBudget, number>()
  const violating: PodInfo[] = []
  const others: PodInfo[] = []
  for (const info of pods) {
    let isViolated = false
    for (const budget of snapshot.budgets(namespaceOf(info.pod))) {
      if (!covers(budget, info.pod)) continue
      const allowed = (left.get(budget) ?? budget.status?.disruptionsAllowed ?? 0) - 1
      left.set(budget, allowed)
      if (allowed < 0) isViolated = true
    }
    ;(isViolated ? violating : others).push(info)
  }
  return { violating, others }
}

function covers(budget: PodDisruptionBudget, pod: Pod): boolean {
  const labels = pod.metadata?.labels
  if (!labels || Object.keys(labels).length === 0) return false
  if (budget.status?.disruptedPods?.[nameOf(pod)] !== undefined) return false
  return labelPredicate(budget.spec?.selector)(labels)
}

/** Source: pkg/scheduler/framework/preemption/preemption.go, pickOneNodeForPreemption. */
function leastHarm(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort(
    (a, b) =>
      a.violations - b.violations ||
      highestPriority(a) - highestPriority(b) ||
      sumPriorities(a) - sumPriorities(b) ||
      a.victims.length - b.victims.length ||
      -compareText(earliestStart(a), earliestStart(b)),
  )[0]
}

function highestPriority({ victims }: Candidate): number {
  return victims[0]?.priority ?? Number.NEGATIVE_INFINITY
}

/** Priorities may be negative: shifted so that more victims always weigh more. */
function sumPriorities({ victims }: Candidate): number {
  return victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0)
}

function earliestStart(candidate: Candidate): string {
  const highest = highestPriority(candidate)
  const starts = candidate.victims.filter(({ priority }) => priority === highest).map(({ pod }) => startOf(pod))
  return starts.sort()[0] ?? ''
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
