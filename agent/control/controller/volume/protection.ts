import {
  persistentvolumeclaims,
  persistentvolumes,
  pods as podsRef,
} from '../../../../api/schema/generated/resources.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import {
  hasFinalizer,
  isDeleting,
  keyFor,
  keyOf,
  namespaceOf,
  withFinalizer,
  withoutFinalizer,
} from '../../object/meta.ts'
import { isFinished } from '../../object/pod.ts'
import { claimNamesOf } from '../../object/pod-claims.ts'

const claimFinalizer = 'kubernetes.io/pvc-protection'
const volumeFinalizer = 'kubernetes.io/pv-protection'
const claimIndex = 'claim'

/** Keys of the claims a pod uses. */
export function claimKeysOf(pod: Pod): string[] {
  return claimNamesOf(pod).map((name) => keyFor(namespaceOf(pod), name))
}

/** The pod could still touch the claim's data: it is on a node and has not ended. */
export function uses(pod: Pod): boolean {
  return Boolean(pod.spec?.nodeName) && !isFinished(pod)
}

/**
 * A claim that is deleted goes only when no pod uses it.
 * Source: k8s.io/kubernetes/pkg/controller/volume/pvcprotection/pvc_protection_controller.go.
 */
export function claimProtectionController({ informers }: ControlContext): ControllerDefinition {
  const claims = informers.of(persistentvolumeclaims)
  const pods = informers.indexed(podsRef, claimIndex, claimKeysOf)
  return {
    name: 'pvc-protection-controller',
    watches: [
      watch(persistentvolumeclaims, (claim: PersistentVolumeClaim) => [keyOf(claim)]),
      watch(podsRef, claimKeysOf),
    ],
    async reconcile(key, writer) {
      const claim = claims.get(key)
      if (!claim) return undefined
      const isProtected = hasFinalizer(claim, claimFinalizer)
      if (!isDeleting(claim)) {
        if (!isProtected) await writer.update(persistentvolumeclaims, withFinalizer(claim, claimFinalizer))
      } else if (isProtected && !pods.byIndex(claimIndex, key).some(uses)) {
        await writer.update(persistentvolumeclaims, withoutFinalizer(claim, claimFinalizer))
      }
      return undefined
    },
  }
}

/**
 * A volume that is deleted goes only when it is not bound.
 * Source: k8s.io/kubernetes/pkg/controller/volume/pvprotection/pv_protection_controller.go.
 */
export function volumeProtectionController({ informers }: ControlContext): ControllerDefinition {
  const volumes = informers.of(persistentvolumes)
  return {
    name: 'pv-protection-controller',
    watches: [watch(persistentvolumes, (volume: PersistentVolume) => [keyOf(volume)])],
    async reconcile(key, writer) {
      const volume = volumes.get(key)
      if (!volume) return undefined
      const isProtected = hasFinalizer(volume, volumeFinalizer)
      if (!isDeleting(volume)) {
        if (!isProtected) await writer.update(persistentvolumes, withFinalizer(volume, volumeFinalizer))
      } else if (isProtected && volume.status?.phase !== 'Bound') {
        await writer.update(persistentvolumes, withoutFinalizer(volume, volumeFinalizer))
      }
      return undefined
    },
  }
}
