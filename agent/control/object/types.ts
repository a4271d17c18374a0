/** The shapes that every file here speaks of, under one roof. */
export type { KubernetesObject, ResourceRef } from '../../../api/client/client.ts'
export type { ObjectKey } from '../../../api/client/informer.ts'
export type { LabelSelector, ObjectMeta, OwnerReference } from '../../../api/schema/generated/types/meta-v1.ts'
