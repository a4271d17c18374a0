import type { Container, Pod, ResourceRequirements } from '../../../api/schema/generated/types/core-v1.ts'
import { parseQuantity } from '../../../api/schema/quantity.ts'

const nanosPerMilli = 1_000_000n
const nanosPerUnit = 1_000_000_000n

/** Thousandths of a CPU, rounded up; undefined when not set. */
export function milliCpu(text: string | undefined): number | undefined {
  const quantity = text === undefined ? undefined : parseQuantity(text)
  return quantity && Number((quantity.nanos + nanosPerMilli - 1n) / nanosPerMilli)
}

/** Whole units (bytes), rounded up; undefined when not set. */
export function wholeUnits(text: string | undefined): number | undefined {
  const quantity = text === undefined ? undefined : parseQuantity(text)
  return quantity && Number((quantity.nanos + nanosPerUnit - 1n) / nanosPerUnit)
}

export const minShares = 2
const minQuotaMicros = 1000
export const periodMicros = 100_000

export interface CpuAndMemory {
  cpuShares: number
  /** Absent: no limit. */
  cpuQuotaMicros?: number
  cpuPeriodMicros: number
  memoryLimitBytes?: number
}

/** Upstream: MilliCPUToShares, MilliCPUToQuota. A limit without a request counts as request too. */
export function cpuAndMemory({ requests = {}, limits = {} }: ResourceRequirements): CpuAndMemory {
  const request = milliCpu(requests.cpu ?? limits.cpu) ?? 0
  const limit = milliCpu(limits.cpu)
  const memory = wholeUnits(limits.memory)
  return {
    cpuShares: sharesOf(request),
    cpuPeriodMicros: periodMicros,
    cpuQuotaMicros: limit ? Math.max(minQuotaMicros, Math.floor((limit * periodMicros) / 1000)) : undefined,
    memoryLimitBytes: memory ? memory : undefined,
  }
}

export function sharesOf(milli: number): number {
  return milli === 0 ? minShares : Math.min(262144, Math.max(minShares, Math.floor((milli * 1024) / 1000)))
}

/** cgroup v2's weight for v1's shares, as runc converts it. */
export function cpuWeight(shares: number): number {
  return Math.floor(1 + ((shares - 2) * 9999) / 262142)
}

/**
 * What a pod's own cgroup gets. A limit holds only when every container has one: the others would be bounded by their
 * neighbours'. Init containers run before the others, sidecars beside them. Upstream: ResourceConfigForPod.
 */
export function podCpuAndMemory(pod: Pod): CpuAndMemory {
  const spec = pod.spec!
  const inits = spec.initContainers ?? []
  const sum = (pick: (resources: ResourceRequirements) => number | undefined): number | undefined => {
    const of = (container: Container) => pick(container.resources ?? {})
    const steady = [...spec.containers, ...inits.filter(({ restartPolicy }) => restartPolicy === 'Always')]
    const values = steady.map(of)
    const peaks = inits.filter(({ restartPolicy }) => restartPolicy !== 'Always').map(of)
    if ([...values, ...peaks].some((value) => value === undefined)) return undefined
    const total = (values as number[]).reduce((a, b) => a + b, 0)
    return Math.max(total, ...(peaks as number[]))
  }
  const request = sum(({ requests = {}, limits = {} }) => milliCpu(requests.cpu ?? limits.cpu) ?? 0) ?? 0
  const cpuLimit = sum(({ limits }) => milliCpu(limits?.cpu) || undefined)
  const memoryLimit = sum(({ limits }) => wholeUnits(limits?.memory) || undefined)
  return {
    cpuShares: sharesOf(request),
    cpuPeriodMicros: periodMicros,
    cpuQuotaMicros: cpuLimit && Math.max(minQuotaMicros, Math.floor((cpuLimit * periodMicros) / 1000)),
    memoryLimitBytes: memoryLimit,
  }
}

const guaranteedOomScore = -997
const bestEffortOomScore = 1000

/** How likely the kernel ends a container when memory runs out. Upstream: GetContainerOOMScoreAdjust. */
export function oomScoreAdjust(pod: Pod, container: Container, capacityBytes: number): number {
  const priority = pod.spec?.priority ?? 0
  if (priority >= 2_000_000_000 || pod.status?.qosClass === 'Guaranteed') return guaranteedOomScore
  if (pod.status?.qosClass === 'BestEffort') return bestEffortOomScore
  const { requests = {}, limits = {} } = container.resources ?? {}
  const request = wholeUnits(requests.memory ?? limits.memory) ?? 0
  const score = 1000 - Math.floor((1000 * request) / capacityBytes)
  return Math.min(bestEffortOomScore - 1, Math.max(1000 + guaranteedOomScore, score))
}
