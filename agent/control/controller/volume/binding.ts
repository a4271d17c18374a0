import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimStatus,
} from '../../../../api/schema/generated/types/core-v1.ts'
import type { StorageClass } from '../../../../api/schema/generated/types/storage-v1.ts'
import { nameOf, namespaceOf, uidOf, withMetadata } from '../../object/meta.ts'
import {
  bindCompletedAnnotation,
  boundByControllerAnnotation,
  classOf,
  defaultClass,
  findVolume,
  isBoundTo,
  isMeantFor,
  mismatch,
  noProvisioner,
  oldProvisionerAnnotation,
  provisionerAnnotation,
  selectedNodeAnnotation,
  waitsForConsumer,
} from './match.ts'

/** What a look at a claim or volume writes: at most one change of each, then it is looked at again. */
export interface BindingPlan {
  volume?: PersistentVolume
  volumePhase?: { volume: PersistentVolume; phase: string }
  claim?: PersistentVolumeClaim
  claimStatus?: PersistentVolumeClaimStatus
  event?: { type: 'Normal' | 'Warning'; reason: string; message: string }
}

export interface VolumeView {
  volumes: readonly PersistentVolume[]
  volume(name: string): PersistentVolume | undefined
  classes: readonly StorageClass[]
}

/**
 * Source: k8s.io/kubernetes/pkg/controller/volume/persistentvolume/pv_controller.go, syncClaim.
 * Provisioning itself is done by external provisioners.
 */
export function planClaim(claim: PersistentVolumeClaim, view: VolumeView): BindingPlan {
  const isCompleted = claim.metadata?.annotations?.[bindCompletedAnnotation] !== undefined
  return isCompleted ? planBound(claim, view) : planUnbound(claim, view)
}

function planUnbound(claim: PersistentVolumeClaim, view: VolumeView): BindingPlan {
  const name = claim.spec?.volumeName
  if (name) {
    const volume = view.volume(name)
    if (!volume) return pending(claim)
    if (volume.spec?.claimRef === undefined) {
      const why = mismatch(volume, claim)
      if (why === undefined) return bind(volume, claim)
      const message = `Cannot bind to requested volume "${name}": ${why}`
      return { ...pending(claim), event: { type: 'Warning', reason: 'VolumeMismatch', message } }
    }
    if (isMeantFor(volume, claim)) return bind(volume, claim)
    const message = `volume "${name}" already bound to a different claim.`
    return { ...pending(claim), event: { type: 'Warning', reason: 'FailedBinding', message } }
  }
  if (claim.spec?.storageClassName === undefined && classOf(claim) === '') {
    const chosen = defaultClass(view.classes)
    if (chosen) return { claim: { ...claim, spec: { ...claim.spec!, storageClassName: nameOf(chosen) } } }
  }
  const storageClass = view.classes.find((other) => nameOf(other) === classOf(claim))
  const isWaiting = waitsForConsumer(storageClass) && !claim.metadata?.annotations?.[selectedNodeAnnotation]
  const setAside = view.volumes.find((volume) => isMeantFor(volume, claim) && mismatch(volume, claim) === undefined)
  const volume = setAside ?? (waitsForConsumer(storageClass) ? undefined : findVolume(claim, view.volumes))
  if (volume) return bind(volume, claim)
  if (isWaiting) {
    const message = 'waiting for first consumer to be created before binding'
    return { ...pending(claim), event: { type: 'Normal', reason: 'WaitForFirstConsumer', message } }
  }
  return provision(claim, storageClass)
}

/** Asks the class's provisioner, by annotation; it makes a volume that is meant for the claim. */
function provision(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): BindingPlan {
  const provisioner = storageClass?.provisioner
  if (classOf(claim) !== '' && !storageClass) {
    const message = `storageclass.storage.k8s.io "${classOf(claim)}" not found`
    return { ...pending(claim), event: { type: 'Warning', reason: 'ProvisioningFailed', message } }
  }
  if (provisioner === undefined || provisioner === noProvisioner) {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    return { ...pending(claim), event: { type: 'Normal', reason: 'FailedBinding', message } }
  }
  const { annotations = {} } = claim.metadata ?? {}
  if (annotations[provisionerAnnotation] !== provisioner) {
    const asked = { [provisionerAnnotation]: provisioner, [oldProvisionerAnnotation]: provisioner }
    return { claim: withMetadata(claim, { annotations: { ...annotations, ...asked } }) }
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`
  return { ...pending(claim), event: { type: 'Normal', reason: 'ExternalProvisioning', message } }
}

/** Claims and volumes bind in four writes; each look makes the first that is missing. */
function bind(volume: PersistentVolume, claim: PersistentVolumeClaim): BindingPlan {
  if (!isBoundTo(volume, claim)) {
    const isChosen = volume.spec?.claimRef === undefined
    const claimRef = {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: nameOf(claim), namespace: namespaceOf(claim) },
      ...{ uid: uidOf(claim), resourceVersion: claim.metadata?.resourceVersion },
    }
    const bound = { ...volume, spec: { ...volume.spec, claimRef } }
    return { volume: isChosen ? annotated(bound, { [boundByControllerAnnotation]: 'yes' }) : bound }
  }
  if (volume.status?.phase !== 'Bound') return { volumePhase: { volume, phase: 'Bound' } }
  const isNamed = claim.spec?.volumeName === nameOf(volume)
  if (!isNamed || claim.metadata?.annotations?.[bindCompletedAnnotation] === undefined) {
    const chosen: Record<string, string> = isNamed ? {} : { [boundByControllerAnnotation]: 'yes' }
    const bound = { ...claim, spec: { ...claim.spec, volumeName: nameOf(volume) } }
    return { claim: annotated(bound, { ...chosen, [bindCompletedAnnotation]: 'yes' }) }
  }
  if (claim.status?.phase === 'Bound') return {}
  const { accessModes, capacity } = volume.spec ?? {}
  return { claimStatus: { ...claim.status, phase: 'Bound', accessModes, capacity } }
}

function annotated<T extends PersistentVolume | PersistentVolumeClaim>(object: T, more: Record<string, string>): T {
  return withMetadata(object, { annotations: { ...object.metadata?.annotations, ...more } })
}

function planBound(claim: PersistentVolumeClaim, view: VolumeView): BindingPlan {
  const lost = (reason: string, message: string): BindingPlan => {
    if (claim.status?.phase === 'Lost') return {}
    return { claimStatus: { ...claim.status, phase: 'Lost' }, event: { type: 'Warning', reason, message } }
  }
  const { volumeName } = claim.spec ?? {}
  if (!volumeName) {
    return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!')
  }
  const volume = view.volume(volumeName)
  if (!volume) {
    return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  }
  if (volume.spec?.claimRef === undefined || isMeantFor(volume, claim)) return bind(volume, claim)
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly')
}

function pending(claim: PersistentVolumeClaim): BindingPlan {
  return claim.status?.phase === 'Pending' ? {} : { claimStatus: { ...claim.status, phase: 'Pending' } }
}

/**
 * The phase of a volume: free, bound, or left by its claim. What was left with policy Delete is deleted by its
 * provisioner. Source: pv_controller.go, syncVolume.
 */
export function volumePhase(
  volume: PersistentVolume,
  claimOf: (namespace: string, name: string) => PersistentVolumeClaim | undefined,
): string {
  const ref = volume.spec?.claimRef
  if (!ref?.uid) return 'Available'
  const claim = claimOf(ref.namespace ?? '', ref.name ?? '')
  if (!claim || uidOf(claim) !== ref.uid) return 'Released'
  return 'Bound'
}
