import { rm } from 'node:fs/promises'
import { isReason } from '../../../api/client/client.ts'
import { pods, secrets } from '../../../api/schema/generated/resources.ts'
import type { Container, Pod, Secret } from '../../../api/schema/generated/types/core-v1.ts'
import { progressText } from '../image/pull-progress.ts'
import { defaultPullPolicy } from '../image/reference.ts'
import { removePodLogs, type WorkerParts } from '../parts.ts'
import { isNotFound, runtimeMessage } from '../runtime/connection.ts'
import { removeWithTask } from '../runtime/left-task.ts'
import type { VolumePaths } from '../volume/pod-volumes.ts'
import type { Action } from './action.ts'
import { fieldContext, makeSandboxConfig, readAll, StartError, startContainer } from './container-starter.ts'
import { runHook } from './hook.ts'
import { backOffOf, nextDelayMs, raiseBackOff } from './restart.ts'
import { allContainers, latest, type PodMemory, type PodRuntimeState } from './state.ts'

/** What an executor needs of the pod's actor. */
export interface PodContext {
  parts: WorkerParts
  readonly pod: Pod
  readonly memory: PodMemory
  readonly runtime: PodRuntimeState
  /** Something changed: plan again. */
  wake(): void
  event(type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void
  forgotten(): void
}

const stopMarginMs = 120_000
const firstRetryMs = 1000
const maxRetryMs = 60_000
const firstPullNewsMs = 10_000
const maxPullSilenceMs = 300_000

/** Does a plan's actions. What takes long (pulls, kills, hooks) goes on beside, and wakes the pod when it is done. */
export class PodExecutor {
  readonly #context: PodContext
  #volumes: VolumePaths = new Map()

  constructor(context: PodContext) {
    this.#context = context
  }

  /** Resolves when the action is done or under way. Rejects when the runtime cannot be asked. */
  async execute(action: Action): Promise<void> {
    const { connection } = this.#context.parts
    switch (action.type) {
      case 'prepareVolumes':
        return this.#prepareVolumes()
      case 'createSandbox':
        return this.#createSandbox(action.attempt)
      case 'stopSandbox':
        await connection.runtime.stopPodSandbox({ podSandboxId: action.id }, { timeoutMs: stopMarginMs })
        return
      case 'removeSandbox':
        return removeWithTask(connection, () =>
          connection.runtime.removePodSandbox({ podSandboxId: action.id }, { timeoutMs: stopMarginMs }),
        )
      case 'pullImage':
        return this.#pullImage(action.container)
      case 'startContainer':
        return this.#startContainer(action)
      case 'killContainer':
        return this.#killContainer(action)
      case 'removeContainer':
        return this.#removeContainer(action.id)
      case 'release':
        return this.#release()
      case 'forget':
        return this.#forget()
    }
  }

  /** Brings volumes up to date with the API's objects; what fails is tried again next time. */
  async refreshVolumes(): Promise<void> {
    const { parts, pod, runtime } = this.#context
    try {
      this.#volumes = await parts.volumes.prepare(pod, fieldContext(parts, pod, runtime.sandboxes[0]))
    } catch (error) {
      this.#context.event('Warning', 'FailedMount', runtimeMessage(error))
    }
  }

  async #prepareVolumes(): Promise<void> {
    const { parts, pod, memory, runtime } = this.#context
    try {
      this.#volumes = await parts.volumes.prepare(pod, fieldContext(parts, pod, runtime.sandboxes[0]))
      memory.volumes = { state: 'ready' }
    } catch (error) {
      const before = memory.volumes.state === 'failed' ? memory.volumes.delayMs : undefined
      const delayMs = nextDelayMs(before, 500, 120_000)
      const message = runtimeMessage(error)
      memory.volumes = { state: 'failed', message, delayMs, retryAtMs: parts.clock.nowMs() + delayMs }
      this.#context.event('Warning', 'FailedMount', message)
    }
  }

