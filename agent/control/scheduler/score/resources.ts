import type { NodeInfo } from '../node-info.ts'
import { maxScore, type Score } from './score.ts'

/** Nodes with much left come first. Source: plugins/noderesources/least_allocated.go. */
export const leastAllocated: Score = {
  name: 'NodeResourcesFit',
  weight: 1,
  scores({ request: { scored } }, nodes) {
    return nodes.map((node) => {
      const cpu = freeShare(node.allocatable.cpu ?? 0, node.scored.milliCpu + scored.milliCpu)
      const memory = freeShare(node.allocatable.memory ?? 0, node.scored.memoryBytes + scored.memoryBytes)
      const known = [cpu, memory].filter((share) => share !== undefined)
      return known.length === 0 ? 0 : Math.floor(known.reduce((sum, share) => sum + share, 0) / known.length)
    })
  },
}

function freeShare(has: number, used: number): number | undefined {
  if (has === 0) return undefined
  return used > has ? 0 : Math.floor(((has - used) * maxScore) / has)
}

/** CPU and memory used to a like degree come first. Source: plugins/noderesources/balanced_allocation.go. */
export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  scores({ request: { amounts } }, nodes) {
    if (!amounts.cpu && !amounts.memory) return undefined
    return nodes.map((node) => {
      const cpu = usedShare(node, 'cpu', amounts.cpu ?? 0)
      const memory = usedShare(node, 'memory', amounts.memory ?? 0)
      // The standard deviation of two values is half of their difference.
      const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2
      return Math.floor((1 - deviation) * maxScore)
    })
  },
}

function usedShare({ allocatable, requested }: NodeInfo, name: string, more: number): number | undefined {
  const has = allocatable[name] ?? 0
  return has === 0 ? undefined : Math.min(1, ((requested[name] ?? 0) + more) / has)
}
