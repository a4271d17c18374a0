import { statfs } from 'node:fs/promises'
import type { Clock } from '../../../mesh/clock/clock.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { type RuntimeConnection, runtimeMessage } from '../runtime/connection.ts'
import { imagesToRemove, type KnownImage } from './garbage.ts'

const intervalMs = 60_000
const callTimeoutMs = 60_000

/** Removes images that no container uses when the disk fills. */
export class ImageCollector {
  readonly #connection: RuntimeConnection
  readonly #directory: string
  readonly #clock: Clock
  readonly #log: Logger
  readonly #known = new Map<string, KnownImage>()
  #timer: ReturnType<typeof setInterval> | undefined
  #running: Promise<void> | undefined

  /** `directory` lies on the file system that holds the images. */
  constructor(connection: RuntimeConnection, directory: string, clock: Clock, log: Logger) {
    this.#connection = connection
    this.#directory = directory
    this.#clock = clock
    this.#log = log
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.collect()
        .catch((error: unknown) => this.#log.debug('images not collected', { error: runtimeMessage(error) }))
        .finally(() => {
          this.#running = undefined
        })
    }, intervalMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  /** Looks once, and removes what has to go. */
  async collect(): Promise<void> {
    const nowMs = this.#clock.nowMs()
    const options = { timeoutMs: callTimeoutMs }
    const [{ images }, { containers }, { blocks, bavail, bsize }] = await Promise.all([
      this.#connection.images.listImages({}, options),
      this.#connection.runtime.listContainers({}, options),
      statfs(this.#directory),
    ])
    const inUse = new Set(containers.flatMap(({ imageRef, imageId }) => [imageRef, imageId]))
    const present = new Set(images.map(({ id }) => id))
    for (const id of this.#known.keys()) if (!present.has(id)) this.#known.delete(id)
    for (const { id, size, pinned } of images) {
      const before = this.#known.get(id)
      const lastUsedMs = inUse.has(id) ? nowMs : (before?.lastUsedMs ?? 0)
      const firstSeenMs = before?.firstSeenMs ?? nowMs
      this.#known.set(id, { id, sizeBytes: Number(size), pinned, firstSeenMs, lastUsedMs })
    }
    const disk = { capacityBytes: blocks * bsize, availableBytes: bavail * bsize }
    for (const id of imagesToRemove([...this.#known.values()], inUse, disk, nowMs)) {
      await this.#connection.images.removeImage({ image: { image: id } }, options)
      this.#log.info('unused image removed, the disk is nearly full', { image: id })
    }
  }
}
