import { ApiError } from '../client/client.ts'
import { conformValue } from '../codec/body.ts'
import { ApplyConflict, applyConfiguration, trackUpdate, type WriteBy } from '../patch/apply.ts'
import { apiVersionOf } from '../schema/resource.ts'
import { type Schema, schemaFor } from '../schema/schema.ts'
import { convert, toStored } from './conversion.ts'
import { hasStatus, type ResourceDefinition } from './definition.ts'
import { type ApiObject, timestamp } from './object.ts'
import { badRequest } from './status.ts'
import type { Target } from './write.ts'

/** Subresources that upstream tracks under their own name; others count as writes of the object itself. */
const trackedSubresources = new Set(['status', 'scale', 'ephemeralcontainers', 'approval'])

function writeBy(
  { definition, context }: Omit<Target, 'name'>,
  subresource: string,
  nowMs: number,
  { group, version }: { group: string; version: string } = definition.storage,
): WriteBy | undefined {
  const schema = schemaFor(group, version, definition.kind)
  if (!schema) return undefined
  return {
    schema,
    manager: context.fieldManager ?? 'unknown',
    apiVersion: apiVersionOf(group, version),
    subresource: trackedSubresources.has(subresource) ? subresource : undefined,
    now: timestamp(nowMs),
    resetFields: resetFields(definition, schema, subresource),
  }
}

/** What a write of this kind leaves as it was: nobody comes to own it. Upstream: the strategies' GetResetFields. */
function resetFields(definition: ResourceDefinition, schema: Schema, subresource: string): string[] {
  if (subresource !== 'status') return hasStatus(definition) ? ['status'] : []
  return [...schema.properties.keys()].filter((name) => name !== 'status' && name !== 'metadata')
}

/** Writes down in metadata.managedFields who set what. `object` is as it will be stored; `live` undefined: created. */
export function trackWrite(
  target: Omit<Target, 'name'>,
  subresource: string,
  live: ApiObject | undefined,
  object: ApiObject,
  nowMs: number,
): void {
  const by = writeBy(target, subresource, nowMs)
  if (!by) return
  const entries = trackUpdate(live, object, by)
  if (entries) object.metadata.managedFields = entries
  else delete object.metadata.managedFields
}

/**
 * Server-side apply: the live object (undefined: there is none) with the configuration merged in, in the shape of its
 * kind and with its managedFields. The configuration is of the version that was asked for; both objects are as they are
 * stored. Throws ApiError 409 with a cause for each field that another manager owns.
 */
export function applied(
  target: Target,
  live: ApiObject | undefined,
  configuration: unknown,
  options: { subresource: string; force: boolean; nowMs: number },
): ApiObject {
  const { definition } = target
  const by = writeBy(target, options.subresource, options.nowMs, definition)
  if (!by) throw badRequest(`there is no kind ${definition.kind} to apply`)
  try {
    const served = live && convert(live, definition)
    const { object } = applyConfiguration(served, configuration, { ...by, force: options.force })
    const conformed = conformValue(object, definition).object as ApiObject
    conformed.metadata ??= {}
    return toStored(conformed, definition)
  } catch (error) {
    if (error instanceof ApplyConflict) {
      const details = { name: target.name, group: definition.group || undefined, kind: definition.resource }
      throw new ApiError(409, 'Conflict', error.message, { ...details, causes: error.causes })
    }
    throw error
  }
}
