import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { Action, Plan } from './action.ts'
import { isAlive, type PlanInput } from './plan.ts'
import { type ContainerState, isSidecar } from './state.ts'

/** Pods whose object is gone get this long: who removed it by force did not want to wait. */
const goneGraceSeconds = 1
/** Upstream's immediateEvictionGracePeriodSeconds. */
const evictedGraceSeconds = 1

/**
 * Ends a pod: containers, then sidecars from the last to the first, then the sandbox; with `remove` also every trace.
 * Without it, ended containers stay for their logs until the object is deleted.
 */
export function planTermination(input: PlanInput, { remove }: { remove: boolean }): Plan {
  const { runtime, memory } = input
  const alive = runtime.containers.filter((container) => isAlive(container))
  if (alive.length > 0) {
    const { graceMs, deadlineMs } = grace(input)
    const actions = nextToEnd(input.pod, alive).flatMap((container) => kill(input, container, graceMs, deadlineMs))
    return { stage: 'terminating', actions }
  }
  const ready = runtime.sandboxes.filter((sandbox) => sandbox.ready)
  if (ready.length > 0) {
    return { stage: 'terminating', actions: ready.map(({ id }) => ({ type: 'stopSandbox', id })) }
  }
  const actions: Action[] = []
  if (remove) {
    for (const { id } of runtime.containers) actions.push({ type: 'removeContainer', id })
    for (const { id } of runtime.sandboxes) actions.push({ type: 'removeSandbox', id })
  }
  if (!memory.released) actions.push({ type: 'release' })
  if (remove) actions.push({ type: 'forget' })
  return { stage: 'terminated', actions }
}

function grace({ pod, gone, memory, nowMs }: PlanInput): { graceMs: number; deadlineMs: number } {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata!
  if (gone) return { graceMs: goneGraceSeconds * 1000, deadlineMs: nowMs + goneGraceSeconds * 1000 }
  const seconds = deletionGracePeriodSeconds ?? pod.spec!.terminationGracePeriodSeconds ?? 30
  if (!deletionTimestamp && memory.eviction !== undefined) {
    return { graceMs: evictedGraceSeconds * 1000, deadlineMs: nowMs + evictedGraceSeconds * 1000 }
  }
  if (!deletionTimestamp) return { graceMs: seconds * 1000, deadlineMs: nowMs + seconds * 1000 }
  // The time stands for when the grace ends; a worker that comes back later must not grant it twice.
  const deadlineMs = Math.min(Date.parse(deletionTimestamp), nowMs + seconds * 1000)
  return { graceMs: Math.max(0, deadlineMs - nowMs), deadlineMs }
}

/** Ordinary containers together; when they have ended, sidecars in reverse order. Upstream: terminationOrdering. */
function nextToEnd(pod: Pod, alive: ContainerState[]): ContainerState[] {
  const sidecars = (pod.spec!.initContainers ?? []).filter((container) => isSidecar(container)).map(({ name }) => name)
  const ordinary = alive.filter(({ name }) => !sidecars.includes(name))
  if (ordinary.length > 0) return ordinary
  const last = alive.reduce((a, b) => (sidecars.indexOf(b.name) > sidecars.indexOf(a.name) ? b : a))
  return [last]
}

function kill({ memory }: PlanInput, container: ContainerState, graceMs: number, deadlineMs: number): Action[] {
  const begun = memory.kills.get(container.id)
  // A shorter grace than the one that runs is asked for anew (kubectl delete --force, or --grace-period).
  if (begun && deadlineMs >= begun.deadlineMs - 1000) return []
  const message = `Stopping container ${container.name}`
  const graceSeconds = Math.ceil(graceMs / 1000)
  return [{ type: 'killContainer', id: container.id, name: container.name, graceSeconds, reason: 'Killing', message }]
}
