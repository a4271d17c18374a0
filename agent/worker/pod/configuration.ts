import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Container, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type {
  ContainerConfigSchema,
  LinuxContainerResourcesSchema,
  MountSchema,
  PodSandboxConfigSchema,
} from '../runtime/generated/cri/api_pb.ts'
import { podLabels } from '../runtime/pod-state.ts'
import type { DnsConfiguration } from './dns.ts'
import { expand } from './expansion.ts'
import { cpuAndMemory, oomScoreAdjust } from './resources.ts'
import { containerSecurity, type ImageUser, sandboxSecurity } from './security.ts'

export type SandboxConfig = MessageInitShape<typeof PodSandboxConfigSchema>
export type ContainerConfig = MessageInitShape<typeof ContainerConfigSchema>
export type Mount = MessageInitShape<typeof MountSchema>

/** What a pod's sandbox needs beyond the object. */
export interface SandboxSettings {
  attempt: number
  hostname: string
  /** Absolute; holds one folder a container. */
  logDirectory: string
  cgroupParent: string
  dns: DnsConfiguration
}

function labelsOf(pod: Pod): Record<string, string> {
  const { name, namespace, uid } = pod.metadata!
  return { [podLabels.name]: name!, [podLabels.namespace]: namespace!, [podLabels.uid]: uid! }
}

/** The runtime keeps the name, uid, namespace and attempt unique: the same sandbox cannot be made twice. */
export function sandboxConfig(pod: Pod, settings: SandboxSettings): SandboxConfig {
  const { name, namespace, uid, labels } = pod.metadata!
  const sysctls = Object.fromEntries(
    (pod.spec!.securityContext?.sysctls ?? []).map(({ name: key, value }) => [key, value]),
  )
  return {
    metadata: { name, namespace, uid, attempt: settings.attempt },
    // containerd refuses a hostname for pods that have the host's.
    hostname: pod.spec!.hostNetwork ? '' : settings.hostname,
    logDirectory: settings.logDirectory,
    dnsConfig: settings.dns,
    labels: { ...labels, ...labelsOf(pod) },
    linux: { cgroupParent: settings.cgroupParent, securityContext: sandboxSecurity(pod), sysctls },
  }
}

export interface ContainerSettings {
  attempt: number
  imageRef: string
  imageUser: ImageUser
  /** Of the container whose processes an ephemeral one sees. */
  targetId?: string
  environment: Map<string, string>
  mounts: Mount[]
  /** Of the node, for the OOM score. */
  memoryCapacityBytes: number
  cgroupVersion: 1 | 2
}

export function containerConfig(pod: Pod, container: Container, settings: ContainerSettings): ContainerConfig {
  const { environment, attempt } = settings
  const expanded = (words: string[] | undefined) => (words ?? []).map((word) => expand(word, environment))
  return {
    metadata: { name: container.name, attempt },
    image: { image: settings.imageRef, userSpecifiedImage: container.image ?? '' },
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs: [...environment].map(([key, value]) => ({ key, value })),
    mounts: settings.mounts,
    labels: { ...labelsOf(pod), [podLabels.container]: container.name },
    annotations: {
      'io.kubernetes.container.restartCount': String(attempt),
      'io.kubernetes.container.terminationMessagePath': container.terminationMessagePath ?? '/dev/termination-log',
      'io.kubernetes.container.terminationMessagePolicy': container.terminationMessagePolicy ?? 'File',
      'io.kubernetes.pod.terminationGracePeriod': String(pod.spec!.terminationGracePeriodSeconds ?? 30),
    },
    logPath: `${container.name}/${attempt}.log`,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: containerResources(pod, container, settings),
      securityContext: containerSecurity(pod, container, settings.imageUser, settings.targetId),
    },
  }
}

function containerResources(
  pod: Pod,
  container: Container,
  settings: ContainerSettings,
): MessageInitShape<typeof LinuxContainerResourcesSchema> {
  const { cpuShares, cpuQuotaMicros, cpuPeriodMicros, memoryLimitBytes } = cpuAndMemory(container.resources ?? {})
  return {
    cpuShares: BigInt(cpuShares),
    cpuPeriod: BigInt(cpuPeriodMicros),
    cpuQuota: BigInt(cpuQuotaMicros ?? 0),
    memoryLimitInBytes: BigInt(memoryLimitBytes ?? 0),
    oomScoreAdj: BigInt(oomScoreAdjust(pod, container, settings.memoryCapacityBytes)),
    // As upstream on version 2: a container dies as a whole.
    unified: settings.cgroupVersion === 2 ? { 'memory.oom.group': '1' } : {},
  }
}
