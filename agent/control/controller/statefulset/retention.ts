import { pods as podsRef, statefulsets } from '../../../../api/schema/generated/resources.ts'
import type { StatefulSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { isEquivalent } from '../../object/equal.ts'
import { apiVersionOf, nameOf, uidOf, withMetadata } from '../../object/meta.ts'
import type { OwnerReference, ResourceRef } from '../../object/types.ts'

/**
 * The claim with the owners that its set's retention policy gives it: the set when claims go with it, the pod when
 * they go with a scaling down, nobody when they stay. undefined: it is as it should be.
 * Source: pkg/controller/statefulset/stateful_set_utils.go, updateClaimOwnerRefForSetAndPod.
 *
 * @param isCondemned the pod goes because the set is scaled down
 */
export function retained(
  set: StatefulSet,
  pod: Pod,
  claim: PersistentVolumeClaim,
  isCondemned: boolean,
): PersistentVolumeClaim | undefined {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {}
  const before = claim.metadata?.ownerReferences ?? []
  // Another controller's claim is none of ours.
  if (before.some(({ controller, uid }) => controller && uid !== uidOf(set) && uid !== uidOf(pod))) return undefined
  const owners = before.filter(({ uid, kind, name }) => {
    const isFormerPod = kind === 'Pod' && name === nameOf(pod)
    return uid !== uidOf(set) && !isFormerPod
  })
  if (isCondemned && whenScaled === 'Delete') owners.push(reference(podsRef, pod))
  else if (whenDeleted === 'Delete') owners.push(reference(statefulsets, set))
  if (isEquivalent(owners, before)) return undefined
  return withMetadata(claim, { ownerReferences: owners.length > 0 ? owners : undefined })
}

function reference(ref: ResourceRef, owner: StatefulSet | Pod): OwnerReference {
  return { apiVersion: apiVersionOf(ref), kind: ref.kind, name: nameOf(owner), uid: uidOf(owner), controller: true }
}
