import { readFile, statfs } from 'node:fs/promises'
import type { RuntimeConnection } from '../runtime/connection.ts'
import type { ContainerStats, PodSandboxStats, UInt64Value } from '../runtime/generated/cri/api_pb.ts'
import { podLabels } from '../runtime/pod-state.ts'
import type { ContainerUsage, NodeUsage, PodUsage } from './summary.ts'

const callTimeoutMs = 30_000
/** USER_HZ: what /proc/stat counts in. */
const ticksPerSecond = 100

const number = (value: UInt64Value | undefined) => Number(value?.value ?? 0n)

/** What the node as a whole uses now. */
export async function readNodeUsage(dataDirectory: string, nowMs: number): Promise<NodeUsage> {
  const [stat, memory, fs] = await Promise.all([
    readFile('/proc/stat', 'utf8'),
    readFile('/proc/meminfo', 'utf8'),
    statfs(dataDirectory),
  ])
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = stat
    .split('\n')[0]!
    .split(/\s+/)
    .slice(1)
    .map(Number)
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(memory)?.[1] ?? 0)
  return {
    nowMs,
    bootMs: Number(/^btime (\d+)/m.exec(stat)?.[1] ?? 0) * 1000,
    cpuNanos: ((user + nice + system + irq + softirq + steal) / ticksPerSecond) * 1e9,
    memoryTotalBytes: kilobytes('MemTotal') * 1024,
    memoryAvailableBytes: kilobytes('MemAvailable') * 1024,
    fsCapacityBytes: fs.blocks * fs.bsize,
    fsAvailableBytes: fs.bavail * fs.bsize,
  }
}

/** What each pod uses now; `startMs` tells when a container began. */
export async function readPodUsage(
  { runtime }: RuntimeConnection,
  startMs: (containerId: string) => number,
): Promise<PodUsage[]> {
  const { stats } = await runtime.listPodSandboxStats({}, { timeoutMs: callTimeoutMs })
  return stats.flatMap((sandbox) => podUsage(sandbox, startMs) ?? [])
}

function podUsage({ attributes, linux }: PodSandboxStats, startMs: (id: string) => number): PodUsage | undefined {
  const labels = attributes?.labels ?? {}
  const uid = labels[podLabels.uid]
  if (!uid || !linux) return undefined
  const containers = linux.containers.map((container) => containerUsage(container, startMs))
  const network = linux.network?.defaultInterface
  return {
    name: labels[podLabels.name] ?? '',
    namespace: labels[podLabels.namespace] ?? '',
    uid,
    startMs: Math.min(...containers.map((container) => container.startMs)),
    containers,
    network: network && {
      interface: network.name,
      rxBytes: number(network.rxBytes),
      txBytes: number(network.txBytes),
      rxErrors: number(network.rxErrors),
      txErrors: number(network.txErrors),
    },
  }
}

function containerUsage(stats: ContainerStats, startMs: (id: string) => number): ContainerUsage {
  const { attributes, cpu, memory, writableLayer } = stats
  return {
    name: attributes?.labels[podLabels.container] ?? attributes?.metadata?.name ?? '',
    startMs: startMs(attributes?.id ?? ''),
    cpuNanos: number(cpu?.usageCoreNanoSeconds),
    nanoCores: number(cpu?.usageNanoCores),
    workingSetBytes: number(memory?.workingSetBytes),
    usageBytes: number(memory?.usageBytes),
    rssBytes: number(memory?.rssBytes),
    writableLayerBytes: number(writableLayer?.usedBytes),
  }
}
