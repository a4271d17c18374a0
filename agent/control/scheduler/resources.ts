import type { Container, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { quantityMillis, quantityValue } from '../../../api/schema/quantity.ts'

/** Amounts by resource name: `cpu` in thousandths of a core, everything else in its own unit (bytes, pieces). */
export type Amounts = Readonly<Record<string, number>>

/** What scoring assumes of a container that asks for nothing. Source: pkg/scheduler/util/pod_resources.go. */
const assumedMilliCpu = 100
const assumedMemoryBytes = 200 * 1024 * 1024

const maxCached = 4096
const parsed = new Map<string, number>()

/** Parsing is slow and the same few texts come again and again. */
function amountOf(name: string, quantity: string): number {
  const key = name === 'cpu' ? `c${quantity}` : quantity
  let amount = parsed.get(key)
  if (amount === undefined) {
    amount = name === 'cpu' ? quantityMillis(quantity) : Math.ceil(quantityValue(quantity))
    if (parsed.size >= maxCached) parsed.clear()
    parsed.set(key, amount)
  }
  return amount
}

export function amountsOf(quantities: Record<string, string> | undefined): Record<string, number> {
  const amounts: Record<string, number> = {}
  for (const name in quantities) amounts[name] = amountOf(name, quantities[name]!)
  return amounts
}

export function addAmounts(sum: Record<string, number>, amounts: Amounts, sign: 1 | -1 = 1): void {
  for (const name in amounts) sum[name] = (sum[name] ?? 0) + sign * amounts[name]!
}

function raiseTo(most: Record<string, number>, amounts: Amounts): void {
  for (const name in amounts) most[name] = Math.max(most[name] ?? 0, amounts[name]!)
}

/** What a pod asks for, and what scoring counts for it. */
export interface PodRequest {
  amounts: Amounts
  /** With assumptions in place of what is not said. */
  scored: { milliCpu: number; memoryBytes: number }
}

/**
 * The larger of what its containers need together and what any init container needs beside the sidecars started
 * before it; pod-level requests stand in place of the sum; the overhead comes on top.
 * Source: k8s.io/component-helpers/resource/helpers.go, PodRequests.
 */
export function podRequest(pod: Pod): PodRequest {
  const amounts = aggregate(pod, (container) => amountsOf(container.resources?.requests))
  const scored = aggregate(pod, (container) => {
    const { cpu = assumedMilliCpu, memory = assumedMemoryBytes } = amountsOf(container.resources?.requests)
    return { cpu, memory }
  })
  const podLevel = amountsOf(pod.spec?.resources?.requests)
  const overhead = amountsOf(pod.spec?.overhead)
  for (const name in podLevel) amounts[name] = podLevel[name]!
  if (podLevel.cpu !== undefined) scored.cpu = podLevel.cpu
  if (podLevel.memory !== undefined) scored.memory = podLevel.memory
  addAmounts(amounts, overhead)
  return {
    amounts,
    scored: {
      milliCpu: (scored.cpu ?? 0) + (overhead.cpu ?? 0),
      memoryBytes: (scored.memory ?? 0) + (overhead.memory ?? 0),
    },
  }
}

function aggregate(pod: Pod, of: (container: Container) => Amounts): Record<string, number> {
  const running: Record<string, number> = {}
  for (const container of pod.spec?.containers ?? []) addAmounts(running, of(container))
  const starting: Record<string, number> = {}
  const sidecars: Record<string, number> = {}
  for (const container of pod.spec?.initContainers ?? []) {
    const own = of(container)
    if (container.restartPolicy === 'Always') {
      addAmounts(running, own)
      addAmounts(sidecars, own)
      raiseTo(starting, sidecars)
      continue
    }
    const together = { ...sidecars }
    addAmounts(together, own)
    raiseTo(starting, together)
  }
  raiseTo(running, starting)
  return running
}
