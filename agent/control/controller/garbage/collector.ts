import { ApiError, isReason, type KubernetesObject } from '../../../../api/client/client.ts'
import type { ObjectKey, WorkQueue } from '../../../../api/client/informer.ts'
import { createWorkQueue } from '../../../../api/client/work-queue.ts'
import { customresourcedefinitions } from '../../../../api/schema/generated/resources.ts'
import type { ControlContext, Loop } from '../../loop/context.ts'
import { type ApiObject, apiVersionOf, hasFinalizer, uidOf, withMetadata, withoutFinalizer } from '../../object/meta.ts'
import { customResource, deletableResources } from '../../object/resources.ts'
import type { OwnerReference, ResourceRef } from '../../object/types.ts'
import { foregroundFinalizer, type Item, OwnershipGraph, orphanFinalizer } from './graph.ts'
import { judge, type OwnerState } from './verdict.ts'

/** Not owned by anything that matters, and many. */
const ignored = new Set(['/events'])
const concurrency = 20
/** Owners known to be gone, so that a thousand dependents ask once. */
const maxAbsent = 500

/** Collects what its owners left behind: one graph over all resources, fed by their informers. */
export class GarbageCollector implements Loop {
  readonly name = 'generic-garbage-collector'
  readonly #context: ControlContext
  readonly #graph = new OwnershipGraph()
  readonly #refs = new Map<string, ResourceRef>()
  readonly #absent = new Set<string>()
  #queue: WorkQueue | undefined
  #isStopped = false

  constructor(context: ControlContext) {
    const client = context.client.as('system:serviceaccount:kube-system:generic-garbage-collector')
    this.#context = { ...context, client, log: context.log.child('garbage') }
  }

