import { apiVersionOf } from '../schema/resource.ts'
import type { ResourceDefinition } from './definition.ts'
import type { ApiObject } from './object.ts'
import type { LabelSelector } from './selector.ts'
import { badRequest } from './status.ts'

/** autoscaling/v1 Scale of a workload. Upstream: the ScaleREST of pkg/registry/apps. */
export function scaleOf(object: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = object.spec?.selector
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: (object.spec?.replicas as number | undefined) ?? 0 },
    status: {
      replicas: (object.status?.replicas as number | undefined) ?? 0,
      selector: selectorText(selector as LabelSelector | Record<string, string> | undefined),
    },
  }
}

/** The workload with the replicas of this Scale, and its resourceVersion as precondition. */
export function withScale(object: ApiObject, scale: ApiObject): ApiObject {
  const replicas = scale.spec?.replicas ?? 0
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw badRequest('Scale: spec.replicas: Invalid value: must be greater than or equal to 0')
  }
  const { resourceVersion, uid } = scale.metadata ?? {}
  object.spec = { ...object.spec, replicas }
  if (resourceVersion) object.metadata.resourceVersion = resourceVersion
  if (uid) object.metadata.uid = uid
  return object
}

/**
 * An applied Scale as what it says of the workload: the replicas are owned there, by the manager and `scale`.
 * Upstream: k8s.io/apimachinery/pkg/util/managedfields.ScaleHandler. Throws ApiError 400.
 */
export function appliedScale({ storage, kind }: ResourceDefinition, name: string, body: unknown): object {
  const scale = (body ?? {}) as {
    apiVersion?: unknown
    kind?: unknown
    metadata?: ApiObject['metadata']
    spec?: unknown
  }
  if (scale.apiVersion !== 'autoscaling/v1' || scale.kind !== 'Scale') {
    throw badRequest('what is applied to the scale subresource must be a Scale of autoscaling/v1')
  }
  const { replicas } = (scale.spec ?? {}) as { replicas?: unknown }
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw badRequest('Scale: spec.replicas: Invalid value: must be greater than or equal to 0')
  }
  const { resourceVersion, uid } = scale.metadata ?? {}
  const metadata = { name: scale.metadata?.name ?? name, namespace: scale.metadata?.namespace, resourceVersion, uid }
  for (const key of ['namespace', 'resourceVersion', 'uid'] as const) if (!metadata[key]) delete metadata[key]
  return { apiVersion: apiVersionOf(storage.group, storage.version), kind, metadata, spec: { replicas } }
}

/** As metav1.FormatLabelSelector: `a=b,c in (d,e)`, keys in order. */
function selectorText(selector: LabelSelector | Record<string, string> | undefined): string {
  if (!selector) return ''
  const isLabelSelector = 'matchLabels' in selector || 'matchExpressions' in selector
  const { matchLabels, matchExpressions } = (isLabelSelector ? selector : { matchLabels: selector }) as LabelSelector
  const terms = Object.entries(matchLabels ?? {}).map(([key, value]): [string, string] => [key, `${key}=${value}`])
  for (const { key, operator, values = [] } of matchExpressions ?? []) {
    const list = `(${values.toSorted().join(',')})`
    const texts: Record<string, string> = {
      In: `${key} in ${list}`,
      NotIn: `${key} notin ${list}`,
      Exists: key,
      DoesNotExist: `!${key}`,
    }
    terms.push([key, texts[operator] ?? ''])
  }
  return terms
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join(',')
}
