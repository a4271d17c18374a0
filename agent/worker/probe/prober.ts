import type { Container, Pod, Probe } from '../../../api/schema/generated/types/core-v1.ts'
import type { ContainerState, PodMemory, ProbeResults } from '../pod/state.ts'
import type { RuntimeConnection } from '../runtime/connection.ts'
import { runProbe } from './handler.ts'
import { newThreshold, nextThreshold, probeTimes, type Threshold } from './threshold.ts'

type Kind = 'startup' | 'readiness' | 'liveness'

const kinds: [Kind, 'startupProbe' | 'readinessProbe' | 'livenessProbe', string][] = [
  ['startup', 'startupProbe', 'Startup'],
  ['readiness', 'readinessProbe', 'Readiness'],
  ['liveness', 'livenessProbe', 'Liveness'],
]

export interface ProbedPod {
  pod: Pod
  memory: PodMemory
  podIP: string
  /** The containers that run now. */
  running: readonly ContainerState[]
  changed(): void
  unhealthy(container: string, message: string): void
}

/** How often the other probes look whether the startup probe has succeeded. */
const startupCheckMs = 200

interface Schedule {
  stop(): void
}

/** Runs the probes of all running containers, each on a timer of its own, and keeps their results in the pod's memory. */
export class Prober {
  readonly #connection: RuntimeConnection
  /** By container id. */
  readonly #schedules = new Map<string, Schedule[]>()

  constructor(connection: RuntimeConnection) {
    this.#connection = connection
  }

  /** Begins probing containers that are new and stops for those that ended. `before` were probed so far. */
  sync(probed: ProbedPod, containers: readonly Container[]): void {
    const { memory, running } = probed
    for (const id of memory.probes.keys()) {
      if (running.some((container) => container.id === id)) continue
      this.stop(id)
      memory.probes.delete(id)
    }
    for (const state of running) {
      const container = containers.find(({ name }) => name === state.name)
      if (!container || memory.probes.has(state.id)) continue
      const results: ProbeResults = {}
      memory.probes.set(state.id, results)
      this.#schedules.set(
        state.id,
        kinds.flatMap(([kind, field, title]) => {
          const probe = container[field]
          if (!probe) return []
          results[kind] = kind === 'liveness' ? 'success' : initialResult(probed.pod, state, kind)
          return [this.#schedule(probed, container, state, { kind, probe, title, results })]
        }),
      )
    }
  }

  stop(containerId: string): void {
    for (const schedule of this.#schedules.get(containerId) ?? []) schedule.stop()
    this.#schedules.delete(containerId)
  }

  stopAll(): void {
    for (const id of [...this.#schedules.keys()]) this.stop(id)
  }

  #schedule(
    probed: ProbedPod,
    container: Container,
    state: ContainerState,
    { kind, probe, title, results }: { kind: Kind; probe: Probe; title: string; results: ProbeResults },
  ): Schedule {
    const { initialDelayMs, periodMs, timeoutMs } = probeTimes(probe)
    let threshold: Threshold = { ...newThreshold, result: results[kind] ?? 'unknown' }
    let stopped = false
    const target = { container, containerId: state.id, podIP: probed.podIP }
    const hasStarted = () => (results.startup ?? 'success') === 'success'
    const once = async (): Promise<void> => {
      if (kind === 'startup' ? hasStarted() : results[kind] === 'failure' && kind === 'liveness') return
      const outcome = await runProbe(this.#connection, probe, target, timeoutMs)
      if (stopped) return
      if (!outcome.succeeded) probed.unhealthy(container.name, `${title} probe failed: ${outcome.message}`)
      const before = threshold.result
      threshold = nextThreshold(threshold, outcome.succeeded, probe)
      if (threshold.result === before) return
      results[kind] = threshold.result
      if (threshold.result === 'failure') results.terminationGracePeriodSeconds = probe.terminationGracePeriodSeconds
      probed.changed()
    }
    let timer: ReturnType<typeof setTimeout>
    const tick = async () => {
      if (kind !== 'startup' && !hasStarted()) {
        timer = setTimeout(tick, Math.min(periodMs, startupCheckMs))
        return
      }
      const beganMs = performance.now()
      await once()
      if (!stopped) timer = setTimeout(tick, Math.max(10, periodMs - (performance.now() - beganMs)))
    }
    timer = setTimeout(tick, initialDelayMs)
    return {
      stop() {
        stopped = true
        clearTimeout(timer)
      },
    }
  }
}

/** After a restart of the worker a container keeps what its status says, until a probe says otherwise. */
function initialResult(pod: Pod, state: ContainerState, kind: Kind): 'unknown' | 'success' {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
  const known = statuses.find(({ containerID }) => containerID === `containerd://${state.id}`)
  return (kind === 'readiness' ? known?.ready : known?.started) ? 'success' : 'unknown'
}
