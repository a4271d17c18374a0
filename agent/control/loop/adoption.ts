import { isReason, type ResourceRef } from '../../../api/client/client.ts'
import type { Claim } from '../object/claim.ts'
import {
  type ApiObject,
  controllerReference,
  isDeleting,
  nameOf,
  namespaceOf,
  uidOf,
  withMetadata,
} from '../object/meta.ts'
import type { ControlContext } from './context.ts'
import type { Writer } from './writer.ts'

/**
 * Writes what a claim found to be adopted and released; true when something was written. Before it adopts it asks the
 * server whether the owner still is the same and not being deleted: its informer could be behind.
 * Source: k8s.io/kubernetes/pkg/controller/controller_ref_manager.go, AdoptPod, ReleasePod, RecheckDeletionTimestamp.
 */
export async function adoptAndRelease<O extends ApiObject, T extends ApiObject>(
  context: ControlContext,
  writer: Writer,
  ownerRef: ResourceRef<O>,
  owner: O,
  ref: ResourceRef<T>,
  { adopt, release }: Claim<T>,
): Promise<boolean> {
  const mayAdopt = adopt.length > 0 && (await isStillThere(context, ownerRef, owner))
  if (mayAdopt) {
    const reference = controllerReference(ownerRef, owner)
    for (const object of adopt) {
      const ownerReferences = [...(object.metadata?.ownerReferences ?? []), reference]
      await ignoreGone(writer.update(ref, withMetadata(object, { ownerReferences })))
    }
  }
  for (const object of release) {
    const ownerReferences = object.metadata?.ownerReferences?.filter(({ uid }) => uid !== uidOf(owner))
    await ignoreGone(writer.update(ref, withMetadata(object, { ownerReferences })))
  }
  return mayAdopt || release.length > 0
}

async function isStillThere<O extends ApiObject>(
  context: ControlContext,
  ref: ResourceRef<O>,
  owner: O,
): Promise<boolean> {
  try {
    const fresh = await context.client.resource(ref, namespaceOf(owner)).get(nameOf(owner))
    return uidOf(fresh) === uidOf(owner) && !isDeleting(fresh)
  } catch (error) {
    if (isReason(error, 'NotFound')) return false
    throw error
  }
}

async function ignoreGone(write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}
