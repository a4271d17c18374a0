import { statefulsets } from '../../../../api/schema/generated/resources.ts'
import type { ControllerRevision, StatefulSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { nameOf, namespaceOf } from '../../object/meta.ts'
import { podFromTemplate } from '../../object/pod-template.ts'
import { revisionHashLabel, templateOf } from '../../object/revision.ts'

/** Source: k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_utils.go. */

const podNameLabel = 'statefulset.kubernetes.io/pod-name'
const podIndexLabel = 'apps.kubernetes.io/pod-index'

/** -1 when the name is not one of this set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number {
  const prefix = `${nameOf(set)}-`
  const name = nameOf(pod)
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  return /^(0|[1-9]\d*)$/.test(rest) ? Number(rest) : -1
}

export function firstOrdinal(set: StatefulSet): number {
  return set.spec?.ordinals?.start ?? 0
}

export function replicasOf(set: StatefulSet): number {
  return set.spec?.replicas ?? 1
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${nameOf(set)}-${ordinal}`
}

export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${nameOf(template)}-${podName(set, ordinal)}`
}

/** The claims that a pod of this ordinal uses, as they are made. */
export function claimsFor(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: claimName(set, template, ordinal),
      namespace: namespaceOf(set),
      labels: { ...template.metadata?.labels, ...set.spec?.selector.matchLabels },
    },
    spec: template.spec,
  }))
}

/** The pod of this ordinal at this revision. */
export function podFor(set: StatefulSet, revision: ControllerRevision, ordinal: number): Pod {
  const pod = podFromTemplate(templateOf(revision), statefulsets, set, podName(set, ordinal))
  return withIdentity(set, ordinal, {
    ...pod,
    metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, [revisionHashLabel]: nameOf(revision) } },
    spec: { ...pod.spec!, hostname: podName(set, ordinal), subdomain: set.spec?.serviceName || undefined },
  })
}

/** Name, labels and volumes that make the pod the one of its ordinal. */
export function withIdentity(set: StatefulSet, ordinal: number, pod: Pod): Pod {
  const own = (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    name: nameOf(template),
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }))
  const names = new Set(own.map(({ name }) => name))
  const others = (pod.spec?.volumes ?? []).filter(({ name }) => !names.has(name))
  const labels = {
    ...pod.metadata?.labels,
    [podNameLabel]: podName(set, ordinal),
    [podIndexLabel]: String(ordinal),
  }
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: { ...pod.spec!, volumes: own.length + others.length > 0 ? [...own, ...others] : undefined },
  }
}

export function hasIdentityLabels(set: StatefulSet, ordinal: number, pod: Pod): boolean {
  const labels = pod.metadata?.labels
  return labels?.[podNameLabel] === podName(set, ordinal) && labels[podIndexLabel] === String(ordinal)
}

export function revisionNameOf(pod: Pod): string {
  return pod.metadata?.labels?.[revisionHashLabel] ?? ''
}
