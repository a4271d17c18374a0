import type { Rejection } from './filter/filter.ts'

/**
 * Why a pod cannot be scheduled, as upstream words it, e.g.
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: ...`.
 * Source: pkg/scheduler/framework/types.go, FitError.Error.
 *
 * @param refusal what holds for all nodes at once
 * @param afterwards what came of trying to preempt
 */
export function explainNoFit(
  nodes: number,
  rejections: ReadonlyMap<string, Rejection>,
  refusal: string | undefined,
  afterwards: string | undefined,
): string {
  if (nodes === 0) return 'no nodes available to schedule pods'
  const counts = new Map<string, number>()
  for (const { reasons } of rejections.values()) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  const listed = [...counts].map(([reason, count]) => `${count} ${reason}`).sort()
  const why = refusal !== undefined ? [refusal] : listed
  const sentence = why.length > 0 ? `: ${why.join(', ')}.` : '.'
  return `0/${nodes} nodes are available${sentence}${afterwards ? ` ${afterwards}` : ''}`
}

/** The preemption's part of the explanation, in the same form. */
export function explainPreemption(nodes: number, reasonOfNode: ReadonlyMap<string, string>): string {
  const rejections = new Map<string, Rejection>()
  for (const [node, reason] of reasonOfNode) rejections.set(node, { reasons: [reason], isResolvable: false })
  return `preemption: ${explainNoFit(nodes, rejections, undefined, undefined)}`
}
