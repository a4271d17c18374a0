import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../../../api/schema/generated/types/core-v1.ts'
import type { StorageClass } from '../../../../api/schema/generated/types/storage-v1.ts'
import { classOf, findVolume, isOnNode, noProvisioner, waitsForConsumer } from '../../controller/volume/match.ts'
import { isDeleting, nameOf, namespaceOf } from '../../object/meta.ts'
import { claimNameOf, claimNamesOf, strangerTo } from '../../object/pod-claims.ts'
import type { PodInfo } from '../node-info.ts'
import type { Snapshot, StorageView } from '../snapshot.ts'
import { type Filter, type PodRejection, resolvable, unresolvable } from './filter.ts'

/** Source: k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumebinding. */

/** A pod's claims by what has to be done about them. */
interface PodClaims {
  bound: PersistentVolume[]
  /** Bound once the pod has a node. */
  waiting: PersistentVolumeClaim[]
}

function claimsOf({ pod }: PodInfo, storage: StorageView): PodClaims | PodRejection {
  const claims: PodClaims = { bound: [], waiting: [] }
  for (const volume of pod.spec?.volumes ?? []) {
    const name = claimNameOf(pod, volume)
    if (name === undefined) continue
    const claim = storage.claim(namespaceOf(pod), name)
    const isEphemeral = volume.ephemeral !== undefined
    if (!claim && isEphemeral) {
      return { reason: `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` }
    }
    if (!claim) return { reason: `persistentvolumeclaim "${name}" not found` }
    const stranger = isEphemeral ? strangerTo(pod, claim) : undefined
    if (stranger !== undefined) return { reason: stranger }
    if (isDeleting(claim)) return { reason: `persistentvolumeclaim "${name}" is being deleted` }
    if (claim.status?.phase === 'Lost') {
      return {
        reason: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`,
      }
    }
    const bound = claim.spec?.volumeName ? storage.volume(claim.spec.volumeName) : undefined
    if (bound && claim.status?.phase === 'Bound') claims.bound.push(bound)
    else if (waitsForConsumer(storage.storageClass(classOf(claim)))) claims.waiting.push(claim)
    else return { reason: 'pod has unbound immediate PersistentVolumeClaims' }
  }
  return claims
}

export const volumeBinding: Filter = {
  name: 'VolumeBinding',
  prepare(info, { storage }) {
    const claims = claimsOf(info, storage)
    if ('reason' in claims) return claims
    if (claims.bound.length + claims.waiting.length === 0) return undefined
    return ({ node }) => {
      if (!claims.bound.every((volume) => isOnNode(volume, node))) {
        return unresolvable("node(s) didn't match PersistentVolume's node affinity")
      }
      if (claims.waiting.length > 0 && !chooseVolumes(claims.waiting, node, storage)) {
        return unresolvable("node(s) didn't find available persistent volumes to bind")
      }
      return undefined
    }
  },
}

/** What each waiting claim gets on the node: a volume, or null for one that is to be provisioned there. */
export type VolumeChoice = Map<PersistentVolumeClaim, PersistentVolume | null>

/** undefined: one of the claims gets nothing on this node. */
export function chooseVolumes(
  waiting: readonly PersistentVolumeClaim[],
  node: Node,
  storage: StorageView,
): VolumeChoice | undefined {
  const choice: VolumeChoice = new Map()
  const taken = new Set<string>()
  const bySize = [...waiting].sort((a, b) => (sizeOf(a) < sizeOf(b) ? -1 : 1))
  for (const claim of bySize) {
    const volume = findVolume(claim, storage.volumes(), node, taken)
    if (volume) {
      taken.add(nameOf(volume))
      choice.set(claim, volume)
    } else if (canProvision(storage.storageClass(classOf(claim)), node)) choice.set(claim, null)
    else return undefined
  }
  return choice
}

function sizeOf(claim: PersistentVolumeClaim): string {
  return claim.spec?.resources?.requests?.storage ?? ''
}

function canProvision(storageClass: StorageClass | undefined, node: Node): boolean {
  if (!storageClass?.provisioner || storageClass.provisioner === noProvisioner) return false
  const { allowedTopologies = [] } = storageClass
  if (allowedTopologies.length === 0) return true
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(node.metadata?.labels?.[key] ?? '')),
  )
}

/** The claims that have to be bound before the pod can be. */
export function waitingClaims(info: PodInfo, snapshot: Snapshot): PersistentVolumeClaim[] {
  const claims = claimsOf(info, snapshot.storage)
  return 'reason' in claims ? [] : claims.waiting
}

/** A claim for one pod only is not given to two. Source: plugins/volumerestrictions. */
export const volumeRestrictions: Filter = {
  name: 'VolumeRestrictions',
  prepare(info, snapshot) {
    const namespace = namespaceOf(info.pod)
    const exclusive = claimNamesOf(info.pod).filter((name) =>
      snapshot.storage.claim(namespace, name)?.spec?.accessModes?.includes('ReadWriteOncePod'),
    )
    if (exclusive.length === 0) return undefined
    const reason = 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'
    const isUsed = snapshot.nodes.some(({ pods }) =>
      [...pods.values()].some(
        (other) =>
          namespaceOf(other.pod) === namespace && claimNamesOf(other.pod).some((name) => exclusive.includes(name)),
      ),
    )
    return isUsed ? () => resolvable(reason) : undefined
  },
  looksAround: true,
}

const zoneLabels = [
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]

/** Volumes of a zone are for nodes of that zone. Source: plugins/volumezone. */
export const volumeZone: Filter = {
  name: 'VolumeZone',
  prepare(info, { storage }) {
    const claims = claimsOf(info, storage)
    if ('reason' in claims) return undefined
    const wanted = claims.bound.flatMap(({ metadata }) =>
      zoneLabels
        .filter((key) => metadata?.labels?.[key] !== undefined)
        .map((key) => ({ key, values: metadata!.labels![key]!.split('__') })),
    )
    if (wanted.length === 0) return undefined
    const rejection = unresolvable('node(s) had no available volume zone')
    return ({ node }) => {
      const labels = node.metadata?.labels ?? {}
      return wanted.every(({ key, values }) => values.includes(labels[key] ?? '')) ? undefined : rejection
    }
  },
}
