/** One door to the patches that change an object as it is; server-side apply stands in `apply.ts`. */

import type { JsonObject } from '../schema/conform.ts'
import type { Schema } from '../schema/schema.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge.ts'
import { strategicMergePatch } from './strategic.ts'

export { PatchError } from './patch-error.ts'

/**
 * The patched object, not yet conformed: conforming it finds the unknown fields and wrong types a patch brought in.
 * Neither argument is changed. Throws PatchError, whose `reason` is the Status to answer with.
 */
export function applyPatch(
  type: 'json' | 'merge' | 'strategic',
  object: JsonObject,
  patch: unknown,
  schema: Schema,
): JsonObject {
  if (type === 'json') return jsonPatch(object, patch)
  return type === 'merge' ? mergePatch(object, patch) : strategicMergePatch(object, patch, schema)
}
