/** For tests: a runtime made of values, which does what plans ask and may lose the worker's memory between any two actions. */
import type { Pod, PodSpec } from '../../../api/schema/generated/types/core-v1.ts'
import type { Action } from './action.ts'
import { planPod } from './plan.ts'
import { backOffOf, raiseBackOff } from './restart.ts'
import { type ContainerState, latest, newPodMemory, type PodMemory, type PodRuntimeState } from './state.ts'
import { podStatus } from './status.ts'

export const startMs = Date.parse('2026-01-01T00:00:00Z')

export function testPod(spec: Partial<PodSpec>, rest: Partial<Pod> = {}): Pod {
  return {
    metadata: { name: 'pod', namespace: 'default', uid: 'uid-1', ...rest.metadata },
    spec: {
      containers: [{ name: 'a', image: 'i' }],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      ...spec,
    },
    status: rest.status ?? { phase: 'Pending', qosClass: 'BestEffort' },
  }
}

export class PodModel {
  nowMs = startMs
  gone = false
  memory: PodMemory = newPodMemory()
  runtime: PodRuntimeState = { sandboxes: [], containers: [] }
  /** One line an action. */
  readonly done: string[] = []
  forgotten = false
  #ids = 0

  constructor(readonly pod: Pod) {}

  /** One plan, and its actions up to `limit`; the number done. */
  step(limit = Number.POSITIVE_INFINITY): number {
    const plan = planPod({ ...this, runtime: structuredClone(this.runtime) })
    const { pod, runtime, memory, nowMs } = this
    if (!this.gone) {
      const status = podStatus({ pod, runtime, memory, stage: plan.stage, hostIPs: ['10.0.0.1'], nowMs })
      pod.status = { ...pod.status, ...JSON.parse(JSON.stringify(status)) }
    }
    const actions = plan.actions.slice(0, limit)
    for (const action of actions) this.#do(action)
    this.#check()
    return actions.length
  }

  /** Until nothing is to be done any more. */
  settle(): string[] {
    const from = this.done.length
    for (let i = 0; i < 100 && !this.forgotten; i++) if (this.step() === 0) return this.done.slice(from)
    if (!this.forgotten) throw new Error(`no rest after 100 steps: ${this.done.slice(-5).join(' | ')}`)
    return this.done.slice(from)
  }

  wakeAtMs(): number | undefined {
    return planPod(this).wakeAtMs
  }

  /** The worker was ended and started again. */
  restartWorker(): void {
    this.memory = newPodMemory()
  }

  /** A container ends by itself. */
  end(name: string, exitCode: number): void {
    const container = latest(this.runtime.containers, name)
    if (container?.state !== 'running') throw new Error(`${name} does not run`)
    Object.assign(container, { state: 'exited', exitCode, finishedAtMs: this.nowMs })
  }

  containerStatus(name: string) {
    const { containerStatuses = [], initContainerStatuses = [] } = this.pod.status ?? {}
    return [...containerStatuses, ...initContainerStatuses].find((status) => status.name === name)
  }

  #do(action: Action): void {
    const { containers, sandboxes } = this.runtime
    const find = (id: string) => containers.find((container) => container.id === id)!
    switch (action.type) {
      case 'prepareVolumes':
        this.memory.volumes = { state: 'ready' }
        this.done.push('volumes')
        return
      case 'createSandbox':
        if (sandboxes.some(({ attempt }) => attempt === action.attempt)) throw new Error('sandbox name is taken')
        sandboxes.unshift({
          id: `s${action.attempt}`,
          attempt: action.attempt,
          ready: true,
          createdAtMs: this.nowMs,
          ips: ['10.1.0.2'],
        })
        this.done.push(`sandbox ${action.attempt}`)
        return
      case 'stopSandbox':
        Object.assign(sandboxes.find(({ id }) => id === action.id)!, { ready: false, ips: [] })
        this.done.push(`stop ${action.id}`)
        return
      case 'removeSandbox':
        this.runtime.sandboxes = sandboxes.filter(({ id }) => id !== action.id)
        this.done.push(`remove ${action.id}`)
        return
      case 'pullImage':
        this.memory.images.set(action.container.name, { state: 'ready', imageRef: 'i' })
        return
      case 'startContainer':
        this.#start(action)
        return
      case 'killContainer':
        this.done.push(`kill ${action.name} ${action.graceSeconds}`)
        Object.assign(find(action.id), { state: 'exited', exitCode: 143, finishedAtMs: this.nowMs })
        return
      case 'removeContainer': {
        const { name, attempt } = find(action.id)
        this.runtime.containers = containers.filter(({ id }) => id !== action.id)
        this.done.push(`remove ${name}/${attempt}`)
        return
      }
      case 'release':
        this.memory.released = true
        this.done.push('release')
        return
      case 'forget':
        this.forgotten = true
        this.done.push('forget')
    }
  }

  #start({ container: { name, image = '' }, attempt, sandboxId }: Extract<Action, { type: 'startContainer' }>): void {
    const { containers } = this.runtime
    if (containers.some((container) => container.name === name && container.attempt === attempt)) {
      throw new Error(`container name ${name}/${attempt} is taken`)
    }
    const ended = latest(containers, name)
    if (ended)
      this.memory.backOffs.set(name, raiseBackOff(backOffOf(this.memory.backOffs.get(name), ended), ended, this.nowMs))
    this.memory.images.delete(name)
    const times = { createdAtMs: this.nowMs, startedAtMs: this.nowMs, finishedAtMs: 0 }
    const fresh: ContainerState = {
      ...{ id: `c${++this.#ids}`, name, attempt, sandboxId, state: 'running', ...times },
      ...{ exitCode: 0, reason: '', message: '', image, imageRef: image, logPath: '' },
    }
    containers.push(fresh)
    this.done.push(`start ${name}/${attempt}`)
  }

  #check(): void {
    const alive = this.runtime.containers.filter(({ state }) => state === 'running').map(({ name }) => name)
    if (new Set(alive).size !== alive.length) throw new Error(`a container runs twice: ${alive.join(' ')}`)
    if (this.runtime.sandboxes.filter(({ ready }) => ready).length > 1) throw new Error('two sandboxes are ready')
  }
}
