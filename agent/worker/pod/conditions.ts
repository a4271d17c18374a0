import type { ContainerStatus, Pod, PodCondition } from '../../../api/schema/generated/types/core-v1.ts'
import { timestamp } from './container-status.ts'
import { isSidecar, type PodRuntimeState } from './state.ts'

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>

const yes: Verdict = { status: 'True' }

/**
 * The conditions that the worker owns, with lastTransitionTime kept where nothing changed.
 * Upstream: GenerateContainersReadyCondition and its neighbours.
 */
export function podConditions(
  pod: Pod,
  runtime: PodRuntimeState,
  phase: string,
  statuses: { init: ContainerStatus[]; containers: ContainerStatus[] },
  nowMs: number,
): PodCondition[] {
  const containersReady = readiness(pod, phase, statuses)
  const verdicts: Record<string, Verdict> = {
    PodReadyToStartContainers: { status: runtime.sandboxes[0]?.ready ? 'True' : 'False' },
    Initialized: initialized(pod, phase, statuses.init),
    Ready: containersReady.status === 'True' ? gates(pod) : containersReady,
    ContainersReady: containersReady,
  }
  return Object.entries(verdicts).map(([type, verdict]) => {
    const before = pod.status?.conditions?.find((condition) => condition.type === type)
    const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : timestamp(nowMs)
    return { type, ...verdict, lastProbeTime: undefined, lastTransitionTime }
  })
}

function readiness(
  pod: Pod,
  phase: string,
  { init, containers }: { init: ContainerStatus[]; containers: ContainerStatus[] },
) {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  const sidecars = new Set((pod.spec!.initContainers ?? []).filter((c) => isSidecar(c)).map(({ name }) => name))
  const unready = [...init.filter(({ name }) => sidecars.has(name)), ...containers].filter(({ ready }) => !ready)
  if (unready.length === 0) return yes
  const message = `containers with unready status: [${unready.map(({ name }) => name).join(' ')}]`
  return { status: 'False', reason: 'ContainersNotReady', message }
}

function gates(pod: Pod): Verdict {
  const missing = (pod.spec!.readinessGates ?? [])
    .map(({ conditionType }) => conditionType)
    .filter((type) => pod.status?.conditions?.find((condition) => condition.type === type)?.status !== 'True')
  if (missing.length === 0) return yes
  const messages = missing.map((type) => {
    const known = pod.status?.conditions?.some((condition) => condition.type === type)
    return known
      ? `the status of pod readiness gate "${type}" is not "True", but False`
      : `corresponding condition of pod readiness gate "${type}" does not exist.`
  })
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
}

function initialized(pod: Pod, phase: string, statuses: ContainerStatus[]): Verdict {
  if (phase === 'Succeeded') return { ...yes, reason: 'PodCompleted' }
  const incomplete = (pod.spec!.initContainers ?? [])
    .filter((container) => {
      const status = statuses.find(({ name }) => name === container.name)
      return isSidecar(container) ? !status?.started && !status?.state?.terminated : !status?.ready
    })
    .map(({ name }) => name)
  const begun = pod.status?.containerStatuses?.some(({ containerID }) => containerID)
  if (incomplete.length === 0 || begun) return yes
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`
  return { status: 'False', reason: 'ContainersNotInitialized', message }
}
