import { endpointslices } from '../../../../api/schema/generated/resources.ts'
import type { EndpointSlice } from '../../../../api/schema/generated/types/discovery-v1.ts'
import { isNamespaceGoing, type Writer } from '../../loop/writer.ts'
import { keyFor, namespaceOf } from '../../object/meta.ts'
import type { ObjectKey } from '../../object/types.ts'

export const serviceNameLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'

/** Slices that a controller has to write. */
export interface SlicePlan {
  create: EndpointSlice[]
  update: EndpointSlice[]
  remove: EndpointSlice[]
}

/** From slices to `namespace/service`, for those that `manager` keeps: an index, and the keys to work on. */
export function serviceKeysOf(manager: string): (slice: EndpointSlice) => ObjectKey[] {
  return (slice) => {
    const { labels = {} } = slice.metadata ?? {}
    const name = labels[serviceNameLabel]
    return name !== undefined && labels[managedByLabel] === manager ? [keyFor(namespaceOf(slice), name)] : []
  }
}

export async function writeSlices(plan: SlicePlan, writer: Writer): Promise<void> {
  try {
    for (const slice of plan.create) await writer.create(endpointslices, slice)
  } catch (error) {
    if (!isNamespaceGoing(error)) throw error
  }
  for (const slice of plan.update) await writer.update(endpointslices, slice)
  for (const slice of plan.remove) await writer.delete(endpointslices, slice)
}
