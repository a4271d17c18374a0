/**
 * What server-side apply does to values: which fields are set, how two objects differ, merging, removing. Source:
 * sigs.k8s.io/structured-merge-diff/v6/typed.
 */
import type { JsonObject } from '../schema/conform.ts'
import { equalJson, getKey, isObject, setKey } from '../schema/json-value.ts'
import { FieldSet, fieldElement, keyElement, type PathElement, pathText, valueElement } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import { PatchError } from './patch-error.ts'

/** What kind of value it is decides where nothing is known. */
type KnownType = Exclude<FieldType, { kind: 'untyped' }>
type ObjectType = Extract<FieldType, { kind: 'object' }>
type ListType = Extract<FieldType, { kind: 'set' | 'keyed' }>

function actualType(type: FieldType, value: unknown): KnownType {
  if (type.kind !== 'untyped') return type
  return isObject(value) ? untypedObject : { kind: 'leaf', holds: Array.isArray(value) ? 'list' : 'value' }
}
const untypedObject: KnownType = { kind: 'object', isField: () => false, typeOf: () => ({ kind: 'untyped' }) }

/** Of an object's key; fields that the schema does not know are owned as a whole. */
function typeOfKey(type: ObjectType, key: string): FieldType {
  return type.typeOf(key) ?? { kind: 'untyped' }
}

