/** Merging an applied configuration into an object, and taking fields out. Source: structured-merge-diff/v6/typed. */
import type { JsonObject } from '../schema/conform.ts'
import { getKey, isObject, setKey } from '../schema/json-value.ts'
import { type FieldSet, fieldElement, type PathElement } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import {
  actualType,
  elementOf,
  grouped,
  isEmpty,
  isSameShape,
  type ListType,
  type ObjectType,
  typeOfKey,
} from './field-walk.ts'

/** `over`, whose lists were checked, wins where both have a value. The result shares parts with both; undefined for nothing at all. */
export function mergeFields(under: unknown, over: unknown, declared: FieldType): unknown {
  if (over === undefined) return under
  if (under === undefined) return over
  const type = actualType(declared, over)
  if (type.kind === 'leaf' || !isSameShape(under, over, declared) || (isEmpty(under) && isEmpty(over))) return over
  // Null names no part of an object or a list: all of them stay.
  if (type.kind === 'object') return mergeObjects(asObject(under), asObject(over), type)
  return mergeLists(asList(under), asList(over), type)
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function mergeObjects(under: JsonObject, over: JsonObject, type: ObjectType): JsonObject {
  const result: JsonObject = {}
  for (const key of new Set([...Object.keys(under), ...Object.keys(over)])) {
    const merged = mergeFields(getKey(under, key), getKey(over, key), typeOfKey(type, key))
    if (merged !== undefined) setKey(result, key, merged)
  }
  return result
}

/**
 * The applied list's items in its order; those it does not name stay behind the same neighbour as before. Upstream's
 * interleaving in typed/merge.go.
 */
function mergeLists(under: unknown[], over: unknown[], type: ListType): unknown[] {
  const inner: FieldType = type.kind === 'keyed' ? type.element : { kind: 'leaf', holds: 'value' }
  const left = under.map((item): [PathElement, unknown] => [elementOf(item, type), item])
  const right = over.map((item): [PathElement, unknown] => [elementOf(item, type), item])
  const leftItems = grouped(under, type)
  const rightItems = new Map(right)
  const shared = right.map(([element]) => element).filter((element) => leftItems.has(element))
  let nextShared = 0
  const merged = new Set<PathElement>()
  const result: unknown[] = []
  const take = (element: PathElement) => {
    merged.add(element)
    const old = leftItems.get(element) ?? []
    // Duplicates are replaced, not merged.
    result.push(mergeFields(old.length === 1 ? old[0] : undefined, rightItems.get(element), inner))
    if (shared[nextShared] === element) nextShared++
  }
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    if (l < left.length) {
      const [element, item] = left[l]!
      if (r < right.length && element === right[r]![0]) {
        take(element)
        l++
        r++
        continue
      }
      const isShared = rightItems.has(element)
      if (!isShared) result.push(item)
      if (
        !isShared ||
        merged.has(element) ||
        (r < right.length && nextShared < shared.length && shared[nextShared] !== element)
      ) {
        l++
        continue
      }
    }
    if (r < right.length) take(right[r++]![0])
  }
  return result
}

/**
 * Without the fields of the set. A list or an object of which nothing is left becomes null, as upstream has it: it is
 * then still told apart from one that was removed itself. Conforming drops the nulls.
 */
export function removeFields(value: unknown, remove: FieldSet, declared: FieldType): unknown {
  const type = actualType(declared, value)
  if (type.kind === 'leaf') return type.holds === 'value' ? value : null
  if (type.kind === 'object') return isObject(value) ? removeFromObject(value, remove, type) : null
  if (!Array.isArray(value)) return null
  const kept: unknown[] = []
  for (const item of value) {
    const element = elementOf(item, type)
    if (remove.members.has(element)) continue
    const below = remove.children.get(element)
    const left = below && type.kind === 'keyed' ? removeFields(item, below, type.element) : item
    if (left !== null) kept.push(left)
  }
  return kept.length > 0 ? kept : null
}

function removeFromObject(value: JsonObject, remove: FieldSet, type: ObjectType): JsonObject | null {
  const kept: JsonObject = {}
  for (const key of Object.keys(value)) {
    const element = fieldElement(key)
    if (remove.members.has(element)) continue
    const below = remove.children.get(element)
    setKey(kept, key, below ? removeFields(value[key], below, typeOfKey(type, key)) : value[key])
  }
  return Object.keys(kept).length > 0 ? kept : null
}
