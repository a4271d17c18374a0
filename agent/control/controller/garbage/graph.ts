import type { ApiObject } from '../../object/meta.ts'
import { hasFinalizer, isDeleting, nameOf, namespaceOf, uidOf } from '../../object/meta.ts'
import type { OwnerReference, ResourceRef } from '../../object/types.ts'

/** Source: k8s.io/kubernetes/pkg/controller/garbagecollector/{graph,graph_builder}.go. */

export const orphanFinalizer = 'orphan'
export const foregroundFinalizer = 'foregroundDeletion'

/** An object as the collector sees it. */
export interface Item {
  uid: string
  ref: ResourceRef
  namespace: string
  name: string
  owners: readonly OwnerReference[]
  isDeleting: boolean
  /** Its dependents are to be let go. */
  isOrphaning: boolean
  /** It waits for its dependents to go first. */
  isForeground: boolean
}

const nobody: readonly OwnerReference[] = []

/** Who owns whom, by uid. Every change answers with the uids that have to be looked at again. Pure. */
export class OwnershipGraph {
  #items = new Map<string, Item>()
  /** Dependents by their owner's uid, also of owners that are not known. */
  #dependents = new Map<string, Set<string>>()

  get size(): number {
    return this.#items.size
  }

  get(uid: string): Item | undefined {
    return this.#items.get(uid)
  }

  dependentsOf(uid: string): Item[] {
    return [...(this.#dependents.get(uid) ?? [])].map((dependent) => this.#items.get(dependent)!)
  }

  set(ref: ResourceRef, object: ApiObject): string[] {
    const uid = uidOf(object)
    const item: Item = {
      uid,
      ref,
      namespace: namespaceOf(object),
      name: nameOf(object),
      owners: object.metadata?.ownerReferences ?? nobody,
      isDeleting: isDeleting(object),
      isOrphaning: isDeleting(object) && hasFinalizer(object, orphanFinalizer),
      isForeground: isDeleting(object) && hasFinalizer(object, foregroundFinalizer),
    }
    const previous = this.#items.get(uid)
    if (previous && isSame(previous, item)) return []
    this.#items.set(uid, item)
    const work = new Set<string>()
    this.#link(previous, item, work)
    if (item.isOrphaning && !previous?.isOrphaning) work.add(uid)
    if (item.isForeground && !previous?.isForeground) {
      work.add(uid)
      for (const dependent of this.#dependents.get(uid) ?? []) work.add(dependent)
    }
    // A dependent that is on its way out lets an owner that waits for it look again.
    if (item.isDeleting && !previous?.isDeleting) for (const owner of item.owners) this.#addWaiting(owner.uid, work)
    return [...work]
  }

  delete(uid: string): string[] {
    const item = this.#items.get(uid)
    if (!item) return []
    this.#items.delete(uid)
    const work = new Set<string>(this.#dependents.get(uid))
    for (const owner of item.owners) {
      this.#unlink(owner.uid, uid)
      this.#addWaiting(owner.uid, work)
    }
    return [...work]
  }

  #link(previous: Item | undefined, item: Item, work: Set<string>): void {
    const before = new Set(previous?.owners.map(({ uid }) => uid))
    const after = new Set(item.owners.map(({ uid }) => uid))
    for (const owner of before) {
      if (after.has(owner)) continue
      this.#unlink(owner, item.uid)
      this.#addWaiting(owner, work)
    }
    for (const owner of after) {
      const dependents = this.#dependents.get(owner) ?? new Set()
      this.#dependents.set(owner, dependents)
      dependents.add(item.uid)
      // An owner that is not known may be gone, or only not seen yet; one that waits takes the newcomer with it.
      const known = this.#items.get(owner)
      if (!before.has(owner) && (!known || known.isForeground)) work.add(item.uid)
    }
    const unblocked = previous?.owners.filter(
      ({ uid, blockOwnerDeletion }) =>
        blockOwnerDeletion && !item.owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
    )
    for (const { uid } of unblocked ?? []) this.#addWaiting(uid, work)
  }

  #unlink(owner: string, dependent: string): void {
    const dependents = this.#dependents.get(owner)
    dependents?.delete(dependent)
    if (dependents?.size === 0) this.#dependents.delete(owner)
  }

  #addWaiting(uid: string, work: Set<string>): void {
    if (this.#items.get(uid)?.isForeground) work.add(uid)
  }
}

function isSame(a: Item, b: Item): boolean {
  if (a.isDeleting !== b.isDeleting || a.isOrphaning !== b.isOrphaning || a.isForeground !== b.isForeground)
    return false
  if (a.owners.length !== b.owners.length) return false
  return a.owners.every((owner, i) => {
    const other = b.owners[i]!
    return owner.uid === other.uid && Boolean(owner.blockOwnerDeletion) === Boolean(other.blockOwnerDeletion)
  })
}
