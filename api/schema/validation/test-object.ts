import { parse } from 'yaml'
import { conform, type JsonObject } from '../conform.ts'
import { applyDefaults } from '../default/default.ts'
import { resourceOfKind } from '../resource.ts'
import { schemaFor } from '../schema.ts'

/** An object as admission hands it to validation: named, conformed to its schema, defaults filled in. */
export function made(group: string, kind: string, text: string): JsonObject {
  const object = parse(text) as JsonObject
  const resource = resourceOfKind(group, 'v1', kind)!
  object.metadata = { name: 'x', ...(resource.namespaced && { namespace: 'default' }), ...(object.metadata as object) }
  const conformed = conform(object, schemaFor(group, 'v1', kind)!).object
  applyDefaults(conformed, group, 'v1', kind)
  return conformed
}

/** The least a pod must have. */
export const container = 'containers: [{name: c, image: i}]'
