/** How server-side apply sees a value: what is owned as a whole, and what part by part. */
import type { Field, Schema } from '../schema/schema.ts'

export type FieldType =
  /** Owned as a whole: plain values, atomic lists, maps and objects. */
  | { kind: 'leaf'; holds: 'value' | 'list' | 'map' }
  /** Fields of a message and keys of a map; `isField` tells the former. */
  | { kind: 'object'; typeOf(key: string): FieldType | undefined; isField(key: string): boolean }
  /** Elements are plain values, each once. */
  | { kind: 'set' }
  /** Elements are objects, told apart by keys. */
  | { kind: 'keyed'; keys: readonly string[]; defaultOf(key: string): unknown; element: FieldType }
  /** Nothing is known: objects part by part, everything else as a whole. */
  | { kind: 'untyped' }

const value: FieldType = { kind: 'leaf', holds: 'value' }
const atomicList: FieldType = { kind: 'leaf', holds: 'list' }
const atomicMap: FieldType = { kind: 'leaf', holds: 'map' }
const untyped: FieldType = { kind: 'untyped' }

const types = new WeakMap<Schema, FieldType>()
const fieldTypes = new WeakMap<Field, FieldType>()

/** Of an object; the root of a kind has apiVersion and kind too. */
export function typeOfSchema(schema: Schema): FieldType {
  let type = types.get(schema)
  if (!type) {
    type = makeType(schema)
    types.set(schema, type)
  }
  return type
}

function makeType(schema: Schema): FieldType {
  if (schema.form) return typeOfForm(schema)
  if (schema.atomic) return atomicMap
  const { properties } = schema
  return {
    kind: 'object',
    isField: (key) => properties.has(key) || isTypeKey(schema, key),
    typeOf(key) {
      const field = properties.get(key)
      if (field) return typeOfField(field)
      return isTypeKey(schema, key) ? value : undefined
    },
  }
}

function isTypeKey(schema: Schema, key: string): boolean {
  return schema.isKind && (key === 'apiVersion' || key === 'kind')
}

function typeOfForm({ form }: Schema): FieldType {
  if (form === 'rawExtension') return untyped
  if (form === 'stringList') return atomicList
  return form === 'rawJson' || form?.startsWith('schemaOr') ? untyped : value
}

function typeOfField(field: Field): FieldType {
  let type = fieldTypes.get(field)
  if (!type) {
    type = makeFieldType(field)
    fieldTypes.set(field, type)
  }
  return type
}

function makeFieldType(field: Field): FieldType {
  if (field.shape === 'list') return makeListType(field)
  const element = field.type === 'message' ? field.schema! : undefined
  if (field.shape === 'single') {
    if (element && field.atomic) return atomicMap
    return element ? typeOfSchema(element) : value
  }
  if (field.atomic) return atomicMap
  return { kind: 'object', isField: () => false, typeOf: () => (element ? typeOfSchema(element) : value) }
}

function makeListType(field: Field): FieldType {
  if (field.listType === 'set') return { kind: 'set' }
  if (field.listType !== 'map') return atomicList
  const element = field.schema!
  return {
    kind: 'keyed',
    keys: field.listMapKeys,
    get element() {
      return typeOfSchema(element)
    },
    defaultOf(key) {
      const own = element.properties.get(key)
      if (!own || own.default !== undefined) return own?.default
      if (own.pointer || own.omitempty || own.type === 'message') return undefined
      return own.type === 'string' ? '' : own.type === 'bool' ? false : 0
    },
  }
}
