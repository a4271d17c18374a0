import type {
  ContainerState as ApiContainerState,
  Container,
  ContainerStateTerminated,
  ContainerStatus,
  Pod,
} from '../../../api/schema/generated/types/core-v1.ts'
import { crashLoopMessage } from './plan.ts'
import { backOffOf, describeDelay, restartAtMs, shouldRestart } from './restart.ts'
import { type ContainerState, isSidecar, latest, type PodMemory, type PodRuntimeState, probeResult } from './state.ts'

export interface ContainerStatusInput {
  pod: Pod
  runtime: PodRuntimeState
  memory: PodMemory
  nowMs: number
  /** Nothing is started any more: no container waits. */
  terminating: boolean
}

/** Seconds, as upstream's Time. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

const containerId = (id: string) => `containerd://${id}`

/** The status of one container of the spec. `known` is what the API holds: it speaks where the runtime forgot. */
export function containerStatus(
  input: ContainerStatusInput,
  container: Container,
  known: ContainerStatus | undefined,
): ContainerStatus {
  const { runtime, memory } = input
  const newest = latest(runtime.containers, container.name)
  const isInit = input.pod.spec!.initContainers?.includes(container) === true
  if (!newest) return withoutInstance(input, container, known, isInit)
  const previous = runtime.containers
    .filter(({ name, attempt, state }) => name === container.name && attempt < newest.attempt && state === 'exited')
    .reduce<ContainerState | undefined>((a, b) => (a && a.attempt > b.attempt ? a : b), undefined)
  const lastState: ApiContainerState = previous ? { terminated: terminated(previous) } : (known?.lastState ?? {})
  const status: ContainerStatus = {
    name: container.name,
    state: instanceState(newest),
    lastState,
    ready: false,
    restartCount: newest.attempt,
    image: newest.image || container.image || '',
    imageID: newest.imageRef,
    containerID: containerId(newest.id),
    started: false,
  }
  const waiting = newest.state === 'exited' ? waitingAgain(input, container, newest) : undefined
  if (waiting) {
    status.state = { waiting }
    status.lastState = { terminated: terminated(newest) }
  }
  if (newest.state === 'running') {
    const probes = memory.probes.get(newest.id)
    const hook = memory.postStart.get(newest.id)
    const { startupProbe, readinessProbe } = container
    status.started = hook !== 'running' && probeResult(startupProbe, probes?.startup) === 'success'
    status.ready = status.started && probeResult(readinessProbe, probes?.readiness) === 'success'
  } else if (isInit && !isSidecar(container)) status.ready = newest.state === 'exited' && newest.exitCode === 0
  return status
}

function withoutInstance(
  { pod, memory, terminating }: ContainerStatusInput,
  container: Container,
  known: ContainerStatus | undefined,
  isInit: boolean,
): ContainerStatus {
  if (known?.state?.terminated) return known
  if (terminating && known?.containerID && known.state?.running) {
    // It ran, and the runtime lost it (a disk was replaced): what is known is that it runs no more.
    const message = 'The container could not be located when the pod was terminated'
    return {
      ...known,
      state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message } },
      ready: false,
      started: false,
    }
  }
  const initializing = (pod.spec!.initContainers?.length ?? 0) > 0 && !isInit
  const waiting = waitingReason(memory, container.name) ?? {
    reason: initializing ? 'PodInitializing' : 'ContainerCreating',
  }
  return {
    name: container.name,
    state: { waiting },
    lastState: {},
    ready: false,
    restartCount: 0,
    image: container.image ?? '',
    imageID: '',
    started: false,
  }
}

function waitingReason({ images, failures }: PodMemory, name: string) {
  const image = images.get(name)
  return image?.state === 'failed' ? image.waiting : failures.get(name)?.waiting
}

/** An ended container that will start again says why it does not yet. */
function waitingAgain(
  { pod, memory, nowMs, terminating }: ContainerStatusInput,
  container: Container,
  ended: ContainerState,
) {
  if (terminating || !shouldRestart(pod, container, ended.exitCode)) return undefined
  const isInit = pod.spec!.initContainers?.includes(container) && !isSidecar(container)
  if (isInit && ended.exitCode === 0) return undefined
  const backOff = backOffOf(memory.backOffs.get(container.name), ended)
  if (restartAtMs(backOff, ended) > nowMs) {
    return {
      reason: 'CrashLoopBackOff',
      message: crashLoopMessage(pod, container.name, describeDelay(backOff.delayMs)),
    }
  }
  return waitingReason(memory, container.name)
}

function instanceState(container: ContainerState): ApiContainerState {
  switch (container.state) {
    case 'running':
      return { running: { startedAt: timestamp(container.startedAtMs) } }
    case 'exited':
      return { terminated: terminated(container) }
    case 'created':
      return { waiting: { reason: 'ContainerCreating' } }
    default:
      return { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', containerID: containerId(container.id) } }
  }
}

function terminated(container: ContainerState): ContainerStateTerminated {
  const state: ContainerStateTerminated = {
    exitCode: container.exitCode,
    reason: container.reason || (container.exitCode === 0 ? 'Completed' : 'Error'),
    startedAt: container.startedAtMs > 0 ? timestamp(container.startedAtMs) : undefined,
    finishedAt: timestamp(container.finishedAtMs),
    containerID: containerId(container.id),
  }
  if (container.message) state.message = container.message
  return state
}