  async #createSandbox(attempt: number): Promise<void> {
    const { parts, pod, memory } = this.#context
    try {
      await parts.cgroups.apply(pod)
      const config = makeSandboxConfig(parts, pod, attempt)
      await parts.creation.run(() => parts.connection.runtime.runPodSandbox({ config }, { timeoutMs: 240_000 }))
      memory.sandboxFailure = undefined
      memory.released = false
    } catch (error) {
      const message = runtimeMessage(error)
      const delayMs = nextDelayMs(memory.sandboxFailure?.delayMs, firstRetryMs, maxRetryMs)
      memory.sandboxFailure = { message, delayMs, retryAtMs: parts.clock.nowMs() + delayMs }
      this.#context.event('Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`)
    }
  }

  async #pullImage(container: Container): Promise<void> {
    const { memory } = this.#context
    const before = memory.images.get(container.name)
    memory.images.set(container.name, { state: 'pulling' })
    const delayMs = before?.state === 'failed' ? before.delayMs : undefined
    void this.#ensureImage(container, delayMs).finally(() => this.#context.wake())
  }

  async #ensureImage(container: Container, delayMs: number | undefined): Promise<void> {
    const { parts, memory, pod } = this.#context
    const image = container.image ?? ''
    const policy = container.imagePullPolicy ?? defaultPullPolicy(image)
    const fail = (reason: string, message: string) => {
      const next = nextDelayMs(delayMs, 10_000, 300_000)
      const waiting =
        delayMs === undefined
          ? { reason, message }
          : { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ${reason}: ${message}` }
      memory.images.set(container.name, {
        state: 'failed',
        waiting,
        delayMs: next,
        retryAtMs: parts.clock.nowMs() + next,
      })
    }
    try {
      const present = await parts.images.find(image)
      if (present && policy !== 'Always') {
        this.#context.event('Normal', 'Pulled', `Container image "${image}" already present on machine`, container.name)
        memory.images.set(container.name, { state: 'ready', imageRef: present.id })
        return
      }
      if (policy === 'Never') {
        const message = `Container image "${image}" is not present with pull policy of Never`
        this.#context.event('Warning', 'ErrImageNeverPull', message, container.name)
        fail('ErrImageNeverPull', message)
        return
      }
      this.#context.event('Normal', 'Pulling', `Pulling image "${image}"`, container.name)
      const beganMs = parts.clock.monotonicMs()
      const names = (pod.spec!.imagePullSecrets ?? []).flatMap(({ name }) => (name ? [name] : []))
      const found = await readAll(parts.client, secrets, pod.metadata!.namespace!, names)
      const given = [...found.values()].filter((secret): secret is Secret => secret !== undefined)
      const told = this.#tellProgress(container, image)
      const imageRef = await parts.images.pull(image, given).finally(() => told.stop())
      const seconds = ((parts.clock.monotonicMs() - beganMs) / 1000).toFixed(2)
      this.#context.event('Normal', 'Pulled', `Successfully pulled image "${image}" in ${seconds}s`, container.name)
      memory.images.set(container.name, { state: 'ready', imageRef })
    } catch (error) {
      const message = runtimeMessage(error)
      this.#context.event('Warning', 'Failed', `Failed to pull image "${image}": ${message}`, container.name)
      this.#context.event('Warning', 'Failed', 'Error: ErrImagePull', container.name)
      fail('ErrImagePull', message)
    }
  }

  /** Events of a long pull: after 10 s, then ever more rarely. */
  #tellProgress(container: Container, image: string): { stop(): void } {
    const { images } = this.#context.parts
    let isOver = false
    let timer: ReturnType<typeof setTimeout>
    const tellIn = (delayMs: number) => {
      timer = setTimeout(async () => {
        const progress = await images.progressOf(image)
        if (isOver) return
        if (progress) {
          const message = `Pulling image "${image}": ${progressText(progress)}`
          this.#context.event('Normal', 'Pulling', message, container.name)
        }
        tellIn(Math.min(maxPullSilenceMs, delayMs * 2))
      }, delayMs)
    }
    tellIn(firstPullNewsMs)
    return {
      stop() {
        isOver = true
        clearTimeout(timer)
      },
    }
  }

  async #startContainer(action: Extract<Action, { type: 'startContainer' }>): Promise<void> {
    const { parts, pod, memory, runtime } = this.#context
    const { container, attempt, sandboxId } = action
    const image = memory.images.get(container.name)
    const sandbox = runtime.sandboxes.find(({ id }) => id === sandboxId)
    if (image?.state !== 'ready' || !sandbox) return
    const ended = latest(runtime.containers, container.name)
    if (ended?.state === 'exited') {
      const backOff = backOffOf(memory.backOffs.get(container.name), ended)
      memory.backOffs.set(container.name, raiseBackOff(backOff, ended, parts.clock.nowMs()))
    }
    // Whether the image is still there, or a newer one wanted, is asked anew at the next start.
    memory.images.delete(container.name)
    try {
      const created = () => {
        this.#context.event('Normal', 'Created', `Container created`, container.name)
      }
      const { containers } = runtime
      const settings = { attempt, sandbox, imageRef: image.imageRef, volumes: this.#volumes, containers, created }
      const id = await parts.creation.run(() => startContainer(parts, pod, container, settings))
      memory.failures.delete(container.name)
      this.#context.event('Normal', 'Started', `Container started`, container.name)
      this.#runPostStart(container, id, sandbox.ips[0])
    } catch (error) {
      if (!(error instanceof StartError)) throw error
      const delayMs = nextDelayMs(memory.failures.get(container.name)?.delayMs, firstRetryMs * 2, maxRetryMs)
      const waiting = { reason: error.reason, message: error.message }
      memory.failures.set(container.name, { waiting, delayMs, retryAtMs: parts.clock.nowMs() + delayMs })
      this.#context.event('Warning', 'Failed', `Error: ${error.message}`, container.name)
    }
  }

  #runPostStart(container: Container, containerId: string, podIP: string | undefined): void {
    const handler = container.lifecycle?.postStart
    if (!handler) return
    const { memory, pod } = this.#context
    memory.postStart.set(containerId, 'running')
    const place = { containerId, podIP, timeoutMs: 10 * 60_000 }
    void runHook(this.#runner(), pod, container, handler, place)
      .then(() => memory.postStart.set(containerId, 'done'))
      .catch((error: unknown) => {
        const message = runtimeMessage(error)
        this.#context.event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${message}`, container.name)
        memory.postStart.set(containerId, { failed: message })
      })
      .finally(() => this.#context.wake())
  }

  #runner() {
    const { runtime } = this.#context.parts.connection
    return {
      async execSync(containerId: string, cmd: string[], timeoutMs: number) {
        const timeout = BigInt(Math.ceil(timeoutMs / 1000))
        const answer = await runtime.execSync({ containerId, cmd, timeout }, { timeoutMs: timeoutMs + 15_000 })
        return {
          exitCode: answer.exitCode,
          output: Buffer.concat([answer.stdout, answer.stderr]).toString('utf8', 0, 1024),
        }
      },
      sleep: (ms: number) => Bun.sleep(ms),
    }
  }

  async #killContainer(action: Extract<Action, { type: 'killContainer' }>): Promise<void> {
    const { parts, memory } = this.#context
    const { id, name, graceSeconds, reason, message } = action
    const isFirst = !memory.kills.has(id)
    const deadlineMs = parts.clock.nowMs() + graceSeconds * 1000
    const entry = { deadlineMs }
    memory.kills.set(id, entry)
    if (isFirst) this.#context.event('Normal', reason, message, name)
    const kill = async () => {
      if (isFirst) await this.#runPreStop(id, name, graceSeconds)
      const leftSeconds = Math.max(0, Math.min(graceSeconds, Math.ceil((deadlineMs - parts.clock.nowMs()) / 1000)))
      // Upstream leaves 2 s after a preStop hook that used everything up.
      const timeout = BigInt(graceSeconds === 0 ? 0 : Math.max(2, leftSeconds))
      const request = { containerId: id, timeout }
      await ignoreMissing(
        parts.connection.runtime.stopContainer(request, { timeoutMs: Number(timeout) * 1000 + stopMarginMs }),
      )
    }
    void kill()
      .catch(async (error: unknown) => {
        parts.log.warn('container not stopped, trying again', { container: name, error: runtimeMessage(error) })
        await Bun.sleep(firstRetryMs)
      })
      .finally(() => {
        if (memory.kills.get(id) === entry) memory.kills.delete(id)
        this.#context.wake()
      })
  }

  async #runPreStop(containerId: string, name: string, graceSeconds: number): Promise<void> {
    const { pod, runtime } = this.#context
    const container = allContainers(pod).find((candidate) => candidate.name === name)
    const handler = container?.lifecycle?.preStop
    if (!container || !handler || graceSeconds === 0) return
    try {
      const place = { containerId, podIP: runtime.sandboxes[0]?.ips[0], timeoutMs: graceSeconds * 1000 }
      await runHook(this.#runner(), pod, container, handler, place)
    } catch (error) {
      this.#context.event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${runtimeMessage(error)}`, name)
    }
  }

  async #removeContainer(containerId: string): Promise<void> {
    const { parts, runtime } = this.#context
    const { connection } = parts
    await removeWithTask(connection, () =>
      connection.runtime.removeContainer({ containerId }, { timeoutMs: stopMarginMs }),
    )
    const logPath = runtime.containers.find(({ id }) => id === containerId)?.logPath
    if (logPath?.startsWith(parts.logDirectory)) await rm(logPath, { force: true })
  }

  async #release(): Promise<void> {
    const { parts, pod, memory } = this.#context
    const uid = pod.metadata!.uid!
    await parts.volumes.release(uid)
    await parts.cgroups.remove(uid)
    memory.released = true
  }

  async #forget(): Promise<void> {
    const { parts, pod } = this.#context
    const { namespace, name, uid, deletionTimestamp } = pod.metadata!
    await removePodLogs(parts, uid!)
    if (deletionTimestamp) {
      const preconditions = { uid }
      try {
        await parts.client.resource(pods, namespace).delete(name!, { gracePeriodSeconds: 0, preconditions })
      } catch (error) {
        if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
      }
    }
    this.#context.forgotten()
  }
}

async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
