import type { Client } from '../../../api/client/client.ts'
import type { Informer } from '../../../api/client/informer.ts'
import { createInformer } from '../../../api/client/reflector.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import type { KubernetesObject, ResourceRef } from '../object/types.ts'

/** One informer a resource, shared by all loops of this leader. */
export class Informers {
  #client: Client
  #log: Logger
  #random: () => number
  #informers = new Map<string, Informer<KubernetesObject>>()
  #indexes = new Map<string, Set<string>>()

  constructor(client: Client, log: Logger, random: () => number) {
    this.#client = client
    this.#log = log
    this.#random = random
  }

  /** Started by the first call. */
  of<T extends KubernetesObject>(ref: ResourceRef<T>): Informer<T> {
    const name = `${ref.group}/${ref.version}/${ref.resource}`
    const known = this.#informers.get(name)
    if (known) return known as unknown as Informer<T>
    const made = createInformer(this.#client, ref, { log: this.#log, random: this.#random })
    this.#informers.set(name, made as unknown as Informer<KubernetesObject>)
    return made
  }

  /** The informer, with an index of this name; the first function given for a name stays. */
  indexed<T extends KubernetesObject>(
    ref: ResourceRef<T>,
    index: string,
    valuesOf: (object: T) => string[],
  ): Informer<T> {
    const informer = this.of(ref)
    const name = `${ref.group}/${ref.version}/${ref.resource}`
    const known = this.#indexes.get(name) ?? new Set()
    this.#indexes.set(name, known)
    if (!known.has(index)) {
      known.add(index)
      informer.addIndex(index, valuesOf)
    }
    return informer
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop()
  }
}
