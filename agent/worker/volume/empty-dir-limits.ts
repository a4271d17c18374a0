import type { Logger } from '../../../mesh/logger/logger.ts'
import type { PodActor } from '../pod/pod-actor.ts'
import type { PodSet } from '../pod/pod-set.ts'
import { wholeUnits } from '../pod/resources.ts'
import { diskUsage } from './disk-usage.ts'
import type { PodVolumes } from './pod-volumes.ts'

/** Upstream's monitoringInterval of its eviction manager. */
const intervalMs = 10_000

/**
 * Evicts pods whose emptyDir on disk takes more than its sizeLimit; those in memory are bounded by the kernel.
 * Upstream: emptyDirLimitEviction.
 */
export class EmptyDirLimits {
  readonly #podSet: PodSet
  readonly #volumes: PodVolumes
  readonly #log: Logger
  #timer: ReturnType<typeof setInterval> | undefined
  #running: Promise<void> | undefined

  constructor(podSet: PodSet, volumes: PodVolumes, log: Logger) {
    this.#podSet = podSet
    this.#volumes = volumes
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#checkAll().finally(() => {
        this.#running = undefined
      })
    }, intervalMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #checkAll(): Promise<void> {
    for (const actor of this.#podSet.all()) {
      try {
        await this.#check(actor)
      } catch (error) {
        const fields = { pod: actor.pod.metadata!.name, error: String(error) }
        this.#log.debug('size of emptyDir volumes not read', fields)
      }
    }
  }

  async #check(actor: PodActor): Promise<void> {
    for (const { name, emptyDir } of actor.pod.spec!.volumes ?? []) {
      const limitBytes = wholeUnits(emptyDir?.sizeLimit) ?? 0
      if (!emptyDir || limitBytes === 0 || emptyDir.medium || actor.memory.volumes.state !== 'ready') continue
      const isOver = (bytes: number) => bytes > limitBytes
      if (!isOver(await diskUsage(this.#volumes.directoryOfVolume(actor.uid, name), isOver))) continue
      actor.evict(`Usage of EmptyDir volume "${name}" exceeds the limit "${emptyDir.sizeLimit}". `)
      return
    }
  }
}
