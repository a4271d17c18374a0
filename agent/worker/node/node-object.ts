import type {
  ContainerImage,
  Node,
  NodeAddress,
  NodeCondition,
  NodeSystemInfo,
} from '../../../api/schema/generated/types/core-v1.ts'
import { skewToTellMs } from '../../../mesh/clock/cluster-clock.ts'
import { timestamp } from '../pod/container-status.ts'

/** What a node has and is; read from the machine. */
export interface NodeFacts {
  info: NodeSystemInfo
  cpus: number
  memoryBytes: number
  ephemeralStorageBytes: number
  addresses: NodeAddress[]
  hostname: string
}

export const maxPods = 110
/** Kept for the agent, containerd and the system: what upstream's kubeReserved would be. */
const reservedMemoryBytes = 256 * 1024 * 1024
const reservedMilliCpu = 100

export function capacityOf(facts: NodeFacts): Record<string, string> {
  return {
    cpu: String(facts.cpus),
    memory: `${Math.floor(facts.memoryBytes / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor(facts.ephemeralStorageBytes / 1024)}Ki`,
    pods: String(maxPods),
  }
}

export function allocatableOf(facts: NodeFacts): Record<string, string> {
  const reserved = Math.min(reservedMemoryBytes, Math.floor(facts.memoryBytes / 4))
  return {
    ...capacityOf(facts),
    cpu: `${facts.cpus * 1000 - reservedMilliCpu}m`,
    memory: `${Math.floor((facts.memoryBytes - reserved) / 1024)}Ki`,
    // As upstream: a tenth is left to the system.
    'ephemeral-storage': String(Math.floor(facts.ephemeralStorageBytes * 0.9)),
  }
}

/** Labels that the node puts on itself. */
export function nodeLabels(facts: NodeFacts): Record<string, string> {
  const { architecture, operatingSystem } = facts.info
  return {
    'kubernetes.io/hostname': facts.hostname,
    'kubernetes.io/arch': architecture,
    'kubernetes.io/os': operatingSystem,
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': operatingSystem,
  }
}

export interface Readiness {
  ready: boolean
  /** Why not. */
  message?: string
}

/** Whether this machine's clock is wrong; undefined while it was compared with no other. Positive: it is ahead. */
export function clockVerdict(skewMs: number | undefined): { isSkewed: boolean; message: string } {
  if (skewMs === undefined) return { isSkewed: false, message: "the clock was compared with no other node's yet" }
  if (Math.abs(skewMs) <= skewToTellMs) return { isSkewed: false, message: 'the clock agrees with cluster time' }
  const side = skewMs > 0 ? 'ahead of' : 'behind'
  return {
    isSkewed: true,
    message: `the clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${side} cluster time, which is used instead: set it right`,
  }
}

/** Conditions as upstream's kubelet writes them; the heartbeat is the Lease, so times move only when something does. */
export function nodeConditions(
  known: readonly NodeCondition[],
  readiness: Readiness,
  nowMs: number,
  skewMs: number | undefined,
): NodeCondition[] {
  const clock = clockVerdict(skewMs)
  const verdicts: [string, boolean, string, string][] = [
    ['MemoryPressure', false, 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    ['DiskPressure', false, 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ['PIDPressure', false, 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    ['ClockSkew', clock.isSkewed, clock.isSkewed ? 'ClockIsWrong' : 'ClockIsRight', clock.message],
    readiness.ready
      ? ['Ready', true, 'KubeletReady', 'kubelet is posting ready status']
      : ['Ready', false, 'KubeletNotReady', readiness.message ?? 'container runtime not ready'],
  ]
  return verdicts.map(([type, isTrue, reason, message]) => {
    const status = isTrue ? 'True' : 'False'
    const before = known.find((condition) => condition.type === type)
    const now = timestamp(nowMs)
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now
    return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime }
  })
}

/** The largest first; those of one size always in the same order, whichever the runtime tells first: each change is written. */
export function nodeImages(
  list: readonly { repoTags: string[]; repoDigests: string[]; size: bigint }[],
): ContainerImage[] {
  return list
    .map(({ repoTags, repoDigests, size }) => ({
      names: [...repoDigests.toSorted(), ...repoTags.toSorted()],
      sizeBytes: Number(size),
    }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes || a.names.join().localeCompare(b.names.join()))
}

/** A new node's object; `podCIDR` is what its pods get their addresses from. */
export function newNode(name: string, facts: NodeFacts, podCidr: string | undefined): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: nodeLabels(facts) },
    spec: { podCIDR: podCidr, podCIDRs: podCidr === undefined ? undefined : [podCidr] },
  }
}
