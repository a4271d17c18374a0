import { defaultFilters } from './filter/default-filters.ts'
import type { Filter, NodeFilter, Rejection } from './filter/filter.ts'
import type { NodeInfo, PodInfo } from './node-info.ts'
import { defaultScores } from './score/default-scores.ts'
import { type Snapshot, withNode } from './snapshot.ts'

export type Decision =
  | { kind: 'node'; node: string }
  /** `rejections` by node name; `plugins` are those that said no. */
  | { kind: 'none'; rejections: Map<string, Rejection>; refusal: string | undefined; plugins: Set<string> }

export interface DecisionOptions {
  /** [0, 1), chooses among the best. */
  random: () => number
  /** Where in the list of nodes to begin; see `nextStart`. */
  start?: number
}

/** Below this number all nodes are looked at. Source: pkg/scheduler/schedule_one.go, minFeasibleNodesToFind. */
const minFeasible = 100

/**
 * How many feasible nodes are enough: all of a small cluster, a shrinking share of a large one.
 * Source: pkg/scheduler/schedule_one.go, numFeasibleNodesToFind.
 */
export function enoughFeasible(nodes: number): number {
  if (nodes < minFeasible) return nodes
  const percentage = Math.max(5, 50 - Math.floor(nodes / 125))
  return Math.max(minFeasible, Math.floor((nodes * percentage) / 100))
}

/** Filters that are ready to be asked about nodes. */
export interface PreparedFilter {
  filter: Filter
  check: NodeFilter
}

export interface Prepared {
  filters: PreparedFilter[]
  /** Set when one of them says that no node will do. */
  refusal?: { plugin: string; reason: string }
}

export function prepareFilters(pod: PodInfo, snapshot: Snapshot, only?: (filter: Filter) => boolean): Prepared {
  const filters: PreparedFilter[] = []
  for (const filter of defaultFilters) {
    if (only && !only(filter)) continue
    const check = filter.prepare(pod, snapshot)
    if (check === undefined) continue
    if (typeof check !== 'function') return { filters, refusal: { plugin: filter.name, reason: check.reason } }
    filters.push({ filter, check })
  }
  return { filters }
}

/** The first filter's objection to the node. */
export function objection(
  filters: readonly PreparedFilter[],
  node: NodeInfo,
): { plugin: string; rejection: Rejection } | undefined {
  for (const { filter, check } of filters) {
    const rejection = check(node)
    if (rejection) return { plugin: filter.name, rejection }
  }
  return undefined
}

/**
 * Chooses a node: filters, then scores. A node that a preemption keeps for pods of the same or higher priority must
 * do both with and without them.
 * Source: pkg/scheduler/schedule_one.go, schedulePod; pkg/scheduler/framework/runtime, RunFilterPluginsWithNominatedPods.
 */
export function decide(pod: PodInfo, snapshot: Snapshot, options: DecisionOptions): Decision {
  const rejections = new Map<string, Rejection>()
  const plugins = new Set<string>()
  const { filters, refusal } = prepareFilters(pod, snapshot)
  if (refusal) {
    plugins.add(refusal.plugin)
    return { kind: 'none', rejections, refusal: refusal.reason, plugins }
  }
  const check = (node: NodeInfo): boolean => {
    const found = objection(filters, node) ?? objectionWithNominated(pod, node, snapshot)
    if (!found) return true
    rejections.set(node.name, found.rejection)
    plugins.add(found.plugin)
    return false
  }
  const nominated = snapshot.node(pod.pod.status?.nominatedNodeName ?? '')
  if (nominated && check(nominated)) return { kind: 'node', node: nominated.name }
  const { nodes } = snapshot
  const enough = enoughFeasible(nodes.length)
  const feasible: NodeInfo[] = []
  for (let i = 0; i < nodes.length && feasible.length < enough; i++) {
    const node = nodes[((options.start ?? 0) + i) % nodes.length]!
    if (check(node)) feasible.push(node)
  }
  if (feasible.length === 0) return { kind: 'none', rejections, refusal: undefined, plugins }
  return { kind: 'node', node: best(pod, feasible, snapshot, options.random).name }
}

function objectionWithNominated(pod: PodInfo, node: NodeInfo, snapshot: Snapshot) {
  const others = snapshot.nominated(node.name).filter((o) => o.uid !== pod.uid && o.priority >= pod.priority)
  if (others.length === 0) return undefined
  const fuller = node.copy()
  for (const other of others) fuller.addPod(other)
  return objection(prepareFilters(pod, withNode(snapshot, fuller)).filters, fuller)
}

/** The node with the highest weighted score; one of them by chance when several have it. */
function best(pod: PodInfo, feasible: NodeInfo[], snapshot: Snapshot, random: () => number): NodeInfo {
  if (feasible.length === 1) return feasible[0]!
  const totals = feasible.map(() => 0)
  for (const score of defaultScores) {
    const scores = score.scores(pod, feasible, snapshot)
    scores?.forEach((value, i) => {
      totals[i]! += value * score.weight
    })
  }
  const highest = Math.max(...totals)
  const ties = feasible.filter((_, i) => totals[i] === highest)
  return ties[Math.floor(random() * ties.length)]!
}
