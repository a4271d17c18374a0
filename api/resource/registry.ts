import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { type Committed, type Revision, type Store, StoreError, type TransactionClass } from '../../mesh/store/store.ts'
import type { Admission } from '../admission/admission.ts'
import type { ResourceRef } from '../client/client.ts'
import { Cache, type ResourceCache } from './cache.ts'
import type { ClusterView, ResourceDefinition, TransactionDraft, WriteContext } from './definition.ts'
import type { Item } from './item.ts'
import { objectKey, resourcePrefix } from './key.ts'
import { notFound } from './status.ts'

export interface RegistryOptions {
  store: Store
  definitions: ResourceDefinition[]
  admission: Admission
  clock: Clock
  log: Logger
  /** Names this peer in the history's authors. */
  peer: string
}

/** What all verbs share: the cache, the definitions, and the way to commit. */
export class Registry {
  readonly cache: Cache
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly admission: Admission
  readonly peer: string
  #definitions = new Map<string, ResourceDefinition>()
  #caches = new Map<ResourceDefinition, ResourceCache>()
  /** Unique for this process: counters begin again after a restart, ids must not. */
  #origin: string
  #counter = 0

  constructor(options: RegistryOptions) {
    this.store = options.store
    this.clock = options.clock
    this.log = options.log
    this.admission = options.admission
    this.peer = options.peer
    this.cache = new Cache(options.store, options.log)
    this.#origin = `${options.peer}/${crypto.randomUUID()}`
    for (const definition of options.definitions) this.define(definition)
  }

  async start(): Promise<void> {
    await this.cache.start()
  }

  async stop(): Promise<void> {
    await this.cache.stop()
  }

  define(definition: ResourceDefinition): void {
    this.#definitions.set(`${definition.group}/${definition.version}/${definition.resource}`, definition)
  }

  definitions(): Iterable<ResourceDefinition> {
    return this.#definitions.values()
  }

  find(group: string, version: string, resource: string): ResourceDefinition | undefined {
    return this.#definitions.get(`${group}/${version}/${resource}`)
  }

  /** Throws NotFound for a resource this build does not serve. */
  definitionOf(ref: ResourceRef): ResourceDefinition {
    const definition = this.find(ref.group, ref.version, ref.resource)
    if (!definition) throw notFound(ref, ref.resource)
    return definition
  }

  cacheOf(definition: ResourceDefinition): ResourceCache {
    let cache = this.#caches.get(definition)
    if (!cache) {
      cache = this.cache.of(resourcePrefix({ group: definition.storage.group, resource: definition.resource }))
      this.#caches.set(definition, cache)
    }
    return cache
  }

  keyOf(definition: ResourceDefinition, namespace: string, name: string): string {
    const { prefix } = this.cacheOf(definition)
    return namespace === '' ? prefix + name : `${prefix}${namespace}/${name}`
  }

  /** From the cache, as new as this node is. */
  peek(definition: ResourceDefinition, namespace: string, name: string): Item | undefined {
    return this.cacheOf(definition).get(this.keyOf(definition, namespace, name))
  }

  /** Live: shows the newest state whenever it is asked. */
  view(): ClusterView {
    const { clock } = this
    return {
      get nowMs() {
        return clock.nowMs()
      },
      get: (ref, namespace, name) => {
        const item = this.cache.of(resourcePrefix(ref)).get(objectKey(ref, namespace, name))
        return item && { object: item.object, key: item.key, revision: item.revision }
      },
      list: (ref, namespace) =>
        this.cache
          .of(resourcePrefix(ref))
          .list(namespace)
          .map((item) => item.object),
      index: (ref, valuesOf) => this.cache.of(resourcePrefix(ref)).index(valuesOf),
    }
  }

  /** Undefined when a precondition did not hold: look again. Throws StoreError for everything else. */
  async commit(
    draft: TransactionDraft & { class: TransactionClass; ttlMs?: number },
    context: WriteContext,
    message: string,
  ): Promise<Committed | undefined> {
    try {
      return await this.store.commit({
        id: { origin: this.#origin, counter: ++this.#counter },
        class: draft.class,
        author: { user: context.user.name, peer: this.peer },
        message,
        cause: context.cause,
        term: context.term,
        preconditions: draft.preconditions,
        changes: draft.ttlMs === undefined ? draft.changes : draft.changes.map((c) => ({ ...c, ttlMs: draft.ttlMs })),
      })
    } catch (error) {
      if (error instanceof StoreError && error.code === 'PreconditionFailed') return undefined
      throw error
    }
  }

  /** Brings the cache to everything committed before the call. */
  refresh(): Promise<Revision> {
    return this.cache.barrier()
  }
}
