import type { Informer } from '../../../api/client/informer.ts'
import type { Pod } from '../../../api/schema/generated/types/core-v1.ts'
import { podLogDirectories, type WorkerParts } from '../parts.ts'
import { runtimeMessage } from '../runtime/connection.ts'
import { listRuntimePods, type RuntimePod } from '../runtime/pod-state.ts'
import { PodActor } from './pod-actor.ts'

const housekeepingIntervalMs = 60_000

/** The pods of this node: one actor for each in the API, and one for each that only the runtime or the disk knows. */
export class PodSet {
  readonly #parts: WorkerParts
  readonly #informer: Informer<Pod>
  /** By uid. */
  readonly #actors = new Map<string, PodActor>()
  #timer: ReturnType<typeof setInterval> | undefined
  #stopped = false
  readonly #changeListeners = new Set<() => void>()

  constructor(parts: WorkerParts, informer: Informer<Pod>) {
    this.#parts = parts
    this.#informer = informer
  }

  async start(): Promise<void> {
    this.#informer.addHandler({
      added: (pod) => this.#observe(pod),
      updated: (previous, pod) => {
        // Deleted and made again under the same name between two looks.
        if (previous.metadata?.uid !== pod.metadata?.uid) this.#vanish(previous)
        this.#observe(pod)
      },
      deleted: (pod) => this.#vanish(pod),
    })
    await this.#informer.synced()
    await this.#removeOrphans()
    this.#timer = setInterval(() => void this.#removeOrphans(), housekeepingIntervalMs)
  }

  get(uid: string): PodActor | undefined {
    return this.#actors.get(uid)
  }

  all(): PodActor[] {
    return [...this.#actors.values()]
  }

  /** Called when an actor has come or gone. */
  onChange(listener: () => void): void {
    this.#changeListeners.add(listener)
  }

  wake(uid: string): void {
    this.#actors.get(uid)?.wake()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await Promise.all(this.all().map((actor) => actor.stop()))
  }

  #observe(pod: Pod): void {
    const actor = this.#actors.get(pod.metadata!.uid!)
    if (actor) actor.observe(pod)
    else this.#add(pod, false)
  }

  #vanish(pod: Pod): void {
    const actor = this.#actors.get(pod.metadata!.uid!)
    actor?.vanish()
  }

  #add(pod: Pod, gone: boolean): void {
    if (this.#stopped) return
    const uid = pod.metadata!.uid!
    const forgotten = () => {
      this.#actors.delete(uid)
      for (const listener of this.#changeListeners) listener()
      // Its object may still be there when deleting it failed for a precondition.
      const left = this.#informer.list().find(({ metadata }) => metadata?.uid === uid)
      if (left && !gone && !left.metadata?.deletionTimestamp) this.#add(left, false)
    }
    const actor = new PodActor(this.#parts, pod, { gone, forgotten })
    this.#actors.set(uid, actor)
    actor.wake()
    for (const listener of this.#changeListeners) listener()
  }

  /** Whatever the runtime, the cgroups or the disk hold of pods that are not in the API is ended and removed. */
  async #removeOrphans(): Promise<void> {
    try {
      const runtimePods = await listRuntimePods(this.#parts.connection)
      const logs = (await podLogDirectories(this.#parts)).keys()
      const onDisk = [...(await this.#parts.volumes.podUids()), ...this.#parts.cgroups.podUids(), ...logs]
      const known = new Set(this.#informer.list().map(({ metadata }) => metadata!.uid!))
      const orphans = new Map<string, RuntimePod>()
      for (const uid of onDisk) orphans.set(uid, { uid, namespace: '', name: '' })
      for (const pod of runtimePods) orphans.set(pod.uid, pod)
      for (const pod of orphans.values()) {
        if (known.has(pod.uid) || this.#actors.has(pod.uid)) continue
        this.#parts.log.info('pod without an object is removed', {
          pod: pod.name,
          namespace: pod.namespace,
          uid: pod.uid,
        })
        this.#add({ apiVersion: 'v1', kind: 'Pod', metadata: { ...pod }, spec: { containers: [] } }, true)
      }
    } catch (error) {
      this.#parts.log.warn('orphaned pods not looked for', { error: runtimeMessage(error) })
    }
  }
}
