import { persistentvolumeclaims, persistentvolumes } from '../../../api/schema/generated/resources.ts'
import type { PersistentVolumeClaim } from '../../../api/schema/generated/types/core-v1.ts'
import { boundByControllerAnnotation, selectedNodeAnnotation } from '../controller/volume/match.ts'
import type { ControlContext } from '../loop/context.ts'
import { keyOf, nameOf, namespaceOf, uidOf, withMetadata } from '../object/meta.ts'
import type { VolumeChoice } from './filter/volume.ts'

/** How long a pod waits for its volumes. Source: pkg/scheduler/apis/config, BindTimeoutSeconds. */
const timeoutMs = 600_000

/**
 * Sets aside the chosen volumes, asks for the others to be made on the node, and waits until all are bound.
 * Source: k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumebinding/binder.go, BindPodVolumes.
 */
export async function bindVolumes(
  { client, informers }: ControlContext,
  choice: VolumeChoice,
  nodeName: string,
  signal: AbortSignal,
): Promise<void> {
  for (const [claim, volume] of choice) {
    if (volume === null) {
      const annotations = { ...claim.metadata?.annotations, [selectedNodeAnnotation]: nodeName }
      await client.resource(persistentvolumeclaims).update(withMetadata(claim, { annotations }))
      continue
    }
    if (volume.spec?.claimRef?.uid === uidOf(claim)) continue
    const annotations = { ...volume.metadata?.annotations, [boundByControllerAnnotation]: 'yes' }
    const claimRef = {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: nameOf(claim), namespace: namespaceOf(claim) },
      ...{ uid: uidOf(claim), resourceVersion: claim.metadata?.resourceVersion },
    }
    const bound = withMetadata({ ...volume, spec: { ...volume.spec, claimRef } }, { annotations })
    await client.resource(persistentvolumes).update(bound)
  }
  const claims = informers.of(persistentvolumeclaims)
  const isBound = (claim: PersistentVolumeClaim) => claims.get(keyOf(claim))?.status?.phase === 'Bound'
  for (const claim of choice.keys()) await waitUntil(() => isBound(claim), signal, keyOf(claim))
}

const checkMs = 50

async function waitUntil(condition: () => boolean, signal: AbortSignal, what: string): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs
  while (!condition()) {
    if (signal.aborted) throw new Error('the scheduler was stopped')
    if (performance.now() > deadlineMs)
      throw new Error(`timed out waiting for PersistentVolumeClaim ${what} to be bound`)
    await new Promise((resolve) => setTimeout(resolve, checkMs))
  }
}
