import { isReason } from '../../../../api/client/client.ts'
import { persistentvolumeclaims, pods as podsRef } from '../../../../api/schema/generated/resources.ts'
import type { PersistentVolumeClaim, Pod, Volume } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { isNamespaceGoing } from '../../loop/writer.ts'
import { controllerOf, controllerReference, isDeleting, keyFor, keyOf, namespaceOf } from '../../object/meta.ts'
import { isFinished } from '../../object/pod.ts'
import { claimNameOf, strangerTo } from '../../object/pod-claims.ts'

/** The claim for an ephemeral volume: it lives as long as its pod, which is its owner. */
export function ephemeralClaim(pod: Pod, volume: Volume): PersistentVolumeClaim | undefined {
  const template = volume.ephemeral?.volumeClaimTemplate
  if (!template) return undefined
  const { annotations, labels } = template.metadata ?? {}
  return {
    metadata: {
      name: claimNameOf(pod, volume),
      namespace: namespaceOf(pod),
      ownerReferences: [controllerReference(podsRef, pod)],
      annotations,
      labels,
    },
    spec: template.spec,
  }
}

/**
 * Makes the claims of pods' ephemeral volumes; garbage collection removes them with the pod.
 * Source: k8s.io/kubernetes/pkg/controller/volume/ephemeral/controller.go.
 */
export function ephemeralVolumeController({ informers }: ControlContext): ControllerDefinition {
  const pods = informers.of(podsRef)
  const claims = informers.of(persistentvolumeclaims)
  const isConcerned = ({ spec }: Pod) => spec?.volumes?.some(({ ephemeral }) => ephemeral) ?? false
  return {
    name: 'ephemeral-volume-controller',
    watches: [
      watch(podsRef, (pod: Pod) => (isConcerned(pod) ? [keyOf(pod)] : [])),
      // One that is deleted under its pod is made again.
      watch(persistentvolumeclaims, (claim: PersistentVolumeClaim) => {
        const owner = controllerOf(claim)
        return owner?.kind === 'Pod' ? [keyFor(namespaceOf(claim), owner.name)] : []
      }),
    ],
    async reconcile(key, writer) {
      const pod = pods.get(key)
      if (!pod || isDeleting(pod) || isFinished(pod)) return undefined
      for (const volume of pod.spec?.volumes ?? []) {
        const wanted = ephemeralClaim(pod, volume)
        if (!wanted) continue
        const present = claims.get(keyOf(wanted))
        const why = present && strangerTo(pod, present)
        try {
          if (why !== undefined) throw new Error(why)
          if (!present) await writer.create(persistentvolumeclaims, wanted)
        } catch (error) {
          if (isReason(error, 'AlreadyExists') || isNamespaceGoing(error)) continue
          const message = `ephemeral volume ${volume.name}: ${error instanceof Error ? error.message : error}`
          writer.event(pod, 'Warning', 'FailedBinding', message)
          throw error
        }
      }
      return undefined
    },
  }
}
