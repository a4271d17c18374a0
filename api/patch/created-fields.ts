/**
 * The fieldsV1 of whoever created an object, written as text in one walk: most objects are written by a create, and sets
 * of paths, or a tree of objects that is only made to be serialised, cost more than all else of it. The same as
 * `compareFields` with the empty object gives; a test holds them together.
 */
import type { JsonObject } from '../schema/conform.ts'
import { equalJson, getKey, isObject } from '../schema/json-value.ts'
import type { FieldType } from './field-type.ts'
import { actualType, elementOf, isEmpty, isSameShape, type ListType, type ObjectType, typeOfKey } from './field-walk.ts'

/** A fieldsV1 that is there as JSON text; to everybody but `storedBytes` the value it stands for. */
export class FieldsText {
  constructor(readonly text: string) {}

  toJSON(): unknown {
    return JSON.parse(this.text)
  }
}

/** Keys of the object that nobody owns, and of its metadata. */
interface Without {
  keys: ReadonlySet<string>
  metadataKeys: ReadonlySet<string>
}

const ownedItself = '{}'

/**
 * What `object` sets that `empty` (what Go makes of `{}`, whose lists are empty) does not, as JSON. undefined: nothing.
 */
export function createdFields(
  empty: JsonObject,
  object: JsonObject,
  type: FieldType,
  { keys, metadataKeys }: Without,
): string | undefined {
  if (type.kind !== 'object') return undefined
  const fields: string[] = []
  for (const key of sortedKeys(object)) {
    if (keys.has(key)) continue
    const declared = typeOfKey(type, key)
    const value = object[key]
    const added =
      key === 'metadata' && isObject(value)
        ? metadataFields(empty[key], value, declared, metadataKeys)
        : addedFields(empty[key], value, declared)
    if (added !== undefined) fields.push(`${quoted('f:', key)}:${added}`)
  }
  return fields.length === 0 ? undefined : `{${fields.join()}}`
}

/** Nobody owns metadata itself. */
function metadataFields(
  before: unknown,
  after: JsonObject,
  type: FieldType,
  without: ReadonlySet<string>,
): string | undefined {
  const owned: JsonObject = {}
  for (const key of Object.keys(after)) if (!without.has(key)) owned[key] = after[key]
  const added = addedFields(isObject(before) ? before : {}, owned, type)
  return added === ownedItself ? undefined : added
}

/** Of one value; undefined: it is as it was. */
function addedFields(before: unknown, after: unknown, declared: FieldType): string | undefined {
  if (after === undefined) return undefined
  if (before === undefined) return memberWith(after, declared)
  const type = actualType(declared, after)
  if (type.kind === 'leaf' || !isSameShape(before, after, declared) || (isEmpty(before) && isEmpty(after))) {
    return equalJson(before, after) ? undefined : ownedItself
  }
  let fields: string
  if (type.kind !== 'object') fields = fieldsBelow(after, type)
  else fields = isObject(after) ? changedFields(isObject(before) ? before : {}, after, type) : ''
  return fields === '' ? undefined : `{${fields}}`
}

function changedFields(before: JsonObject, after: JsonObject, type: ObjectType): string {
  const fields: string[] = []
  for (const key of sortedKeys(after)) {
    const added = addedFields(getKey(before, key), after[key], typeOfKey(type, key))
    if (added !== undefined) fields.push(`${quoted('f:', key)}:${added}`)
  }
  return fields.join()
}

/** A node that is owned itself, and every node below it. */
function memberWith(value: unknown, type: FieldType): string {
  if (typeof value !== 'object' || value === null) return ownedItself
  const below = fieldsBelow(value, type)
  return below === '' ? ownedItself : `{".":{},${below}}`
}

