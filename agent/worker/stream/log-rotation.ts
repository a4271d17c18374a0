import { readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Logger } from '../../../mesh/logger/logger.ts'
import type { PodSet } from '../pod/pod-set.ts'
import { type RuntimeConnection, runtimeMessage } from '../runtime/connection.ts'

/** Upstream's defaults: containerLogMaxSize, containerLogMaxFiles, containerLogMonitorInterval. */
const maxBytes = 10 << 20
const maxFiles = 5
const intervalMs = 10_000

/** Keeps container logs bounded: a large one is renamed, and the runtime opens a new one. */
export class LogRotation {
  readonly #connection: RuntimeConnection
  readonly #podSet: PodSet
  readonly #log: Logger
  #timer: ReturnType<typeof setInterval> | undefined
  #running: Promise<void> | undefined

  constructor(connection: RuntimeConnection, podSet: PodSet, log: Logger) {
    this.#connection = connection
    this.#podSet = podSet
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#rotateAll().finally(() => {
        this.#running = undefined
      })
    }, intervalMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #rotateAll(): Promise<void> {
    for (const { runtime } of this.#podSet.all()) {
      for (const { id, state, logPath } of runtime.containers) {
        if (state !== 'running') continue
        try {
          if ((await stat(logPath)).size > maxBytes) await this.#rotate(id, logPath)
        } catch (error) {
          this.#log.debug('container log not rotated', { file: logPath, error: runtimeMessage(error) })
        }
      }
    }
  }

  async #rotate(containerId: string, file: string): Promise<void> {
    const time = new Date().toISOString().replace(/[-:T]|\..*/g, '')
    const rotated = `${file}.${time.slice(0, 8)}-${time.slice(8)}`
    await rename(file, rotated)
    try {
      await this.#connection.runtime.reopenContainerLog({ containerId }, { timeoutMs: 15_000 })
    } catch (error) {
      // The runtime still writes into the renamed file.
      await rename(rotated, file)
      throw error
    }
    const prefix = `${basename(file)}.`
    const old = (await readdir(dirname(file))).filter((name) => name.startsWith(prefix)).sort()
    for (const name of old.slice(0, Math.max(0, old.length - (maxFiles - 1)))) await rm(join(dirname(file), name))
  }
}
