import type { PersistentVolumeClaim, Pod, Volume } from '../../../api/schema/generated/types/core-v1.ts'
import { isControlledBy, nameOf, namespaceOf } from './meta.ts'

/** Name of the claim that is behind a volume of the pod, if one is. Source: k8s.io/component-helpers/storage/ephemeral. */
export function claimNameOf(pod: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim) return persistentVolumeClaim.claimName
  return ephemeral ? `${nameOf(pod)}-${name}` : undefined
}

/** Names of all claims the pod uses, in its own namespace. */
export function claimNamesOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => claimNameOf(pod, volume) ?? [])
}

/** Why a claim of the right name is not the one made for this pod's ephemeral volume; undefined when it is. */
export function strangerTo(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  if (isControlledBy(claim, pod)) return undefined
  const [namespace, name] = [namespaceOf(claim), nameOf(claim)]
  return `PVC ${namespace}/${name} was not created for pod ${namespaceOf(pod)}/${nameOf(pod)} (pod is not owner)`
}