/** Every node below; '': there is none. */
function fieldsBelow(value: unknown, declared: FieldType): string {
  const type = actualType(declared, value)
  if (type.kind === 'object') {
    if (!isObject(value)) return ''
    const fields: string[] = []
    for (const key of sortedKeys(value)) {
      fields.push(`${quoted('f:', key)}:${memberWith(value[key], typeOfKey(type, key))}`)
    }
    return fields.join()
  }
  return type.kind === 'leaf' || !Array.isArray(value) ? '' : elementFields(value, type)
}

/**
 * By type: what a list of plain elements owns follows from their keys alone, and the pods of one template have the same
 * environments and ports. Emptied when full.
 */
const ofPlainLists = new WeakMap<FieldType, Map<string, string>>()
const maxPlainLists = 128
const maxSignatureLength = 8192
const fewElements = 4

function elementFields(list: unknown[], type: ListType): string {
  const signature = list.length < fewElements ? undefined : signatureOf(list, type)
  if (signature === undefined) return elementFieldsOf(list, type)
  let known = ofPlainLists.get(type)
  if (!known) {
    known = new Map()
    ofPlainLists.set(type, known)
  }
  let text = known.get(signature)
  if (text === undefined) {
    text = elementFieldsOf(list, type)
    if (known.size >= maxPlainLists) known.clear()
    known.set(signature, text)
  }
  return text
}

/** All that the fields of the list depend on; undefined when it is not only plain values told apart by one string. */
function signatureOf(list: unknown[], type: ListType): string | undefined {
  if (type.kind !== 'keyed' || type.keys.length !== 1) return undefined
  const name = type.keys[0]!
  let signature = ''
  for (const item of list) {
    if (typeof item !== 'object' || item === null) return undefined
    const element = item as JsonObject
    const own = element[name]
    if (typeof own !== 'string') return undefined
    signature += `${own.length}:${own}`
    for (const key in element) {
      if (typeof element[key] === 'object') return undefined
      signature += `${key},`
    }
  }
  return signature.length > maxSignatureLength ? undefined : signature
}

function elementFieldsOf(list: unknown[], type: ListType): string {
  const byElement = new Map<string, string>()
  for (const item of list) {
    const element = elementOf(item, type)
    // Duplicates are owned as a whole.
    byElement.set(element, byElement.has(element) || type.kind === 'set' ? ownedItself : elementWith(item, type))
  }
  const fields: string[] = []
  for (const element of inOrder([...byElement.keys()]))
    fields.push(`${JSON.stringify(element)}:${byElement.get(element)}`)
  return fields.join()
}

/** By type: what a list's element of plain values owns follows from its keys alone, and lists have many alike. */
const ofPlainElements = new WeakMap<FieldType, Map<string, string>>()
const maxPlainShapes = 64

function elementWith(item: unknown, type: Extract<ListType, { kind: 'keyed' }>): string {
  const { element } = type
  if (element.kind !== 'object' || !isObject(item)) return memberWith(item, element)
  const keys = Object.keys(item)
  for (const key of keys) if (typeof item[key] === 'object' && item[key] !== null) return memberWith(item, element)
  let known = ofPlainElements.get(element)
  if (!known) {
    known = new Map()
    ofPlainElements.set(element, known)
  }
  const shape = keys.join()
  let text = known.get(shape)
  if (text === undefined) {
    text = memberWith(item, element)
    // Keys are those of the schema, in its order, so that shapes are few; but nothing may grow without end.
    if (known.size < maxPlainShapes && keys.every((key) => element.isField(key))) known.set(shape, text)
  }
  return text
}

function sortedKeys(object: JsonObject): string[] {
  return inOrder(Object.keys(object))
}

/** Most lists of keys are in order already: looking costs less than sorting. */
function inOrder(keys: string[]): string[] {
  for (let index = 1; index < keys.length; index++) if (keys[index - 1]! > keys[index]!) return keys.sort()
  return keys
}

const plainKey = /^[\w./-]*$/

function quoted(prefix: string, key: string): string {
  return plainKey.test(key) ? `"${prefix}${key}"` : JSON.stringify(prefix + key)
}
