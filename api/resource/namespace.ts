import type { Strategy } from './definition.ts'
import { atPath } from './filter.ts'
import type { ApiObject } from './object.ts'
import type { UpdateOptions } from './write.ts'

const nameLabel = 'kubernetes.io/metadata.name'
/** Held until everything in the namespace is gone; the namespace controller removes it through `finalize`. */
const contentFinalizer = 'kubernetes'

function finalizersOf(object: ApiObject): string[] {
  return (object.spec?.finalizers as string[] | undefined) ?? []
}

function label(object: ApiObject): void {
  object.metadata.labels = { ...object.metadata.labels, [nameLabel]: object.metadata.name ?? '' }
}

/** Upstream: pkg/registry/core/namespace. */
export const namespaceStrategy: Strategy = {
  fields: { name: (object) => object.metadata.name ?? '', 'status.phase': atPath('status.phase') },
  prepareForCreate(object) {
    object.spec = { ...object.spec, finalizers: [...new Set([...finalizersOf(object), contentFinalizer])] }
    object.status = { phase: 'Active' }
    label(object)
  },
  prepareForUpdate(object, current) {
    object.spec = { ...object.spec, finalizers: finalizersOf(current) }
    label(object)
  },
  beginDeletion(object) {
    object.status = { ...object.status, phase: 'Terminating' }
    return finalizersOf(object).length > 0
  },
  mayVanish: (object) => finalizersOf(object).length === 0,
}

/** PUT namespaces/x/finalize: only spec.finalizers change. */
export const finalizeNamespace: Pick<UpdateOptions, 'reset'> = {
  reset(object, current) {
    const finalizers = finalizersOf(object)
    const { metadata } = object
    Object.assign(object, current)
    object.metadata = { ...current.metadata, resourceVersion: metadata.resourceVersion }
    object.spec = { ...current.spec, finalizers }
  },
}
