/** Which fields a value sets, in the eyes of server-side apply. Source: sigs.k8s.io/structured-merge-diff/v6/typed. */
import type { JsonObject } from '../schema/conform.ts'
import { getKey, isObject } from '../schema/json-value.ts'
import { FieldSet, fieldElement, keyElement, type PathElement, pathText, valueElement } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import { PatchError } from './patch-error.ts'

/** What kind of value it is decides where nothing is known. */
export type KnownType = Exclude<FieldType, { kind: 'untyped' }>
export type ObjectType = Extract<FieldType, { kind: 'object' }>
export type ListType = Extract<FieldType, { kind: 'set' | 'keyed' }>

export function actualType(type: FieldType, value: unknown): KnownType {
  if (type.kind !== 'untyped') return type
  return isObject(value) ? untypedObject : { kind: 'leaf', holds: Array.isArray(value) ? 'list' : 'value' }
}
const untypedObject: KnownType = { kind: 'object', isField: () => false, typeOf: () => ({ kind: 'untyped' }) }

/** Of an object's key; fields that the schema does not know are owned as a whole. */
export function typeOfKey(type: ObjectType, key: string): FieldType {
  return type.typeOf(key) ?? { kind: 'untyped' }
}

/** The path element of a list's item. Throws PatchError when it lacks all of its keys. */
export function elementOf(item: unknown, type: ListType): PathElement {
  if (type.kind === 'set') return valueElement(item)
  const [only, ...others] = type.keys
  if (others.length === 0 && isObject(item) && typeof item[only!] === 'string') {
    return `k:{"${only}":${JSON.stringify(item[only!])}}`
  }
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
export function grouped(list: unknown[], type: ListType): Map<PathElement, unknown[]> {
  return Map.groupBy(list, (item) => elementOf(item, type))
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

/** Untyped values may turn from an object into something else. */
export function isSameShape(before: unknown, after: unknown, declared: FieldType): boolean {
  return declared.kind !== 'untyped' || isObject(before) === isObject(after)
}

export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
