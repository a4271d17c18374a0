import type { Container, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { Action, Plan } from './action.ts'
import { backOffOf, restartAtMs, shouldRestart } from './restart.ts'
import {
  type ContainerState,
  isSidecar,
  latest,
  type PodMemory,
  type PodRuntimeState,
  podTitle,
  probeResult,
} from './state.ts'
import { planTermination } from './termination.ts'

export interface PlanInput {
  /** The object as last seen. */
  pod: Pod
  /** The object is gone from the API: what still runs is ended. */
  gone: boolean
  runtime: PodRuntimeState
  memory: PodMemory
  nowMs: number
}

/** What is to be done next for a pod. Pure: the same input gives the same plan. */
export function planPod(input: PlanInput): Plan {
  const { pod, gone, runtime } = input
  if (gone || pod.metadata?.deletionTimestamp) return planTermination(input, { remove: true })
  const phase = pod.status?.phase
  if (phase === 'Succeeded' || phase === 'Failed') return planTermination(input, { remove: false })
  const isEvicted = input.memory.eviction !== undefined
  if (isEvicted || deadlineAtMs(pod) <= input.nowMs || hasCompleted(pod, runtime)) {
    return { ...planTermination(input, { remove: false }), wakeAtMs: undefined }
  }
  return new LivePlan(input).make()
}

/** When activeDeadlineSeconds is over. */
export function deadlineAtMs(pod: Pod): number {
  const seconds = pod.spec?.activeDeadlineSeconds
  const start = pod.status?.startTime
  return seconds === undefined || !start ? Number.POSITIVE_INFINITY : Date.parse(start) + seconds * 1000
}

/** Every container has ended for good, or an init container has failed for good. */
export function hasCompleted(pod: Pod, { containers }: PodRuntimeState): boolean {
  const ended = (container: Container) => {
    const state = latest(containers, container.name)
    return state?.state === 'exited' && !shouldRestart(pod, container, state.exitCode) ? state : undefined
  }
  if (pod.spec!.initContainers?.some((init) => !isSidecar(init) && (ended(init)?.exitCode ?? 0) !== 0)) return true
  return pod.spec!.containers.every((container) => ended(container))
}

class LivePlan {
  readonly #actions: Action[] = []
  #wakeAtMs = Number.POSITIVE_INFINITY

  constructor(readonly input: PlanInput) {}

  make(): Plan {
    this.#wakeAt(deadlineAtMs(this.input.pod))
    this.#steps()
    return {
      stage: 'running',
      actions: this.#actions,
      wakeAtMs: Number.isFinite(this.#wakeAtMs) ? this.#wakeAtMs : undefined,
    }
  }

  #wakeAt(timeMs: number): void {
    this.#wakeAtMs = Math.min(this.#wakeAtMs, timeMs)
  }

  /** True when `retryAtMs` has come; else waits for it. */
  #due(retryAtMs: number): boolean {
    if (retryAtMs <= this.input.nowMs) return true
    this.#wakeAt(retryAtMs)
    return false
  }

  #steps(): void {
    const { runtime, memory } = this.input
    const [sandbox, ...olderSandboxes] = runtime.sandboxes
    this.#prune(olderSandboxes.map(({ id }) => id))
    if (memory.volumes.state === 'none' || (memory.volumes.state === 'failed' && this.#due(memory.volumes.retryAtMs))) {
      this.#actions.push({ type: 'prepareVolumes' })
    }
    if (!sandbox?.ready) {
      this.#replaceSandbox()
      return
    }
    for (const older of olderSandboxes.filter(({ ready }) => ready)) {
      this.#actions.push({ type: 'stopSandbox', id: older.id })
    }
    this.#killMisplaced(sandbox.id)
    this.#killUnhealthy(sandbox.id)
    if (memory.volumes.state !== 'ready') return
    this.#startEphemeral(sandbox.id)
    if (this.#initialize(sandbox.id)) {
      for (const container of this.input.pod.spec!.containers) this.#keepRunning(container, sandbox.id)
    }
  }

  /** Removes instances that even `previous` logs no longer need, and sandboxes with nothing in them. */
  #prune(olderSandboxes: string[]): void {
    const { containers } = this.input.runtime
    const kept = new Set<string>()
    for (const container of containers) {
      const newest = latest(containers, container.name)!
      if (container.state === 'exited' && container.attempt < newest.attempt - 1) {
        this.#actions.push({ type: 'removeContainer', id: container.id })
      } else kept.add(container.sandboxId)
    }
    for (const id of olderSandboxes) if (!kept.has(id)) this.#actions.push({ type: 'removeSandbox', id })
  }

  /** The sandbox has died, or never was: what ran in it ends, and a new one is made. */
  #replaceSandbox(): void {
    const { runtime, memory, pod } = this.input
    const [dead] = runtime.sandboxes
    const running = runtime.containers.filter((container) => isAlive(container))
    for (const container of running)
      this.#kill(container, 'Killing', 'Pod sandbox changed, it will be killed and re-created.')
    if (running.length > 0) return
    if (dead && pod.spec!.restartPolicy === 'Never' && runtime.containers.length > 0) {
      // Upstream does not bring back a pod that must not restart.
      return
    }
    if (memory.volumes.state !== 'ready') return
    if (memory.sandboxFailure && !this.#due(memory.sandboxFailure.retryAtMs)) return
    if (dead) this.#actions.push({ type: 'stopSandbox', id: dead.id })
    this.#actions.push({ type: 'createSandbox', attempt: dead ? dead.attempt + 1 : 0 })
  }

  #killMisplaced(sandboxId: string): void {
    for (const container of this.input.runtime.containers) {
      if (!isAlive(container)) continue
      if (container.sandboxId !== sandboxId || container.state === 'unknown') {
        this.#kill(container, 'Killing', `Stopping container ${container.name}`)
      }
    }
  }

  #killUnhealthy(sandboxId: string): void {
    const { pod, runtime, memory } = this.input
    const { initContainers = [], containers } = pod.spec!
    for (const { name } of [...initContainers, ...containers]) {
      const container = latest(runtime.containers, name)
      if (container?.state !== 'running' || container.sandboxId !== sandboxId) continue
      const hook = memory.postStart.get(container.id)
      const probes = memory.probes.get(container.id)
      const grace = probes?.terminationGracePeriodSeconds
      if (typeof hook === 'object') this.#kill(container, 'Killing', 'FailedPostStartHook')
      else if (probes?.startup === 'failure') {
        this.#kill(container, 'Killing', `Container ${name} failed startup probe, will be restarted`, grace)
      } else if (probes?.liveness === 'failure') {
        this.#kill(container, 'Killing', `Container ${name} failed liveness probe, will be restarted`, grace)
      }
    }
  }

  #kill(container: ContainerState, reason: string, message: string, grace?: number): void {
    const { pod, memory } = this.input
    if (memory.kills.has(container.id)) return
    const graceSeconds = grace ?? pod.spec!.terminationGracePeriodSeconds ?? 30
    this.#actions.push({ type: 'killContainer', id: container.id, name: container.name, graceSeconds, reason, message })
  }

  /** Runs init containers in their order; true when all have done their part. Upstream: computeInitContainerActions. */
  #initialize(sandboxId: string): boolean {
    const { pod, runtime } = this.input
    const inSandbox = (name: string) => {
      const state = latest(runtime.containers, name)
      return state?.sandboxId === sandboxId ? state : undefined
    }
    const begun = pod.spec!.containers.some(({ name }) => inSandbox(name))
    for (const init of pod.spec!.initContainers ?? []) {
      const state = inSandbox(init.name)
      if (isSidecar(init)) {
        this.#keepRunning(init, sandboxId)
        if (!begun && !(state?.state === 'running' && this.#hasStarted(init, state))) return false
      } else if (!begun && !(state?.state === 'exited' && state.exitCode === 0)) {
        this.#keepRunning(init, sandboxId)
        return false
      }
    }
    return true
  }

  /** A sidecar lets the next one begin once its startup probe and postStart hook have succeeded. */
  #hasStarted(container: Container, { id }: ContainerState): boolean {
    const { memory } = this.input
    const startup = probeResult(container.startupProbe, memory.probes.get(id)?.startup)
    return startup === 'success' && memory.postStart.get(id) !== 'running'
  }

  #keepRunning(container: Container, sandboxId: string): void {
    const { pod, runtime, memory, nowMs } = this.input
    const state = latest(runtime.containers, container.name)
    if (state && isAlive(state)) return
    if (state?.state === 'created') {
      // Left by a worker that ended between making and starting it: it never ran, so its number is free again.
      this.#actions.push({ type: 'removeContainer', id: state.id })
      this.#start(container, state.attempt, sandboxId)
      return
    }
    if (!state) {
      this.#start(container, 0, sandboxId)
      return
    }
    const isInit = pod.spec!.initContainers?.includes(container) && !isSidecar(container)
    const anew = isInit && state.sandboxId !== sandboxId
    if (!anew && !shouldRestart(pod, container, state.exitCode)) return
    const backOff = backOffOf(memory.backOffs.get(container.name), state)
    const atMs = anew ? nowMs : restartAtMs(backOff, state)
    if (this.#due(atMs)) this.#start(container, state.attempt + 1, sandboxId)
  }

  #startEphemeral(sandboxId: string): void {
    const { pod, runtime } = this.input
    for (const container of (pod.spec!.ephemeralContainers ?? []) as Container[]) {
      const state = latest(runtime.containers, container.name)
      if (!state || state.state === 'created') {
        if (state) this.#actions.push({ type: 'removeContainer', id: state.id })
        this.#start(container, 0, sandboxId)
      }
    }
  }

  #start(container: Container, attempt: number, sandboxId: string): void {
    const { memory } = this.input
    const failure = memory.failures.get(container.name)
    if (failure && !this.#due(failure.retryAtMs)) return
    const image = memory.images.get(container.name)
    if (image?.state === 'ready') this.#actions.push({ type: 'startContainer', container, attempt, sandboxId })
    else if (image === undefined || (image.state === 'failed' && this.#due(image.retryAtMs))) {
      this.#actions.push({ type: 'pullImage', container })
    }
  }
}

export function isAlive(container: ContainerState): boolean {
  return container.state === 'running' || container.state === 'unknown'
}

/** The text of a container that waits for its next start; upstream's words. */
export function crashLoopMessage(pod: Pod, name: string, delay: string): string {
  return `back-off ${delay} restarting failed container=${name} pod=${podTitle(pod)}`
}
