import type { KubernetesObject, ObjectKey, ObjectMeta, OwnerReference, ResourceRef } from './types.ts'

/** An object with the whole of upstream's metadata. */
export interface ApiObject extends KubernetesObject {
  metadata?: ObjectMeta
}

export function nameOf(object: KubernetesObject): string {
  return object.metadata?.name ?? ''
}

export function namespaceOf(object: KubernetesObject): string {
  return object.metadata?.namespace ?? ''
}

export function uidOf(object: KubernetesObject): string {
  return object.metadata?.uid ?? ''
}

export function keyOf(object: KubernetesObject): ObjectKey {
  const { namespace, name = '' } = object.metadata ?? {}
  return namespace ? `${namespace}/${name}` : name
}

export function keyFor(namespace: string | undefined, name: string): ObjectKey {
  return namespace ? `${namespace}/${name}` : name
}

/** `namespace` is empty for cluster-scoped objects. */
export function splitKey(key: ObjectKey): { namespace: string; name: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

export function isDeleting(object: KubernetesObject): boolean {
  return object.metadata?.deletionTimestamp !== undefined
}

/** The one owner that manages the object. */
export function controllerOf(object: ApiObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((owner) => owner.controller)
}

export function isControlledBy(object: ApiObject, owner: ApiObject): boolean {
  return controllerOf(object)?.uid === owner.metadata?.uid
}

export function apiVersionOf(ref: Pick<ResourceRef, 'group' | 'version'>): string {
  return ref.group === '' ? ref.version : `${ref.group}/${ref.version}`
}

/** An owner reference that makes `owner` the controller. */
export function controllerReference(ref: ResourceRef, owner: ApiObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(ref),
    kind: ref.kind,
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** A copy of `object` with `changes` laid over its metadata; nothing below is copied. */
export function withMetadata<T extends ApiObject>(object: T, changes: Partial<ObjectMeta>): T {
  return { ...object, metadata: { ...object.metadata, ...changes } }
}

export function hasFinalizer(object: ApiObject, finalizer: string): boolean {
  return object.metadata?.finalizers?.includes(finalizer) ?? false
}

export function withFinalizer<T extends ApiObject>(object: T, finalizer: string): T {
  return withMetadata(object, { finalizers: [...(object.metadata?.finalizers ?? []), finalizer] })
}

export function withoutFinalizer<T extends ApiObject>(object: T, finalizer: string): T {
  return withMetadata(object, { finalizers: object.metadata?.finalizers?.filter((other) => other !== finalizer) })
}

/** Oldest first, then by name: the order most controllers go through objects in. */
export function byCreation(a: ApiObject, b: ApiObject): number {
  const x = a.metadata?.creationTimestamp ?? ''
  const y = b.metadata?.creationTimestamp ?? ''
  if (x !== y) return x < y ? -1 : 1
  return nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0
}
