import type { ApiObject } from '../resource/object.ts'

/** metav1.PartialObjectMetadata: an object without all but its metadata. */
export function partialMetadata(object: ApiObject): {
  kind: string
  apiVersion: string
  metadata: ApiObject['metadata']
} {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
}
