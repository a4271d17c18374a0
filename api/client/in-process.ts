import { conformValue, type GroupVersionKind } from '../codec/body.ts'
import type { UserInfo, WriteContext } from '../resource/definition.ts'
import { deleteObject } from '../resource/delete.ts'
import { ItemFilter } from '../resource/filter.ts'
import { getObject } from '../resource/get.ts'
import type { Item } from '../resource/item.ts'
import { listObjects, parseRevision } from '../resource/list.ts'
import type { ApiObject } from '../resource/object.ts'
import type { PatchDocument } from '../resource/patch.ts'
import { patchObject } from '../resource/patch.ts'
import type { Registry } from '../resource/registry.ts'
import { badRequest, toApiError } from '../resource/status.ts'
import type { SubresourceActions } from '../resource/subresource.ts'
import { ResourceWatch } from '../resource/watch.ts'
import { createObject, type Target, updateObject } from '../resource/write.ts'
import type {
  Client,
  DeleteOptions,
  KubernetesObject,
  ListOptions,
  ObjectList,
  PatchOptions,
  ReadOptions,
  ResourceClient,
  ResourceRef,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client.ts'

const eventsPerTake = 500

interface Identity {
  user: UserInfo
  term?: number
}

/**
 * The Client over the registry of this very process. It is trusted: writes are admitted and validated like those over
 * HTTP, but not authorized; the history names `user` as their author.
 */
export function createClient(registry: Registry, actions: SubresourceActions, user: string): Client {
  return new InProcessClient(registry, actions, { user: userNamed(user) })
}

function userNamed(name: string): UserInfo {
  const [system, kind, namespace] = name.split(':')
  if (system === 'system' && kind === 'serviceaccount' && namespace) {
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
    return { name, groups }
  }
  if (system === 'system' && kind === 'node') return { name, groups: ['system:nodes', 'system:authenticated'] }
  return { name, groups: ['system:authenticated'] }
}

class InProcessClient implements Client {
  constructor(
    readonly registry: Registry,
    readonly actions: SubresourceActions,
    readonly identity: Identity,
  ) {}

  resource<T extends KubernetesObject>(ref: ResourceRef<T>, namespace?: string): ResourceClient<T> {
    return new InProcessResource<T>(this, ref, namespace)
  }

  as(user: string): Client {
    return new InProcessClient(this.registry, this.actions, { ...this.identity, user: userNamed(user) })
  }

  fenced(term: number): Client {
    return new InProcessClient(this.registry, this.actions, { ...this.identity, term })
  }
}

class InProcessResource<T extends KubernetesObject> implements ResourceClient<T> {
  #client: InProcessClient
  #ref: ResourceRef<T>
  #namespace: string | undefined

  constructor(client: InProcessClient, ref: ResourceRef<T>, namespace: string | undefined) {
    this.#client = client
    this.#ref = ref
    this.#namespace = namespace
  }

  get(name: string, options: ReadOptions = {}): Promise<T> {
    return this.#answer(async ({ registry }) => {
      const definition = registry.definitionOf(this.#ref)
      const item = await getObject(registry, definition, this.#namespaceOf(), name, options.resourceVersion)
      return typed<T>(item)
    })
  }

  list(options: Omit<ListOptions, 'namespace'> = {}): Promise<ObjectList<T>> {
    return this.#answer(async ({ registry }) => {
      const definition = registry.definitionOf(this.#ref)
      const query = { ...options, namespace: this.#namespace ?? '' }
      const result = await listObjects(registry, definition, query)
      return {
        items: result.items.map((item) => typed<T>(item)),
        metadata: {
          resourceVersion: String(result.revision),
          continue: result.continue,
          remainingItemCount: result.remainingItemCount,
        },
      }
    })
  }

  async *watch(options: Omit<WatchOptions, 'namespace'> = {}): AsyncGenerator<WatchEvent<T>> {
    const { registry } = this.#client
    const definition = registry.definitionOf(this.#ref)
    const filter = new ItemFilter({ ...options, namespace: this.#namespace }, definition.strategy.fields)
    const revision = parseRevision(options.resourceVersion)
    if (revision === undefined) await registry.refresh()
    const watch = new ResourceWatch(registry.cacheOf(definition), filter, { after: revision || undefined })
    const close = () => watch.close()
    options.signal?.addEventListener('abort', close)
    try {
      let isInitial = !watch.initialDone
      while (!options.signal?.aborted && !registry.cache.isClosed) {
        const events = watch.take(eventsPerTake)
        for (const { type, item } of events) yield { type, object: typed<T>(item) }
        if (isInitial && watch.initialDone) {
          isInitial = false
          yield { type: 'BOOKMARK', resourceVersion: String(watch.initialRevision) }
        }
        if (events.length === 0) await watch.wait()
      }
    } finally {
      watch.close()
      options.signal?.removeEventListener('abort', close)
    }
  }

  create(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#answer(async ({ registry }) => {
      const definition = registry.definitionOf(this.#ref)
      const namespace = this.#namespaceOf(object)
      const target = { definition, namespace, context: this.#context(options) }
      return typed<T>(await createObject(registry, target, () => conformed(object, definition)))
    })
  }

  update(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#update(object, '', options)
  }

  updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    return this.#update(object, 'status', options)
  }

  patch(name: string, patch: unknown, options: PatchOptions, subresource = ''): Promise<T> {
    return this.#answer(async ({ registry }) => {
      const document: PatchDocument = { type: options.type, body: patch, force: options.force }
      const target = this.#target(name, this.#namespaceOf(), options)
      return typed<T>((await patchObject(registry, target, document, subresource)).item)
    })
  }

  delete(name: string, options: DeleteOptions = {}): Promise<void> {
    return this.#answer(async ({ registry }) => {
      await deleteObject(registry, this.#target(name, this.#namespaceOf(), options), options)
    })
  }

  createSubresource<B extends KubernetesObject, R extends KubernetesObject = B>(
    name: string,
    subresource: string,
    body: B,
    options: WriteOptions = {},
  ): Promise<R> {
    return this.#answer(async ({ registry, actions }) => {
      const target = this.#target(name, this.#namespaceOf(body), options)
      const copy = structuredClone(body) as unknown as ApiObject
      return (await actions.run(registry, target, subresource, copy)) as unknown as R
    })
  }

  #update(object: T, subresource: string, options: WriteOptions): Promise<T> {
    return this.#answer(async ({ registry }) => {
      const name = object.metadata?.name
      if (!name) throw badRequest('metadata.name is required to update an object')
      const target = this.#target(name, this.#namespaceOf(object), options)
      const compute = () => conformed(object, target.definition)
      return typed<T>(await updateObject(registry, target, { subresource, compute, verb: 'update' }))
    })
  }

  #target(name: string, namespace: string, options: WriteOptions): Target {
    return {
      definition: this.#client.registry.definitionOf(this.#ref),
      namespace,
      name,
      context: this.#context(options),
    }
  }

  #context(options: WriteOptions): WriteContext {
    const { user, term } = this.#client.identity
    return {
      user,
      isTrusted: true,
      term,
      dryRun: options.dryRun,
      fieldManager: options.fieldManager ?? user.name.split(':').at(-1),
      cause: options.cause ? Number(options.cause) || undefined : undefined,
      warn() {},
    }
  }

  #namespaceOf(object?: KubernetesObject): string {
    if (!this.#ref.namespaced) return ''
    const namespace = this.#namespace ?? object?.metadata?.namespace
    if (!namespace) throw badRequest(`a namespace is required to name one of ${this.#ref.resource}`)
    return namespace
  }

  async #answer<R>(run: (client: InProcessClient) => Promise<R>): Promise<R> {
    try {
      return await run(this.#client)
    } catch (error) {
      const answer = toApiError(error)
      if (answer.code === 500 && answer !== error) {
        this.#client.registry.log.error('a request of this process failed', {
          resource: this.#ref.resource,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        })
      }
      throw answer
    }
  }
}

/** A copy in the shape of its kind, as a body over HTTP would have become: quantities and times canonical, defaults in. */
function conformed(object: KubernetesObject, kind: GroupVersionKind): ApiObject {
  return conformValue(object, kind).object as ApiObject
}

function typed<T>(item: Item): T {
  return item.object as unknown as T
}