  async start(): Promise<void> {
    const { informers, log, random } = this.#context
    const refs = deletableResources().filter(({ group, resource }) => !ignored.has(`${group}/${resource}`))
    await Promise.all(refs.map((ref) => informers.of(ref).synced()))
    if (this.#isStopped) return
    this.#queue = createWorkQueue({ work: (uid) => this.#work(uid), log, concurrency, random, maxDelayMs: 30_000 })
    for (const ref of refs) this.#follow(ref)
    informers.of(customresourcedefinitions).addHandler({
      added: (definition) => this.#followCustom(customResource(definition)),
      updated: (_, definition) => this.#followCustom(customResource(definition)),
    })
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#queue?.stop()
  }

  #followCustom(ref: ResourceRef | undefined): void {
    if (ref && !this.#refs.has(kindOf(apiVersionOf(ref), ref.kind))) this.#follow(ref)
  }

  #follow(ref: ResourceRef): void {
    this.#refs.set(kindOf(apiVersionOf(ref), ref.kind), ref)
    const changed = (object: KubernetesObject) => this.#add(this.#graph.set(ref, object as ApiObject))
    this.#context.informers.of(ref).addHandler({
      added: changed,
      updated: (_, object) => changed(object),
      deleted: (object) => {
        this.#remember(uidOf(object))
        this.#add(this.#graph.delete(uidOf(object)))
      },
    })
  }

  #add(uids: string[]): void {
    for (const uid of uids) this.#queue?.add(uid)
  }

  #remember(uid: string): void {
    this.#absent.add(uid)
    if (this.#absent.size > maxAbsent) this.#absent.delete(this.#absent.values().next().value!)
  }

  async #work(uid: ObjectKey): Promise<void> {
    const item = this.#graph.get(uid)
    if (!item) return
    try {
      await this.#settle(item)
    } catch (error) {
      if (this.#isStopped) return
      // Gone, or changed: the informer will tell, but not again if it has told already.
      if (isReason(error, 'NotFound') && !this.#graph.get(uid)) return
      throw error
    }
  }

  async #settle(item: Item): Promise<void> {
    const states = new Map<string, OwnerState>()
    for (const owner of item.owners) states.set(owner.uid, await this.#stateOf(item, owner))
    const verdict = judge(item, this.#graph.dependentsOf(item.uid), ({ uid }) => states.get(uid)!)
    switch (verdict.kind) {
      case 'keep':
        return
      case 'orphan dependents':
        for (const dependent of this.#graph.dependentsOf(item.uid)) await this.#dropOwners(dependent, [item.uid])
        await this.#dropFinalizer(item, orphanFinalizer)
        return
      case 'finish foreground':
        await this.#dropFinalizer(item, foregroundFinalizer)
        return
      case 'await dependents':
        this.#add(verdict.dependents)
        return
      case 'drop owners':
        await this.#dropOwners(item, verdict.uids)
        return
      case 'delete':
        if (verdict.unblock.length > 0) await this.#unblock(item, verdict.unblock)
        await this.#delete(item, verdict.policy)
    }
  }

  /** The graph knows the living; whether one that it does not know is gone, only the server can tell. */
  async #stateOf(item: Item, owner: OwnerReference): Promise<OwnerState> {
    const known = this.#graph.get(owner.uid)
    if (known) {
      // An owner in another namespace is none at all.
      if (known.namespace !== '' && known.namespace !== item.namespace) return 'absent'
      return known.isForeground ? 'waiting' : 'solid'
    }
    if (this.#absent.has(owner.uid)) return 'absent'
    const ref = this.#refs.get(kindOf(owner.apiVersion, owner.kind)) ?? this.#otherVersion(owner)
    if (!ref) throw new Error(`owner ${owner.kind} ${owner.name} is of a kind that is not served: ${owner.apiVersion}`)
    if (ref.namespaced && item.namespace === '') return 'solid'
    try {
      const found = await this.#context.client
        .resource(ref, ref.namespaced ? item.namespace : undefined)
        .get(owner.name)
      if (uidOf(found) === owner.uid) return 'solid'
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
    this.#remember(owner.uid)
    return 'absent'
  }

  /** References may name any version that the group serves. */
  #otherVersion({ apiVersion, kind }: OwnerReference): ResourceRef | undefined {
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
    return [...this.#refs.values()].find((ref) => ref.group === group && ref.kind === kind)
  }

  async #fresh(item: Item): Promise<ApiObject | undefined> {
    try {
      const { client } = this.#context
      const found = await client.resource(item.ref, item.namespace || undefined).get(item.name)
      return uidOf(found) === item.uid ? (found as ApiObject) : undefined
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  async #dropOwners(item: Item, uids: readonly string[]): Promise<void> {
    await this.#change(item, (object) => {
      const ownerReferences = object.metadata?.ownerReferences?.filter(({ uid }) => !uids.includes(uid))
      return withMetadata(object, { ownerReferences })
    })
  }

  async #unblock(item: Item, uids: readonly string[]): Promise<void> {
    await this.#change(item, (object) => {
      const ownerReferences = object.metadata?.ownerReferences?.map((owner) =>
        uids.includes(owner.uid) ? { ...owner, blockOwnerDeletion: false } : owner,
      )
      return withMetadata(object, { ownerReferences })
    })
  }

  async #dropFinalizer(item: Item, finalizer: string): Promise<void> {
    await this.#change(item, (object) =>
      hasFinalizer(object, finalizer) ? withoutFinalizer(object, finalizer) : object,
    )
  }

  async #change(item: Item, change: (object: ApiObject) => ApiObject): Promise<void> {
    const object = await this.#fresh(item)
    if (!object) return
    const changed = change(object)
    if (changed === object) return
    try {
      await this.#context.client.resource(item.ref).update(changed, { cause: object.metadata?.resourceVersion })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }

  /** Only if the owners still are those that were judged. */
  async #delete(item: Item, policy: 'Background' | 'Foreground' | 'Orphan'): Promise<void> {
    const object = await this.#fresh(item)
    if (!object) return
    const owners = object.metadata?.ownerReferences ?? []
    const isJudged = owners.length === item.owners.length && owners.every(({ uid }, i) => uid === item.owners[i]!.uid)
    if (!isJudged) throw new ApiError(409, 'Conflict', `the owners of ${item.ref.resource} ${item.name} have changed`)
    const { resourceVersion } = object.metadata ?? {}
    const propagationPolicy = hasFinalizer(object, orphanFinalizer) ? 'Orphan' : policy
    await this.#context.client.resource(item.ref, item.namespace || undefined).delete(item.name, {
      propagationPolicy,
      preconditions: { uid: item.uid, resourceVersion },
      cause: resourceVersion,
    })
  }
}

function kindOf(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`
}
