/**
 * Strategic merge patch: like a merge patch, but lists merge by the keys that the schema names, and directives say what
 * cannot be said by values. Behaviour: k8s.io/apimachinery/pkg/util/strategicpatch, as the API server calls it.
 */

import type { JsonObject } from '../schema/conform.ts'
import { copyJson, getKey, isObject, setKey } from '../schema/json-value.ts'
import type { Field, Schema } from '../schema/schema.ts'
import { PatchError } from './patch-error.ts'
import { identityOf, orderMerged } from './strategic-order.ts'

export const patchDirective = '$patch'
const retainKeysDirective = '$retainKeys'
const deletePrefix = '$deleteFromPrimitiveList/'
const orderPrefix = '$setElementOrder/'

/** What is known of an object: a message, a map whose values are described by a field, or nothing. */
type Shape = Schema | Field | undefined

/** Neither argument is changed. Throws PatchError (BadRequest) for a patch that is none. */
export function strategicMergePatch(object: JsonObject, patch: unknown, schema: Schema): JsonObject {
  if (!isObject(patch)) throw new PatchError('BadRequest', 'a strategic merge patch must be a JSON object')
  return mergeObject(copyJson(object), copyJson(patch), schema)
}

interface Rule {
  merges: boolean
  /** The patch's object takes the place of the present one. */
  replaces: boolean
  mergeKey: string | undefined
  /** Of the value, or of the list's elements. */
  shape: Shape
}

function ruleOf(shape: Shape, key: string): Rule {
  const field = shape && 'properties' in shape ? shape.properties.get(key) : undefined
  if (!field)
    return {
      merges: false,
      replaces: false,
      mergeKey: undefined,
      shape: shape && 'shape' in shape ? shape.schema : undefined,
    }
  const strategies = field.patchStrategy?.split(',') ?? []
  return {
    merges: strategies.includes('merge'),
    replaces: strategies.includes('replace'),
    mergeKey: field.patchMergeKey,
    shape: field.shape === 'map' ? field : field.schema,
  }
}

/** Both are copies of our own. */
function mergeObject(original: JsonObject, patch: JsonObject, shape: Shape): JsonObject {
  if (Object.hasOwn(patch, patchDirective)) return directed(patch)
  applyRetainKeys(original, patch)
  const orders = takeOrders(patch)
  for (const [key, order] of orders) mergeOrdered(original, patch, key, order, ruleOf(shape, key))
  for (const key of Object.keys(patch)) {
    if (key.startsWith(deletePrefix)) deleteFromList(original, key.slice(deletePrefix.length), patch[key])
    else mergeKey(original, key, patch[key], ruleOf(shape, key))
  }
  return original
}

function directed(patch: JsonObject): JsonObject {
  const { [patchDirective]: directive, ...rest } = patch
  if (directive === 'replace') return rest
  if (directive === 'delete') return {}
  throw unknownPatchType(directive, patch)
}

function unknownPatchType(type: unknown, patch: JsonObject): PatchError {
  return new PatchError('BadRequest', `unknown patch type: ${String(type)} in map: ${JSON.stringify(patch)}`)
}

function mergeKey(original: JsonObject, key: string, value: unknown, rule: Rule): void {
  if (value === null) {
    delete original[key]
    return
  }
  const current = getKey(original, key)
  if (isObject(current) && isObject(value)) {
    setKey(original, key, rule.replaces ? value : mergeObject(current, value, rule.shape))
  } else if (Array.isArray(current) && Array.isArray(value)) setKey(original, key, mergeList(current, value, rule, key))
  else if (isObject(value) && Object.hasOwn(value, patchDirective)) delete original[key]
  else setKey(original, key, cleaned(value))
}

/** A value taken as it is: without nulls in objects, without what a directive would remove. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isDirective(item)).map((item) => cleaned(item))
  if (!isObject(value)) return value
  const result: JsonObject = {}
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (item !== null && !isDirective(item)) setKey(result, key, cleaned(item))
  }
  return result
}

function isDirective(value: unknown): boolean {
  return isObject(value) && Object.hasOwn(value, patchDirective)
}

/** `$retainKeys` lists all keys that may stay; the patch itself must not set others. */
function applyRetainKeys(original: JsonObject, patch: JsonObject): void {
  if (!Object.hasOwn(patch, retainKeysDirective)) return
  const list = patch[retainKeysDirective]
  delete patch[retainKeysDirective]
  const kept = new Set(Array.isArray(list) ? list : [])
  const stray = Object.keys(patch).some(
    (key) => patch[key] !== null && !/^\$(delete|setElement)/.test(key) && !kept.has(key),
  )
  if (!Array.isArray(list) || stray) throw new PatchError('BadRequest', 'invalid patch format of retainKeys')
  for (const key of Object.keys(original)) if (!kept.has(key)) delete original[key]
}

function deleteFromList(original: JsonObject, key: string, items: unknown): void {
  if (!Array.isArray(items)) throw new PatchError('BadRequest', 'invalid patch format of primitive list')
  const current = getKey(original, key)
  if (Array.isArray(current))
    setKey(
      original,
      key,
      current.filter((item) => !items.includes(item)),
    )
}

