import {
  persistentvolumeclaims,
  persistentvolumes,
  storageclasses,
} from '../../../../api/schema/generated/resources.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { isDeleting, keyFor, keyOf, nameOf } from '../../object/meta.ts'
import { planClaim, volumePhase } from './binding.ts'

const volumePrefix = '//volume/'
/** Classes and volumes that a provisioner makes later are seen by their events; this is for what nobody tells. */
const pendingCheckMs = 5 * 60_000

/**
 * Keys are claims (`namespace/name`) and volumes (`//volume/name`).
 * Source: k8s.io/kubernetes/pkg/controller/volume/persistentvolume/pv_controller_base.go.
 */
export function volumeController({ informers }: ControlContext): ControllerDefinition {
  const claims = informers.of(persistentvolumeclaims)
  const volumes = informers.of(persistentvolumes)
  const classes = informers.of(storageclasses)
  const isPending = (claim: PersistentVolumeClaim) => claim.status?.phase !== 'Bound'
  const pendingKeys = () => claims.list().filter(isPending).map(keyOf)
  const keysOfVolume = (volume: PersistentVolume) => {
    const { claimRef } = volume.spec ?? {}
    const meant = claimRef ? [keyFor(claimRef.namespace, claimRef.name ?? '')] : pendingKeys()
    return [volumePrefix + nameOf(volume), ...meant]
  }
  return {
    name: 'persistentvolume-controller',
    account: 'persistent-volume-binder',
    // One at a time: two claims must not be given the same volume.
    concurrency: 1,
    watches: [
      watch(persistentvolumeclaims, (claim: PersistentVolumeClaim) => {
        const { volumeName } = claim.spec ?? {}
        return volumeName ? [keyOf(claim), volumePrefix + volumeName] : [keyOf(claim)]
      }),
      watch(persistentvolumes, keysOfVolume),
      watch(storageclasses, pendingKeys),
    ],
    async reconcile(key, writer) {
      if (key.startsWith(volumePrefix)) {
        const volume = volumes.get(key.slice(volumePrefix.length))
        if (!volume) return undefined
        const phase = volumePhase(volume, (namespace, name) => claims.get(keyFor(namespace, name)))
        if (phase !== volume.status?.phase) {
          await writer.updateStatus(persistentvolumes, { ...volume, status: { ...volume.status, phase } })
        }
        return undefined
      }
      const claim = claims.get(key)
      if (!claim || isDeleting(claim)) return undefined
      const plan = planClaim(claim, {
        volumes: volumes.list(),
        volume: (name) => volumes.get(name),
        classes: classes.list(),
      })
      if (plan.event) writer.event(claim, plan.event.type, plan.event.reason, plan.event.message)
      if (plan.volume) await writer.update(persistentvolumes, plan.volume)
      if (plan.volumePhase) {
        const { volume, phase } = plan.volumePhase
        await writer.updateStatus(persistentvolumes, { ...volume, status: { ...volume.status, phase } })
      }
      if (plan.claim) await writer.update(persistentvolumeclaims, plan.claim)
      if (plan.claimStatus) {
        await writer.updateStatus(persistentvolumeclaims, { ...claim, status: plan.claimStatus })
      }
      const isMoving = plan.volume ?? plan.volumePhase ?? plan.claim ?? plan.claimStatus
      if (isMoving) return 1
      return isPending(claim) ? pendingCheckMs : undefined
    },
  }
}
