import { closeSync, openSync, readSync } from 'node:fs'
import type { ContainerStatus, Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { WorkerParts } from '../parts.ts'
import { runtimeMessage } from '../runtime/connection.ts'
import { type KnownPodState, readPodState } from '../runtime/pod-state.ts'
import { terminationLog } from '../volume/mounts.ts'
import { PodExecutor } from './executor.ts'
import { planPod } from './plan.ts'
import { allContainers, newPodMemory, type PodRuntimeState, podTitle } from './state.ts'
import { podStatus } from './status.ts'
import { StatusWriter } from './status-writer.ts'

/** What the API tells of volumes comes at once; this is for tokens, and for what was missed. */
const volumeRefreshMs = 60_000
const firstRetryMs = 500
const maxRetryMs = 30_000
const maxMessageBytes = 4096
/** A plan leads to another as long as something was done; more in a row than this means that they go in circles. */
const maxStepsAtOnce = 200

/**
 * Brings one pod to what it should be: reads what the runtime holds, plans, acts, and again, until nothing is left to
 * do. Only it acts on the pod, one action after the other, each planned from a fresh reading; so an agent that ended
 * between any two calls finds the state and goes on.
 */
export class PodActor {
  readonly uid: string
  readonly memory = newPodMemory()
  readonly #parts: WorkerParts
  readonly #writer: StatusWriter
  readonly #executor: PodExecutor
  readonly #known: KnownPodState = { containers: new Map(), ips: new Map() }
  readonly #messagesRead = new Set<string>()
  readonly #waitsReported = new Map<string, string>()
  readonly #onForgotten: () => void
  #runtime: PodRuntimeState = { sandboxes: [], containers: [] }
  #gone = false
  #forgotten = false
  #stopped = false
  #dirty = false
  #run: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #retryMs = firstRetryMs
  #refreshAtMs = 0

  constructor(parts: WorkerParts, pod: Pod, options: { gone: boolean; forgotten: () => void }) {
    this.uid = pod.metadata!.uid!
    this.#parts = parts
    this.#gone = options.gone
    this.#onForgotten = options.forgotten
    this.#writer = new StatusWriter(parts.client, pod, parts.log)
    const actor = this
    this.#executor = new PodExecutor({
      parts,
      memory: this.memory,
      get pod() {
        return actor.pod
      },
      get runtime() {
        return actor.#runtime
      },
      wake: () => this.wake(),
      event: (type, reason, message, container) => this.event(type, reason, message, container),
      forgotten: () => {
        this.#forgotten = true
      },
    })
  }

  get pod(): Pod {
    return this.#writer.pod
  }

  /** As last read. */
  get runtime(): PodRuntimeState {
    return this.#runtime
  }

  get isGone(): boolean {
    return this.#gone
  }

  observe(pod: Pod): void {
    const before = this.pod.metadata!
    const { labels, annotations } = pod.metadata!
    this.#writer.observe(pod)
    if (!Bun.deepEquals(before.labels, labels) || !Bun.deepEquals(before.annotations, annotations))
      this.refreshVolumes()
    this.wake()
  }

  /** What volumes are made of has changed. */
  refreshVolumes(): void {
    this.#refreshAtMs = 1
    this.wake()
  }

  /** The object is no longer in the API. */
  vanish(): void {
    this.#gone = true
    this.#writer.stop()
    this.wake()
  }

  /** Ends the pod for good, with this reason in its status; does nothing when it ends already. */
  evict(message: string): void {
    const { phase } = this.pod.status ?? {}
    const isEnding = this.#gone || this.pod.metadata!.deletionTimestamp || phase === 'Succeeded' || phase === 'Failed'
    if (isEnding || this.memory.eviction !== undefined) return
    this.memory.eviction = message
    this.event('Warning', 'Evicted', message)
    this.wake()
  }

  wake(): void {
    this.#dirty = true
    if (this.#stopped || this.#forgotten) return
    this.#run ??= this.#work().finally(() => {
      this.#run = undefined
      if (this.#dirty) this.wake()
    })
  }

  /** No further action is begun; containers stay as they are. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#writer.stop()
    clearTimeout(this.#timer)
    await this.#run
  }

  event(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void {
    const { name, namespace, uid, resourceVersion } = this.pod.metadata!
    if (this.#gone) return
    const spec = this.pod.spec!
    const list = spec.initContainers?.some((init) => init.name === container) ? 'initContainers' : 'containers'
    const fieldPath = container === undefined ? undefined : `spec.${list}{${container}}`
    const object = { apiVersion: 'v1', kind: 'Pod', name, namespace, uid, resourceVersion, fieldPath }
    this.#parts.events.record(object, type, reason, message)
  }

  async #work(): Promise<void> {
    clearTimeout(this.#timer)
    let steps = 0
    while (this.#dirty && !this.#stopped && !this.#forgotten) {
      this.#dirty = false
      try {
        if (++steps > maxStepsAtOnce) throw new Error('the pod does not come to rest')
        await this.#step()
        this.#retryMs = firstRetryMs
      } catch (error) {
        const fields = { pod: this.pod.metadata!.name, error: runtimeMessage(error) }
        // The first failure may be a call of an agent that was killed, still under way in the runtime.
        const { log } = this.#parts
        if (this.#retryMs === firstRetryMs) log.debug('pod not brought up to date, trying again', fields)
        else log.warn('pod not brought up to date, trying again', fields)
        this.#wakeIn(this.#retryMs)
        this.#retryMs = Math.min(maxRetryMs, this.#retryMs * 2)
        return
      }
    }
    if (this.#forgotten) this.#end()
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#writer.stop()
    for (const { id } of this.#runtime.containers) this.#parts.prober.stop(id)
    this.#onForgotten()
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.wake(), Math.max(0, ms))
  }

  async #step(): Promise<void> {
    const { clock } = this.#parts
    this.#runtime = await readPodState(this.#parts.connection, this.uid, this.#known)
    this.#readTerminationMessages()
    this.#syncProbes()
    const plan = this.#plan()
    this.#writeStatus(plan.stage)
    // The final status must be in the API before its evidence is removed.
    if (plan.stage === 'terminated' && plan.actions.length > 0) await this.#writer.flushed()
    for (const action of plan.actions) {
      if (this.#stopped) return
      await this.#executor.execute(action)
      if (action.type !== 'forget') this.#dirty = true
    }
    const nowMs = clock.nowMs()
    let wakeAtMs = plan.wakeAtMs ?? Number.POSITIVE_INFINITY
    if (this.memory.volumes.state === 'ready' && plan.stage === 'running' && this.#hasUpdatedVolumes()) {
      if (this.#refreshAtMs === 0) this.#refreshAtMs = nowMs + volumeRefreshMs
      else if (nowMs >= this.#refreshAtMs) {
        await this.#executor.refreshVolumes()
        this.#refreshAtMs = nowMs + volumeRefreshMs
      }
      wakeAtMs = Math.min(wakeAtMs, this.#refreshAtMs)
    }
    if (Number.isFinite(wakeAtMs)) this.#wakeIn(Math.min(wakeAtMs - nowMs, 3600_000))
  }

  #plan() {
    const { clock } = this.#parts
    return planPod({
      pod: this.pod,
      gone: this.#gone,
      runtime: this.#runtime,
      memory: this.memory,
      nowMs: clock.nowMs(),
    })
  }

  #hasUpdatedVolumes(): boolean {
    return (this.pod.spec!.volumes ?? []).some((v) => v.configMap ?? v.secret ?? v.projected ?? v.downwardAPI)
  }

  #writeStatus(stage: 'running' | 'terminating' | 'terminated'): void {
    if (this.#gone) return
    const { clock, hostIPs } = this.#parts
    const { pod, memory } = this
    const status = podStatus({ pod, runtime: this.#runtime, memory, stage, hostIPs, nowMs: clock.nowMs() })
    this.#writer.write(status)
    for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      this.#reportBackOff(container)
    }
  }

  /** One event for each time that a container begins to wait. */
  #reportBackOff({ name, state, containerID, image }: ContainerStatus): void {
    const { reason } = state?.waiting ?? {}
    const waits = reason === 'CrashLoopBackOff' || reason === 'ImagePullBackOff' ? `${reason} ${containerID}` : ''
    if (this.#waitsReported.get(name) === waits) return
    this.#waitsReported.set(name, waits)
    if (reason === 'CrashLoopBackOff') {
      const message = `Back-off restarting failed container ${name} in pod ${podTitle(this.pod)}`
      this.event('Warning', 'BackOff', message, name)
    } else if (waits !== '') this.event('Normal', 'BackOff', `Back-off pulling image "${image}"`, name)
  }

  #syncProbes(): void {
    const { phase } = this.pod.status ?? {}
    const isEnding = this.#gone || this.pod.metadata!.deletionTimestamp || phase === 'Succeeded' || phase === 'Failed'
    const podIP = this.pod.spec!.hostNetwork ? '127.0.0.1' : (this.#runtime.sandboxes[0]?.ips[0] ?? '')
    const running = !isEnding ? this.#runtime.containers.filter(({ state }) => state === 'running') : []
    this.#parts.prober.sync(
      {
        pod: this.pod,
        memory: this.memory,
        podIP,
        running,
        changed: () => this.wake(),
        unhealthy: (container, message) => this.event('Warning', 'Unhealthy', message, container),
      },
      allContainers(this.pod),
    )
  }

  /** What ended containers wrote as their last words, read once. */
  #readTerminationMessages(): void {
    for (const container of this.#runtime.containers) {
      if (container.state !== 'exited' || this.#messagesRead.has(container.id)) continue
      this.#messagesRead.add(container.id)
      const directory = this.#parts.volumes.directoryOf(this.uid)
      const spec = allContainers(this.pod).find(({ name }) => name === container.name)
      const text = readTail(terminationLog(directory, container.name, container.attempt))
      if (text !== '') container.message = text
      else if (spec?.terminationMessagePolicy === 'FallbackToLogsOnError' && container.exitCode !== 0) {
        container.message = logText(readTail(container.logPath))
      }
    }
    for (const id of this.#messagesRead) if (!this.#known.containers.has(id)) this.#messagesRead.delete(id)
  }
}

/** The last 4096 bytes; empty when there is no such file. */
function readTail(file: string): string {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch {
    return ''
  }
  try {
    const size = Bun.file(file).size
    const bytes = Buffer.alloc(maxMessageBytes)
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, maxMessageBytes, Math.max(0, size - maxMessageBytes)))
  } finally {
    closeSync(fd)
  }
}

/** The text of CRI log lines, at most 2048 bytes and 80 lines as upstream. */
function logText(lines: string): string {
  const texts = lines
    .split('\n')
    .slice(-81)
    .map((line) => line.split(' ').slice(3).join(' '))
  return texts.join('\n').slice(-2048).trim()
}
