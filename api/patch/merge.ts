/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
import type { JsonObject } from '../schema/conform.ts'
import { copyJson, getKey, isObject, setKey } from '../schema/json-value.ts'
import { PatchError } from './patch-error.ts'

/** Neither argument is changed. Throws PatchError when the patch is no object. */
export function mergePatch(object: JsonObject, patch: unknown): JsonObject {
  if (!isObject(patch)) throw new PatchError('BadRequest', 'a merge patch must be a JSON object')
  return merge(object, patch)
}

function merge(target: unknown, patch: JsonObject): JsonObject {
  const result: JsonObject = isObject(target) ? copyShallow(target) : {}
  for (const key of Object.keys(patch)) {
    const value = getKey(patch, key)
    if (value === null) delete result[key]
    else if (isObject(value)) setKey(result, key, merge(getKey(result, key), value))
    else setKey(result, key, copyJson(value))
  }
  return result
}

function copyShallow(object: JsonObject): JsonObject {
  const copy: JsonObject = {}
  for (const key of Object.keys(object)) setKey(copy, key, object[key])
  return copy
}
