import { type ApiObject, controllerOf, isDeleting, uidOf } from './meta.ts'
import type { LabelPredicate } from './selector.ts'

/** What a controller finds when it looks for its own among the objects of a namespace. */
export interface Claim<T> {
  /** Its own already, and those it may take as its own (`adopt`). */
  owned: T[]
  /** Match the selector and have no controller. */
  adopt: T[]
  /** Are controlled by it but do not match its selector any longer. */
  release: T[]
}

/**
 * Sorts out what belongs to `owner`. Ownership goes by uid, never by name.
 * Source: k8s.io/kubernetes/pkg/controller/controller_ref_manager.go, ClaimObject.
 */
export function claim<T extends ApiObject>(owner: ApiObject, matches: LabelPredicate, objects: readonly T[]): Claim<T> {
  const result: Claim<T> = { owned: [], adopt: [], release: [] }
  const ownerUid = uidOf(owner)
  for (const object of objects) {
    const controller = controllerOf(object)
    const isMatch = matches(object.metadata?.labels)
    if (controller) {
      if (controller.uid !== ownerUid) continue
      if (isMatch) result.owned.push(object)
      else if (!isDeleting(owner)) result.release.push(object)
      continue
    }
    if (!isMatch || isDeleting(owner) || isDeleting(object)) continue
    result.adopt.push(object)
    result.owned.push(object)
  }
  return result
}