function takeOrders(patch: JsonObject): [string, unknown[]][] {
  const orders: [string, unknown[]][] = []
  for (const key of Object.keys(patch).filter((name) => name.startsWith(orderPrefix))) {
    const order = patch[key]
    delete patch[key]
    if (!Array.isArray(order)) throw new PatchError('BadRequest', 'invalid patch format of setElementOrder list')
    orders.push([key.slice(orderPrefix.length), order])
  }
  return orders
}

/** A list whose wanted order the patch tells: merges it and takes it out of the patch. */
function mergeOrdered(original: JsonObject, patch: JsonObject, key: string, order: unknown[], rule: Rule): void {
  const current = getKey(original, key)
  const items = getKey(patch, key)
  // Upstream refuses a patch that sets the order of a list it removes.
  if (![current, items].every((list) => list === undefined || Array.isArray(list))) {
    throw new PatchError('BadRequest', `expected a list, but received something else at ${key}`)
  }
  const present = current as unknown[] | undefined
  const given = items as unknown[] | undefined
  if (!present && !given) return
  checkOrder(given ?? [], order, rule.mergeKey)
  let merged = present ?? (cleaned(given) as unknown[])
  if (present && given) merged = mergeList(present, given, rule, key)
  const byKey = merged.every((item) => isObject(item)) ? rule.mergeKey : undefined
  const serverOrder = present && given && byKey !== undefined ? orderAfter(present, given, byKey) : (present ?? [])
  setKey(original, key, orderMerged(merged, order, serverOrder, byKey))
  delete patch[key]
}

/**
 * Where the server has its elements, once those that the patch deletes are gone and its new ones have taken their places:
 * upstream reads the order from a list that the merge has changed in place, as far as it was long.
 */
function orderAfter(present: unknown[], given: unknown[], name: string): unknown[] {
  const { kept, additions } = applyElementDirectives(present, given, name)
  const known = new Set(kept.map((item) => identityOf(item, name)))
  const added = additions.filter((item) => !known.has(identityOf(item, name)))
  return [...kept, ...added].slice(0, present.length)
}

/** Items of the patch must stand in the order list, in the same order. */
function checkOrder(items: unknown[], order: unknown[], mergeKeyName: string | undefined): void {
  const wanted = items.filter((item) => !isDirective(item))
  if (order.length === 0 || wanted.length === 0) return
  let next = 0
  for (const entry of order) {
    if (next < wanted.length && identityOf(wanted[next], mergeKeyName) === identityOf(entry, mergeKeyName)) next++
  }
  if (next < wanted.length) {
    throw new PatchError(
      'BadRequest',
      `The order in patch list:\n${JSON.stringify(items)}\n doesn't match ${orderPrefix.slice(0, -1)} list:\n${JSON.stringify(order)}\n`,
    )
  }
}

function mergeList(original: unknown[], patch: unknown[], rule: Rule, key: string): unknown[] {
  if (!rule.merges) return patch
  if (original.length === 0 && patch.length === 0) return original
  const isMaps = [...original, ...patch].some((item) => isObject(item))
  if (!isMaps) return orderMerged([...new Set([...original, ...patch])], patch, original, undefined)
  const { mergeKey: name } = rule
  if (name === undefined) throw new PatchError('BadRequest', `cannot merge lists without merge key for ${key}`)
  const { kept, additions, replaces } = applyElementDirectives(original, patch, name)
  // "replace" anywhere in the list: the other elements of the patch are the new list.
  if (replaces) return additions
  const merged = [...kept]
  const places = new Map(
    merged.map((element, place) => [identityOf(element, name), place]).reverse() as [string, number][],
  )
  for (const item of additions) {
    keyOf(item, name)
    const at = places.get(identityOf(item, name))
    if (at !== undefined) {
      merged[at] = mergeObject(merged[at] as JsonObject, item, rule.shape)
      continue
    }
    places.set(identityOf(item, name), merged.length)
    merged.push(item)
  }
  return orderMerged(merged, additions, kept, name)
}

interface Directed {
  kept: unknown[]
  additions: JsonObject[]
  replaces: boolean
}

function applyElementDirectives(original: unknown[], patch: unknown[], name: string): Directed {
  const result: Directed = { kept: original, additions: [], replaces: false }
  const deleted = new Set<string>()
  for (const item of patch) {
    if (!isObject(item)) throw new PatchError('BadRequest', `expected an object with the merge key ${name} in the list`)
    const directive = getKey(item, patchDirective)
    if (directive === undefined) result.additions.push(item)
    else if (directive === 'replace') result.replaces = true
    else if (directive === 'delete') {
      keyOf(item, name)
      deleted.add(identityOf(item, name))
    } else if (directive === 'merge') {
      throw new PatchError('BadRequest', 'merging lists cannot yet be specified in the patch')
    } else throw unknownPatchType(directive, item)
  }
  if (deleted.size > 0) result.kept = original.filter((element) => !deleted.has(identityOf(element, name)))
  return result
}

function keyOf(item: JsonObject, name: string): unknown {
  if (!Object.hasOwn(item, name)) {
    throw new PatchError('BadRequest', `map: ${JSON.stringify(item)} does not contain declared merge key: ${name}`)
  }
  return item[name]
}
