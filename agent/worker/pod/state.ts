import type { Container, Pod } from '../../../api/schema/generated/types/core-v1.ts'

/** What the runtime holds of one pod; times in milliseconds since the Unix epoch, 0 when not yet. */
export interface PodRuntimeState {
  /** Newest (highest attempt) first. */
  sandboxes: SandboxState[]
  /** Every instance of every container, in no order. */
  containers: ContainerState[]
}

export interface SandboxState {
  id: string
  attempt: number
  ready: boolean
  createdAtMs: number
  /** Empty for pods in the host's network, and while not ready. */
  ips: string[]
}

export interface ContainerState {
  id: string
  name: string
  /** Restart count when it was made. */
  attempt: number
  sandboxId: string
  state: 'created' | 'running' | 'exited' | 'unknown'
  createdAtMs: number
  startedAtMs: number
  finishedAtMs: number
  exitCode: number
  reason: string
  message: string
  image: string
  imageRef: string
  /** Absolute path of the log file. */
  logPath: string
}

/** Why a container waits, as its status says. */
export interface Waiting {
  reason: string
  message?: string
}

export type ImageState =
  | { state: 'pulling' }
  | { state: 'ready'; imageRef: string }
  /** `waiting` is ErrImagePull, later ImagePullBackOff, or what no retry mends at once, e.g. ErrImageNeverPull. */
  | { state: 'failed'; waiting: Waiting; retryAtMs: number; delayMs: number }

export interface ProbeResults {
  /** Absent: no such probe. */
  startup?: 'unknown' | 'success' | 'failure'
  readiness?: 'unknown' | 'success' | 'failure'
  liveness?: 'unknown' | 'success' | 'failure'
  /** Of the probe that failed, instead of the pod's. */
  terminationGracePeriodSeconds?: number
}

/** What the worker knows of a pod beyond its object and the runtime; lost at a restart, and rebuilt. */
export interface PodMemory {
  /** By container name. */
  backOffs: Map<string, BackOff>
  images: Map<string, ImageState>
  /** Failures to create or start, by container name: waits until `retryAtMs`. */
  failures: Map<string, { waiting: Waiting; retryAtMs: number; delayMs: number }>
  /** By container id. */
  kills: Map<string, { deadlineMs: number }>
  postStart: Map<string, 'running' | 'done' | { failed: string }>
  probes: Map<string, ProbeResults>
  volumes:
    | { state: 'none' }
    | { state: 'ready' }
    | { state: 'failed'; message: string; retryAtMs: number; delayMs: number }
  sandboxFailure?: { message: string; retryAtMs: number; delayMs: number }
  /** Why the pod is ended for good, for people. */
  eviction?: string
  /** Volumes and cgroups are given back. */
  released: boolean
}

export interface BackOff {
  delayMs: number
  /** When the delay was last raised. */
  sinceMs: number
}

export function newPodMemory(): PodMemory {
  return {
    backOffs: new Map(),
    images: new Map(),
    failures: new Map(),
    kills: new Map(),
    postStart: new Map(),
    probes: new Map(),
    volumes: { state: 'none' },
    released: false,
  }
}

/** The newest instance of a container. */
export function latest(containers: readonly ContainerState[], name: string): ContainerState | undefined {
  let found: ContainerState | undefined
  for (const container of containers) {
    if (container.name === name && (!found || container.attempt > found.attempt)) found = container
  }
  return found
}

export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

/** Every container of the spec; ephemeral ones have the same shape. */
export function allContainers(pod: Pod): Container[] {
  const spec = pod.spec!
  return [...(spec.initContainers ?? []), ...spec.containers, ...((spec.ephemeralContainers ?? []) as Container[])]
}

/** `name_namespace(uid)`, as upstream's messages call a pod. */
export function podTitle(pod: Pod): string {
  const { name, namespace, uid } = pod.metadata!
  return `${name}_${namespace}(${uid})`
}

/** A probe's result as it counts: success where there is no such probe, unknown before the first one has ended. */
export function probeResult(probe: unknown, result: ProbeResults['startup']): 'unknown' | 'success' | 'failure' {
  return probe === undefined ? 'success' : (result ?? 'unknown')
}
