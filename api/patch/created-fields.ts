/**
 * The fieldsV1 of whoever created an object, written in one walk: most objects are written by a create, and sets of paths
 * cost more than all else of it. The same as `compareFields` with the empty object gives; a test holds them together.
 */
import type { JsonObject } from '../schema/conform.ts'
import { equalJson, getKey, isObject } from '../schema/json-value.ts'
import type { PathElement } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import { actualType, elementOf, grouped, isEmpty, isSameShape, typeOfKey } from './field-walk.ts'

/**
 * What `object` sets that `empty` (what Go makes of `{}`, whose lists are empty) does not. `without`: keys of the object
 * that nobody owns, and of its metadata. undefined: nothing.
 */
export function createdFields(
  empty: JsonObject,
  object: JsonObject,
  type: FieldType,
  without: { keys: ReadonlySet<string>; metadataKeys: ReadonlySet<string> },
): JsonObject | undefined {
  const fields: JsonObject = {}
  if (type.kind !== 'object') return undefined
  for (const key of Object.keys(object).sort()) {
    if (without.keys.has(key)) continue
    const added = addedFields(empty[key], object[key], typeOfKey(type, key))
    if (added) fields[`f:${key}`] = added
  }
  const metadata = fields['f:metadata']
  if (isObject(metadata)) {
    delete metadata['.']
    for (const key of without.metadataKeys) delete metadata[`f:${key}`]
    if (isEmpty(metadata)) delete fields['f:metadata']
  }
  return isEmpty(fields) ? undefined : fields
}

/** Of one value; undefined: it is as it was. */
function addedFields(before: unknown, after: unknown, declared: FieldType): JsonObject | undefined {
  if (after === undefined) return undefined
  if (before === undefined) return memberWith(after, declared)
  const type = actualType(declared, after)
  if (type.kind === 'leaf' || !isSameShape(before, after, declared) || (isEmpty(before) && isEmpty(after))) {
    return equalJson(before, after) ? undefined : {}
  }
  const fields: JsonObject = {}
  if (type.kind !== 'object') fillBelow(after, type, fields)
  else if (isObject(after)) {
    const old = isObject(before) ? before : {}
    for (const key of Object.keys(after).sort()) {
      const added = addedFields(getKey(old, key), after[key], typeOfKey(type, key))
      if (added) fields[`f:${key}`] = added
    }
  }
  return isEmpty(fields) ? undefined : fields
}

/** A node that is owned itself, and every node below it. */
function memberWith(value: unknown, type: FieldType): JsonObject {
  if (typeof value !== 'object' || value === null) return {}
  const fields: JsonObject = { '.': {} }
  return fillBelow(value, type, fields) ? fields : {}
}

/** Every node below; false: there is none. */
function fillBelow(value: unknown, declared: FieldType, fields: JsonObject): boolean {
  const type = actualType(declared, value)
  if (type.kind === 'object') {
    if (!isObject(value)) return false
    const keys = Object.keys(value).sort()
    for (const key of keys) fields[`f:${key}`] = memberWith(value[key], typeOfKey(type, key))
    return keys.length > 0
  }
  if (type.kind === 'leaf' || !Array.isArray(value)) return false
  const byElement = new Map<PathElement, JsonObject>()
  if (type.kind === 'set') for (const item of value) byElement.set(elementOf(item, type), {})
  else {
    for (const [element, items] of grouped(value, type)) {
      // Duplicates are owned as a whole.
      byElement.set(element, items.length === 1 ? memberWith(items[0], type.element) : {})
    }
  }
  for (const element of [...byElement.keys()].sort()) fields[element] = byElement.get(element)!
  return byElement.size > 0
}
