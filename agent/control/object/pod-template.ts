import type { Pod, PodTemplateSpec } from '../../../api/schema/generated/types/core-v1.ts'
import { type ApiObject, controllerReference, nameOf, namespaceOf } from './meta.ts'
import type { ResourceRef } from './types.ts'

/**
 * A pod as a controller makes it of a template; without `name` the server finds one.
 * Source: pkg/controller/controller_utils.go, GetPodFromTemplate.
 */
export function podFromTemplate(template: PodTemplateSpec, ref: ResourceRef, owner: ApiObject, name?: string): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name === undefined ? { generateName: `${nameOf(owner)}-` } : { name }),
      namespace: namespaceOf(owner),
      labels: { ...labels },
      annotations: { ...annotations },
      finalizers: finalizers && [...finalizers],
      ownerReferences: [controllerReference(ref, owner)],
    },
    spec: structuredClone(template.spec),
  }
}
