import type { Client, KubernetesObject, ResourceRef } from '../../../api/client/client.ts'
import { isReason } from '../../../api/client/client.ts'
import { configmaps, secrets } from '../../../api/schema/generated/resources.ts'
import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'

type Kind = 'configMap' | 'secret'
export type VolumeSourceHandler = (kind: Kind, namespace: string, name: string) => void

const retryDelayMs = 2000

/** Whether a pod has a volume made of this object. */
export function usesObject(pod: Pod, kind: Kind, namespace: string, name: string): boolean {
  if (pod.metadata?.namespace !== namespace) return false
  return (pod.spec?.volumes ?? []).some((volume) => {
    const direct = kind === 'configMap' ? volume.configMap?.name : volume.secret?.secretName
    return direct === name || volume.projected?.sources?.some((source) => source[kind]?.name === name)
  })
}

/**
 * Says when a ConfigMap or Secret has changed. Nothing is kept: volumes read the objects themselves, so that a node
 * need not hold every Secret of the cluster twice.
 */
export class SourceWatch {
  readonly #client: Client
  readonly #changed: VolumeSourceHandler
  readonly #log: Logger
  readonly #abort = new AbortController()
  #done: Promise<unknown> = Promise.resolve()

  constructor(client: Client, changed: VolumeSourceHandler, log: Logger) {
    this.#client = client
    this.#changed = changed
    this.#log = log
  }

  start(): void {
    this.#done = Promise.all([this.#follow('configMap', configmaps), this.#follow('secret', secrets)])
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#done
  }

  async #follow<T extends KubernetesObject>(kind: Kind, ref: ResourceRef<T>): Promise<void> {
    const { signal } = this.#abort
    const resource = this.#client.resource(ref)
    let resourceVersion: string | undefined
    while (!signal.aborted) {
      try {
        resourceVersion ??= (await resource.list({ resourceVersion: '0', limit: 1 })).metadata.resourceVersion
        for await (const event of resource.watch({ resourceVersion, signal })) {
          if (event.type === 'BOOKMARK') {
            resourceVersion = event.resourceVersion
            continue
          }
          const { namespace = '', name = '', resourceVersion: version } = event.object.metadata ?? {}
          resourceVersion = version ?? resourceVersion
          this.#changed(kind, namespace, name)
        }
      } catch (error) {
        if (signal.aborted) return
        if (isReason(error, 'Expired')) resourceVersion = undefined
        this.#log.debug('watch of volume sources ended', { kind, error: String(error) })
        await Bun.sleep(retryDelayMs)
      }
    }
  }
}
