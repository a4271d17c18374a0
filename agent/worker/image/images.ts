import type { Secret } from '../../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import type { ImageUser } from '../pod/security.ts'
import { type RuntimeConnection, runtimeMessage } from '../runtime/connection.ts'
import type { Image } from '../runtime/generated/cri/api_pb.ts'
import { Semaphore } from '../semaphore.ts'
import { readImageArchive } from './archive.ts'
import { type Credentials, pullCredentials } from './credentials.ts'
import { type PullProgress, readPullProgress } from './pull-progress.ts'
import { formatReference, parseReference } from './reference.ts'
import type { ImageRegistry } from './registry.ts'

const parallelPulls = 4
/** No progress for so long ends a pull; containerd itself gives up on a stalled one after 5 minutes. */
const pullTimeoutMs = 60 * 60 * 1000

export interface PresentImage {
  /** What containers are made from. */
  id: string
  user: ImageUser
  sizeBytes: number
}

/** A pull under way. */
export interface PullStatus {
  image: string
  sinceMs: number
  /** Undefined while it waits for its turn or for the registry, and while layers are unpacked. */
  progress?: PullProgress
}

/** The runtime's images: looked up, pulled, imported from archives. */
export class Images {
  readonly #connection: RuntimeConnection
  /** Undefined with an external runtime. */
  readonly #registry: ImageRegistry | undefined
  readonly #log: Logger
  readonly #pulls = new Map<string, { image: string; sinceMs: number; done: Promise<string> }>()
  readonly #clock: Clock
  readonly #semaphore = new Semaphore(parallelPulls)

  constructor(connection: RuntimeConnection, registry: ImageRegistry | undefined, clock: Clock, log: Logger) {
    this.#connection = connection
    this.#registry = registry
    this.#clock = clock
    this.#log = log
  }

  async find(name: string): Promise<PresentImage | undefined> {
    const { image } = await this.#connection.images.imageStatus({ image: { image: name } }, { timeoutMs: 15_000 })
    return image && present(image)
  }

  async list(): Promise<Image[]> {
    return (await this.#connection.images.listImages({}, { timeoutMs: 30_000 })).images
  }

  /** Pulls with the first credentials that work; calls for the same image share one pull. Resolves to its id. */
  pull(name: string, secrets: readonly Secret[]): Promise<string> {
    const credentials = pullCredentials(name, secrets)
    const key = JSON.stringify([name, credentials])
    const running = this.#pulls.get(key)
    if (running) return running.done
    const done = this.#semaphore.run(() => this.#pullWithAny(name, credentials)).finally(() => this.#pulls.delete(key))
    this.#pulls.set(key, { image: name, sinceMs: this.#clock.nowMs(), done })
    return done
  }

  /** Pulls under way, and how far each is. */
  pulls(): Promise<PullStatus[]> {
    return Promise.all(
      [...this.#pulls.values()].map(async ({ image, sinceMs }) => {
        return { image, sinceMs, progress: await this.progressOf(image) }
      }),
    )
  }

  /** Undefined when it is not known, see PullStatus. */
  async progressOf(image: string): Promise<PullProgress | undefined> {
    // It is told to people only: a runtime that cannot say it may still pull.
    return readPullProgress(this.#connection, image).catch(() => undefined)
  }

  async #pullWithAny(name: string, credentials: Credentials[]): Promise<string> {
    let failure: unknown
    for (const auth of credentials.length > 0 ? credentials : [undefined]) {
      try {
        const request = { image: { image: name }, auth }
        return (await this.#connection.images.pullImage(request, { timeoutMs: pullTimeoutMs })).imageRef
      } catch (error) {
        failure = error
      }
    }
    throw new Error(runtimeMessage(failure))
  }

  /**
   * Loads an OCI or docker archive into the runtime; the names of its images. Throws ArchiveError when the file is no
   * such archive.
   */
  async importArchive(file: string): Promise<string[]> {
    const registry = this.#registry
    if (!registry) {
      throw new Error(
        'images cannot be imported into an external container runtime: use its own tools (ctr images import)',
      )
    }
    const images = await readImageArchive(file)
    for (const image of images) {
      registry.serve(image)
      try {
        await this.pull(image.name, [])
        this.#log.info('image imported', { image: image.name, file })
      } finally {
        registry.withdraw(image.name)
      }
    }
    return images.map(({ name }) => name)
  }

  /** Whether an image of this name is there, whatever its defaults are written as. */
  async has(name: string): Promise<boolean> {
    const reference = parseReference(name)
    return reference !== undefined && (await this.find(formatReference(reference))) !== undefined
  }
}

function present(image: Image): PresentImage {
  const user: ImageUser = {}
  if (image.uid) user.uid = Number(image.uid.value)
  else if (image.username !== '') user.username = image.username
  return { id: image.id, user, sizeBytes: Number(image.size) }
}
