import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../../../api/schema/generated/types/core-v1.ts'
import type { StorageClass } from '../../../../api/schema/generated/types/storage-v1.ts'
import { compareQuantities } from '../../../../api/schema/quantity.ts'
import { isDeleting, nameOf, namespaceOf, uidOf } from '../../object/meta.ts'
import { labelPredicate } from '../../object/selector.ts'
import { matchesNodeSelector } from '../../scheduler/node-selector.ts'

/** Source: k8s.io/component-helpers/storage/volume/{pv_helpers,annotations}.go. */

export const bindCompletedAnnotation = 'pv.kubernetes.io/bind-completed'
export const boundByControllerAnnotation = 'pv.kubernetes.io/bound-by-controller'
export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node'
export const provisionerAnnotation = 'volume.kubernetes.io/storage-provisioner'
export const oldProvisionerAnnotation = 'volume.beta.kubernetes.io/storage-provisioner'
const classAnnotation = 'volume.beta.kubernetes.io/storage-class'
const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class'
export const noProvisioner = 'kubernetes.io/no-provisioner'

/** '' means: none, and none wanted. */
export function classOf(object: PersistentVolume | PersistentVolumeClaim): string {
  return object.metadata?.annotations?.[classAnnotation] ?? object.spec?.storageClassName ?? ''
}

/** The class of claims that name none: the youngest of those marked so. */
export function defaultClass(classes: readonly StorageClass[]): StorageClass | undefined {
  const marked = classes.filter(({ metadata }) => metadata?.annotations?.[defaultClassAnnotation] === 'true')
  const age = ({ metadata }: StorageClass) => metadata?.creationTimestamp ?? ''
  return marked.sort((a, b) => (age(a) > age(b) ? -1 : age(a) < age(b) ? 1 : nameOf(a) < nameOf(b) ? -1 : 1))[0]
}

export function waitsForConsumer(storageClass: StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
}

/** The volume's claimRef speaks of this claim. */
export function isMeantFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec?.claimRef
  return (
    ref !== undefined &&
    ref.name === nameOf(claim) &&
    ref.namespace === namespaceOf(claim) &&
    (ref.uid === undefined || ref.uid === '' || ref.uid === uidOf(claim))
  )
}

/** The volume is bound to this claim for good. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return volume.spec?.claimRef?.uid === uidOf(claim) && isMeantFor(volume, claim)
}

export function isOnNode(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required
  return required === undefined || matchesNodeSelector(required, node)
}

/** Why a volume that the user chose for the claim cannot be it; undefined when it can. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const asked = claim.spec?.resources?.requests?.storage ?? '0'
  if (compareQuantities(volume.spec?.capacity?.storage ?? '0', asked) < 0) return 'requested PV is too small'
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match'
  if (!isSameMode(volume, claim)) return 'incompatible volumeMode'
  if (!hasModes(volume, claim)) return 'incompatible accessMode'
  return undefined
}

function isSameMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem')
}

function hasModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (claim.spec?.accessModes ?? []).every((mode) => volume.spec?.accessModes?.includes(mode))
}

/**
 * The volume that was set aside for the claim, or else the smallest free one that fits.
 * Source: pv_helpers.go, FindMatchingVolume.
 *
 * @param node only volumes that this node can reach
 * @param taken names of volumes already given away
 */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node?: Node,
  taken?: ReadonlySet<string>,
): PersistentVolume | undefined {
  const matches = claim.spec?.selector ? labelPredicate(claim.spec.selector) : () => true
  let best: PersistentVolume | undefined
  for (const volume of volumes) {
    if (taken?.has(nameOf(volume)) || isDeleting(volume) || (node && !isOnNode(volume, node))) continue
    if (mismatch(volume, claim)) continue
    if (isMeantFor(volume, claim)) return volume
    const isFree = volume.spec?.claimRef === undefined && (volume.status?.phase ?? 'Available') === 'Available'
    if (!isFree || !matches(volume.metadata?.labels)) continue
    const size = volume.spec?.capacity?.storage ?? '0'
    if (!best || compareQuantities(size, best.spec?.capacity?.storage ?? '0') < 0) best = volume
  }
  return best
}
