import type { Container, ContainerStatus, Pod, PodStatus } from '../../../api/schema/generated/types/core-v1.ts'
import { podConditions } from './conditions.ts'
import { containerStatus, timestamp } from './container-status.ts'
import { deadlineAtMs, hasCompleted } from './plan.ts'
import { isSidecar, type PodMemory, type PodRuntimeState } from './state.ts'

export interface StatusInput {
  pod: Pod
  runtime: PodRuntimeState
  memory: PodMemory
  stage: 'running' | 'terminating' | 'terminated'
  /** The node's addresses, the first one first. */
  hostIPs: readonly string[]
  nowMs: number
}

/** What the pod's status should be; fields of others (qosClass, foreign conditions) are not in it. */
export function podStatus(input: StatusInput): PodStatus {
  const { pod, runtime, stage, nowMs } = input
  const known = pod.status ?? {}
  const spec = pod.spec!
  const completed = hasCompleted(pod, runtime)
  const expired = deadlineAtMs(pod) <= nowMs
  const terminating = stage !== 'running' || completed || expired || input.memory.eviction !== undefined
  const of = (containers: Container[], before: ContainerStatus[] | undefined) =>
    containers.map((container) =>
      containerStatus(
        { ...input, terminating },
        container,
        before?.find(({ name }) => name === container.name),
      ),
    )
  const init = of(spec.initContainers ?? [], known.initContainerStatuses)
  const containers = of(spec.containers, known.containerStatuses)
  const ephemeral = of((spec.ephemeralContainers ?? []) as Container[], known.ephemeralContainerStatuses)
  let phase = phaseOf(pod, init, containers)
  let verdict: { reason?: string; message?: string } = {}
  if (known.phase === 'Failed' || known.phase === 'Succeeded') {
    phase = known.phase
    verdict = { reason: known.reason, message: known.message }
  } else if (input.memory.eviction !== undefined) {
    phase = 'Failed'
    verdict = { reason: 'Evicted', message: input.memory.eviction }
  } else if (expired) {
    phase = 'Failed'
    verdict = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }
  } else if ((phase === 'Succeeded' || phase === 'Failed') && anyRunning([...init, ...containers])) {
    // Sidecars still end; a phase that is final must be the last word.
    phase = 'Running'
  } else if (stage === 'terminated' && (phase === 'Running' || phase === 'Pending')) {
    const failed = containers.some(
      ({ state, lastState }) => (state?.terminated ?? lastState?.terminated)?.exitCode !== 0,
    )
    phase = failed ? 'Failed' : 'Succeeded'
  }
  const ips = spec.hostNetwork ? [...input.hostIPs] : (runtime.sandboxes[0]?.ips ?? [])
  const podIPs = ips.length > 0 || stage === 'running' ? ips : (known.podIPs ?? []).map(({ ip }) => ip!)
  const status: PodStatus = {
    phase,
    ...verdict,
    conditions: podConditions(pod, runtime, phase, { init, containers }, nowMs),
    hostIP: input.hostIPs[0],
    hostIPs: input.hostIPs.map((ip) => ({ ip })),
    podIP: podIPs[0],
    podIPs: podIPs.map((ip) => ({ ip })),
    startTime: known.startTime ?? timestamp(nowMs),
    containerStatuses: containers,
  }
  if (init.length > 0) status.initContainerStatuses = init
  if (ephemeral.length > 0) status.ephemeralContainerStatuses = ephemeral
  return status
}

function anyRunning(statuses: ContainerStatus[]): boolean {
  return statuses.some(({ state }) => state?.running)
}

/** Upstream: kubelet's getPhase. */
function phaseOf(pod: Pod, init: ContainerStatus[], containers: ContainerStatus[]): string {
  const { restartPolicy, initContainers = [] } = pod.spec!
  let pending = 0
  for (const container of initContainers) {
    const status = init.find(({ name }) => name === container.name)
    const ended = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined)
    if (isSidecar(container)) {
      if (!status?.started && !ended) pending++
    } else if (ended && ended.exitCode !== 0) {
      const policy = container.restartPolicy ?? restartPolicy
      if (policy === 'Never') return 'Failed'
      pending++
    } else if (!ended) pending++
  }
  const begun = containers.some(({ containerID }) => containerID)
  if (pending > 0 && !begun) return 'Pending'
  let [running, waiting, stopped, succeeded] = [0, 0, 0, 0]
  for (const { state, lastState } of containers) {
    if (state?.running) running++
    else if (state?.terminated) {
      stopped++
      if (state.terminated.exitCode === 0) succeeded++
    } else if (lastState?.terminated) stopped++
    else waiting++
  }
  if (waiting > 0) return 'Pending'
  if (running > 0) return 'Running'
  if (restartPolicy === undefined || restartPolicy === 'Always') return 'Running'
  if (stopped === succeeded) return 'Succeeded'
  return restartPolicy === 'Never' ? 'Failed' : 'Running'
}
