import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '../../api/client/client.ts'
import type { Pod, Service } from '../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import type { EventRecorder } from './event-recorder.ts'
import type { Images } from './image/images.ts'
import type { ClusterDns, DnsConfiguration } from './pod/dns.ts'
import type { Prober } from './probe/prober.ts'
import type { PodCgroups } from './runtime/cgroup.ts'
import type { RuntimeConnection } from './runtime/connection.ts'
import type { Semaphore } from './semaphore.ts'
import type { PodVolumes } from './volume/pod-volumes.ts'

/** What all pods of a worker share. */
export interface WorkerParts {
  client: Client
  connection: RuntimeConnection
  cgroups: PodCgroups
  cgroupVersion: 1 | 2
  images: Images
  volumes: PodVolumes
  events: EventRecorder
  prober: Prober
  clock: Clock
  log: Logger
  nodeName: string
  /** The node's addresses as pods see them. */
  hostIPs: readonly string[]
  dns: ClusterDns
  hostDns(): DnsConfiguration
  /** Holds one folder a pod, named as the kubelet's in /var/log/pods. */
  logDirectory: string
  memoryCapacityBytes: number
  allocatable(): Readonly<Record<string, string>>
  /** All services that this node knows. */
  services(): Service[]
  /** Bounds how many sandboxes and containers are made at a time. */
  creation: Semaphore
}

/** A pod's folder of container logs, as upstream names it. */
export function podLogDirectory(parts: WorkerParts, pod: Pod): string {
  const { namespace, name, uid } = pod.metadata!
  return `${parts.logDirectory}/${namespace}_${name}_${uid}`
}

/** Uid -> folder, of all pods that have logs. */
export async function podLogDirectories(parts: WorkerParts): Promise<Map<string, string>> {
  const names = await readdir(parts.logDirectory).catch((): string[] => [])
  return new Map(names.map((name) => [name.slice(name.lastIndexOf('_') + 1), join(parts.logDirectory, name)]))
}

/** By uid: of a pod that only the disk remembers, neither name nor namespace is known. */
export async function removePodLogs(parts: WorkerParts, uid: string): Promise<void> {
  const directory = (await podLogDirectories(parts)).get(uid)
  if (directory) await rm(directory, { recursive: true, force: true })
}
