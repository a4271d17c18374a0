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

/**
 * Nodes whose CPU and memory will be used to a more like degree than they are: 75 without a change, 50 to 100.
 * Source: plugins/noderesources/balanced_allocation.go since 1.36 (kubernetes pull request 135573).
 */
export const balancedAllocation: Score = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  scores({ request: { amounts } }, nodes) {
    const { cpu = 0, memory = 0 } = amounts
    if (cpu === 0 && memory === 0) return undefined
    const half = maxScore / 2
    return nodes.map((node) => half + Math.floor((half + balance(node, cpu, memory) - balance(node, 0, 0)) / 2))
  },
}

/** 100 when as much of the CPU as of the memory is used, 50 when all of the one and nothing of the other. */
function balance(node: NodeInfo, moreCpu: number, moreMemory: number): number {
  const cpu = usedShare(node, 'cpu', moreCpu)
  const memory = usedShare(node, 'memory', moreMemory)
  // The standard deviation of two values is half of their difference.
  const deviation = cpu === undefined || memory === undefined ? 0 : Math.abs(cpu - memory) / 2
  return Math.floor((1 - deviation) * maxScore)
}

function usedShare({ allocatable, requested }: NodeInfo, name: string, more: number): number | undefined {
  const has = allocatable[name] ?? 0
  return has === 0 ? undefined : Math.min(1, ((requested[name] ?? 0) + more) / has)
}
