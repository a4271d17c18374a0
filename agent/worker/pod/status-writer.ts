import { type Client, isReason } from '../../../api/client/client.ts'
import { pods } from '../../../api/schema/generated/resources.ts'
import type { Pod, PodStatus } from '../../../api/schema/generated/types/core-v1.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'

const retryDelayMs = 1000

/** Whether a patch with `wanted` would change anything; what `wanted` does not name is not compared. */
export function statusDiffers(current: PodStatus = {}, wanted: PodStatus): boolean {
  for (const [key, value] of Object.entries(wanted)) {
    const known = current[key as keyof PodStatus]
    if (key === 'conditions') {
      for (const condition of wanted.conditions ?? []) {
        const before = current.conditions?.find(({ type }) => type === condition.type)
        if (!before || !Bun.deepEquals(plain(before), plain(condition))) return true
      }
    } else if (!Bun.deepEquals(plain(known), plain(value))) return true
  }
  return false
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

/** The strategic merge patch that turns `current` into `wanted`: lists merged by key need their old entries named. */
export function statusPatch(pod: Pod, wanted: PodStatus): unknown {
  const current = pod.status ?? {}
  const patch: Record<string, unknown> = JSON.parse(JSON.stringify(wanted))
  for (const key of ['reason', 'message', 'hostIP', 'podIP'] as const) {
    if (wanted[key] === undefined && current[key] !== undefined) patch[key] = null
  }
  for (const key of ['podIPs', 'hostIPs'] as const) {
    const kept = wanted[key] ?? []
    const gone = (current[key] ?? []).filter(({ ip }) => !kept.some((entry) => entry.ip === ip))
    patch[key] = [...kept, ...gone.map(({ ip }) => ({ ip, $patch: 'delete' }))]
  }
  patch.conditions = (wanted.conditions ?? []).map((condition) => {
    const before = current.conditions?.find(({ type }) => type === condition.type)
    const entry: Record<string, unknown> = JSON.parse(JSON.stringify(condition))
    for (const key of ['reason', 'message'] as const) if (before?.[key] && !condition[key]) entry[key] = null
    return entry
  })
  return { metadata: { uid: pod.metadata!.uid }, status: patch }
}

/**
 * Writes one pod's status, the newest wish last; a wish that comes while a write is under way replaces the one that
 * waits. Failed writes are made again until they succeed or the pod is gone.
 */
export class StatusWriter {
  readonly #client: Client
  readonly #log: Logger
  /** The newest object known: from the informer or the answer to a write. */
  #pod: Pod
  #wanted: PodStatus | undefined
  #writing: Promise<void> | undefined
  #stopped = false

  constructor(client: Client, pod: Pod, log: Logger) {
    this.#client = client
    this.#pod = pod
    this.#log = log
  }

  /** The object as last seen or written. */
  get pod(): Pod {
    return this.#pod
  }

  /** An object from the informer; an older one than the last write's answer is not taken. */
  observe(pod: Pod): void {
    const version = (object: Pod) => BigInt(object.metadata?.resourceVersion || '0')
    if (version(pod) >= version(this.#pod)) this.#pod = pod
  }

  write(wanted: PodStatus): void {
    this.#wanted = wanted
    this.#writing ??= this.#run().finally(() => {
      this.#writing = undefined
    })
  }

  async flushed(): Promise<void> {
    await this.#writing
  }

  stop(): void {
    this.#stopped = true
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      const wanted = this.#wanted
      this.#wanted = undefined
      if (!statusDiffers(this.#pod.status, wanted)) continue
      const { namespace, name } = this.#pod.metadata!
      try {
        const resource = this.#client.resource(pods, namespace)
        this.observe(await resource.patch(name!, statusPatch(this.#pod, wanted), { type: 'strategic' }, 'status'))
      } catch (error) {
        if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) {
          // Gone, or another pod of the same name: the informer will say so.
          this.#log.debug('pod status not written', { pod: name, error: String(error) })
          return
        }
        this.#log.warn('pod status not written, trying again', { pod: name, error: String(error) })
        this.#wanted ??= wanted
        await Bun.sleep(retryDelayMs)
      }
    }
  }
}
