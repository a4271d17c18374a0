import type { ResourceClient } from '../../../api/client/client.ts'
import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { isReady } from '../object/pod.ts'

/** For tests: an outside client that counts pods with every event, in the order of the cluster's history. */
export class PodCount {
  readonly #pods = new Map<string, Pod>()
  readonly #abort = new AbortController()
  most = 0
  fewestReady = Number.POSITIVE_INFINITY
  #done: Promise<void>

  constructor(all: ResourceClient<Pod>, resourceVersion: string, present: Pod[]) {
    for (const pod of present) this.#pods.set(pod.metadata!.uid!, pod)
    this.#done = this.#run(all, resourceVersion)
  }

  async #run(all: ResourceClient<Pod>, resourceVersion: string): Promise<void> {
    const { signal } = this.#abort
    for await (const event of all.watch({ resourceVersion, signal })) {
      if (event.type === 'BOOKMARK') continue
      const uid = event.object.metadata!.uid!
      if (event.type === 'DELETED') this.#pods.delete(uid)
      else this.#pods.set(uid, event.object)
      const live = [...this.#pods.values()].filter((pod) => !pod.metadata?.deletionTimestamp)
      this.most = Math.max(this.most, live.length)
      this.fewestReady = Math.min(this.fewestReady, live.filter(isReady).length)
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#done
  }
}
