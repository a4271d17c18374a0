import { rename, rm, stat } from 'node:fs/promises'
import type { Logger } from '../../../mesh/logger/logger.ts'
import type { PodSet } from '../pod/pod-set.ts'
import { type RuntimeConnection, runtimeMessage } from '../runtime/connection.ts'
import { rotatedFiles, rotatedName } from './rotated-files.ts'

/** Upstream's defaults: containerLogMaxSize, containerLogMaxFiles, containerLogMonitorInterval. */
export const maxLogBytes = 10 << 20
export const maxLogFiles = 5
const intervalMs = 10_000
/** A log that grows fast is looked at more often. Names of rotated files tell seconds apart. */
const minIntervalMs = 1000

/** A log that grows. */
export interface LogGrowth {
  /** Since it was last rotated. */
  sizeBytes: number
  bytesPerMs: number
}

/** In how long to look again, so that none gets much larger than it may. Pure. */
export function nextLookMs(logs: readonly LogGrowth[]): number {
  const fullMs = logs.map(({ sizeBytes, bytesPerMs }) => (maxLogBytes - sizeBytes) / bytesPerMs)
  return Math.max(minIntervalMs, Math.min(intervalMs, ...fullMs))
}

/** Keeps container logs bounded: a large one is renamed, and the runtime opens a new one. */
export class LogRotation {
  readonly #connection: RuntimeConnection
  readonly #podSet: PodSet
  readonly #log: Logger
  /** At the last look, by container id. */
  #seen = new Map<string, { sizeBytes: number; atMs: number }>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false
  #running: Promise<void> | undefined

  constructor(connection: RuntimeConnection, podSet: PodSet, log: Logger) {
    this.#connection = connection
    this.#podSet = podSet
    this.#log = log
  }

  start(): void {
    this.#lookIn(intervalMs)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #lookIn(delayMs: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#running = this.#rotateAll().then((nextMs) => this.#lookIn(nextMs))
    }, delayMs)
  }

  /** Resolves to when to look again. */
  async #rotateAll(): Promise<number> {
    const before = this.#seen
    this.#seen = new Map()
    const growing: LogGrowth[] = []
    for (const { runtime } of this.#podSet.all()) {
      for (const { id, state, logPath } of runtime.containers) {
        if (state !== 'running') continue
        try {
          const { size } = await stat(logPath)
          const atMs = performance.now()
          const last = before.get(id) ?? { sizeBytes: 0, atMs: atMs - intervalMs }
          const bytesPerMs = (size - last.sizeBytes) / Math.max(1, atMs - last.atMs)
          const isLarge = size > maxLogBytes
          if (isLarge) await this.#rotate(id, logPath)
          const sizeBytes = isLarge ? 0 : size
          this.#seen.set(id, { sizeBytes, atMs })
          if (bytesPerMs > 0) growing.push({ sizeBytes, bytesPerMs })
        } catch (error) {
          this.#log.debug('container log not rotated', { file: logPath, error: runtimeMessage(error) })
        }
      }
    }
    return nextLookMs(growing)
  }

  async #rotate(containerId: string, file: string): Promise<void> {
    const rotated = rotatedName(file, Date.now())
    await rename(file, rotated)
    try {
      await this.#connection.runtime.reopenContainerLog({ containerId }, { timeoutMs: 15_000 })
    } catch (error) {
      // The runtime still writes into the renamed file.
      await rename(rotated, file)
      throw error
    }
    const old = await rotatedFiles(file)
    for (const name of old.slice(0, Math.max(0, old.length - (maxLogFiles - 1)))) await rm(name)
  }
}