/** The path element of a list's item. Throws PatchError when it lacks all of its keys. */
export function elementOf(item: unknown, type: ListType): PathElement {
  if (type.kind === 'set') return valueElement(item)
  const keys: JsonObject = {}
  for (const name of type.keys) {
    const given = isObject(item) ? getKey(item, name) : undefined
    const value = given ?? type.defaultOf(name)
    if (value !== undefined) keys[name] = value
  }
  if (Object.keys(keys).length > 0) return keyElement(keys)
  const names = type.keys.map((name) => JSON.stringify(name)).join(' ')
  throw new PatchError(
    'BadRequest',
    `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  )
}

/** All fields that the value sets. */
export function fieldsOf(value: unknown, type: FieldType): FieldSet {
  const set = new FieldSet()
  collect(value, type, [], set)
  return set
}

function collect(value: unknown, declared: FieldType, path: PathElement[], set: FieldSet): void {
  const type = actualType(declared, value)
  if (type.kind === 'leaf') {
    if (path.length > 0) set.insert(path)
  } else if (type.kind === 'object') {
    if (!isObject(value)) return
    for (const key of Object.keys(value)) {
      const item = value[key]
      const at = [...path, fieldElement(key)]
      collect(item, typeOfKey(type, key), at, set)
      if (item === null || (isObject(item) && Object.keys(item).length === 0) || !type.isField(key)) set.insert(at)
    }
  } else if (Array.isArray(value)) {
    for (const [element, items] of grouped(value, type)) {
      const at = [...path, element]
      // Duplicates are owned as a whole.
      if (items.length === 1 && type.kind === 'keyed') collect(items[0], type.element, at, set)
      set.insert(at)
    }
  }
}

/** Items by their path elements, in order. */
function grouped(list: unknown[], type: ListType): Map<PathElement, unknown[]> {
  return Map.groupBy(list, (item) => elementOf(item, type))
}

export interface Comparison {
  added: FieldSet
  removed: FieldSet
  modified: FieldSet
}

export function compareFields(before: unknown, after: unknown, type: FieldType): Comparison {
  const result: Comparison = { added: new FieldSet(), removed: new FieldSet(), modified: new FieldSet() }
  compareValues(before, after, type, [], result)
  return result
}

function compareValues(
  before: unknown,
  after: unknown,
  declared: FieldType,
  path: PathElement[],
  result: Comparison,
): void {
  const type = actualType(declared, after === undefined ? before : after)
  const isChanged = before !== undefined && after !== undefined && !isSameShape(before, after, declared)
  if (type.kind === 'leaf' || isChanged || (isEmpty(before) && isEmpty(after))) {
    compareLeaves(before, after, path, result)
    return
  }
  if (type.kind === 'object') compareObjects(before, after, type, path, result)
  else compareLists(before, after, type, path, result)
  if (path.length === 0) return
  if (before === undefined) result.added.insert(path)
  else if (after === undefined) result.removed.insert(path)
}

/** Untyped values may turn from an object into something else. */
function isSameShape(before: unknown, after: unknown, declared: FieldType): boolean {
  return declared.kind !== 'untyped' || isObject(before) === isObject(after)
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function compareLeaves(before: unknown, after: unknown, path: PathElement[], result: Comparison): void {
  if (path.length === 0) return
  if (before === undefined) result.added.insert(path)
  else if (after === undefined) result.removed.insert(path)
  else if (!equalJson(before, after)) result.modified.insert(path)
}

function compareObjects(
  before: unknown,
  after: unknown,
  type: ObjectType,
  path: PathElement[],
  result: Comparison,
): void {
  const old = isObject(before) ? before : {}
  const now = isObject(after) ? after : {}
  const visit = (key: string) => {
    path.push(fieldElement(key))
    compareValues(getKey(old, key), getKey(now, key), typeOfKey(type, key), path, result)
    path.pop()
  }
  for (const key of Object.keys(now)) if (now[key] !== old[key] || !Object.hasOwn(old, key)) visit(key)
  for (const key of Object.keys(old)) if (!Object.hasOwn(now, key)) visit(key)
}

function compareLists(before: unknown, after: unknown, type: ListType, path: PathElement[], result: Comparison): void {
  const old = grouped(Array.isArray(before) ? before : [], type)
  const now = grouped(Array.isArray(after) ? after : [], type)
  const inner: FieldType = type.kind === 'keyed' ? type.element : { kind: 'leaf', holds: 'value' }
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    const at = [...path, element]
    const [was, is] = [old.get(element) ?? [], now.get(element) ?? []]
    if (was.length > 1 && is.length > 1) {
      if (!equalJson(was, is)) result.modified.insert(at)
    } else if (was.length > 1) {
      if (is.length === 1) compareValues(undefined, is[0], inner, at, result)
      result.removed.insert(at)
    } else if (is.length > 1) {
      if (was.length === 1) compareValues(was[0], undefined, inner, at, result)
      result.added.insert(at)
    } else compareValues(was[0], is[0], inner, at, result)
  }
}

/** `over`, whose lists were checked, wins where both have a value. The result shares parts with both; undefined for nothing at all. */
export function mergeFields(under: unknown, over: unknown, declared: FieldType): unknown {
  if (over === undefined) return under
  if (under === undefined) return over
  const type = actualType(declared, over)
  if (type.kind === 'leaf' || !isSameShape(under, over, declared) || (isEmpty(under) && isEmpty(over))) return over
  if (type.kind === 'object') return isObject(under) && isObject(over) ? mergeObjects(under, over, type) : over
  return Array.isArray(under) && Array.isArray(over) ? mergeLists(under, over, type) : over
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
  const merged = new Set<PathElement>()
  const result: unknown[] = []
  const take = (element: PathElement) => {
    merged.add(element)
    const old = leftItems.get(element) ?? []
    // Duplicates are replaced, not merged.
    result.push(mergeFields(old.length === 1 ? old[0] : undefined, rightItems.get(element), inner))
    if (shared[0] === element) shared.shift()
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
      if (!isShared || merged.has(element) || (r < right.length && shared.length > 0 && shared[0] !== element)) {
        l++
        continue
      }
    }
    if (r < right.length) take(right[r++]![0])
  }
  return result
}

/** Lists of a configuration must have each element once. Throws PatchError. */
export function checkLists(value: unknown, declared: FieldType, path: PathElement[] = []): void {
  const type = actualType(declared, value)
  if (type.kind === 'object' && isObject(value)) {
    for (const key of Object.keys(value)) checkLists(value[key], typeOfKey(type, key), [...path, fieldElement(key)])
  }
  if ((type.kind !== 'set' && type.kind !== 'keyed') || !Array.isArray(value)) return
  const seen = new Set<PathElement>()
  for (const [index, item] of value.entries()) {
    const element = checkedElement(item, type, `${pathText(path)}: element ${index}: `)
    if (seen.has(element)) {
      throw new PatchError('BadRequest', `${pathText(path)}: duplicate entries for key ${pathText([element])}`)
    }
    seen.add(element)
    if (type.kind === 'keyed') checkLists(item, type.element, [...path, element])
  }
}

function checkedElement(item: unknown, type: ListType, place: string): PathElement {
  try {
    return elementOf(item, type)
  } catch (error) {
    throw error instanceof PatchError ? new PatchError(error.reason, place + error.message) : error
  }
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

/** Adds the fields of messages that stand above a path of the set: they go away together with what is below. */
export function withNamedFields(set: FieldSet, type: FieldType): FieldSet {
  const result = new FieldSet()
  for (const element of set.members) result.members.add(element)
  for (const [element, child] of set.children) {
    let inner: FieldType = { kind: 'untyped' }
    if (element.startsWith('f:') && type.kind === 'object') {
      const key = element.slice(2)
      if (type.isField(key)) result.members.add(element)
      inner = typeOfKey(type, key)
    } else if (type.kind === 'keyed') inner = type.element
    result.children.set(element, withNamedFields(child, inner))
  }
  return result
}
