/**
 * Brings a parsed JSON object into the shape its kind has: checks the types, drops and names unknown fields, writes
 * times and quantities canonically, fills in what upstream's JSON always has, and applies the static defaults. What
 * comes out is what Go's decoder and encoder would have made of it. One pass; the input is not changed.
 */
import { canonicalForm, jsonTypeOf } from './form.ts'
import type { Field, Schema } from './schema.ts'

export type JsonObject = Record<string, unknown>

export interface Conformed {
  object: JsonObject
  /** Paths such as `spec.containers[0].foo`, at most 100. */
  unknownFields: string[]
  /** How many keys all objects of the input had: fewer than its text has when some stand there twice. */
  keyCount: number
}

/** The text is Go's, e.g. `json: cannot unmarshal string into Go struct field PodSpec.spec.priority of type int32`. */
export class ConformError extends Error {
  override readonly name = 'ConformError'
}

/** As upstream's strict decoder. */
const maxUnknownFields = 100

/**
 * Throws ConformError where a value has the wrong type. `sparse` is for the configurations of server-side apply, where
 * what is not said must not be made up: nothing is filled in, and nothing that was said is left out, nulls neither.
 */
export function conform(value: unknown, schema: Schema, mode: 'full' | 'sparse' = 'full'): Conformed {
  const walk = new Walk(mode === 'sparse')
  const object = walk.object(value, schema)
  return { object, unknownFields: walk.unknownFields, keyCount: walk.keyCount }
}

/** The object with nothing set: what Go makes of `{}`. */
export function emptyObject(schema: Schema): JsonObject {
  return new Walk(false).object({}, schema)
}

class Walk {
  readonly path: (string | number)[] = []
  readonly unknownFields: string[] = []
  keyCount = 0

  constructor(private readonly sparse: boolean) {}

  object(value: unknown, schema: Schema): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.mismatch(value, schema)
    const input = value as JsonObject
    const { properties } = schema
    const output: JsonObject = {}
    for (const key of Object.keys(input)) {
      this.keyCount++
      const field = properties.get(key)
      if (field) {
        const item = input[key]
        if (item === null && this.sparse) output[key] = null
        if (item === null || item === undefined) continue
        this.path.push(key)
        const made = this.field(item, field, schema)
        if (made !== undefined) output[key] = made
        this.path.pop()
      } else if (schema.isKind && (key === 'apiVersion' || key === 'kind')) {
        if (typeof input[key] !== 'string') throw this.scalarMismatch(input[key], schema, key, 'string')
        output[key] = input[key]
      } else {
        this.unknown(key, input[key])
      }
    }
    if (this.sparse) return output
    for (const field of fillsOf(schema)) {
      if (output[field.json] === undefined) output[field.json] = this.zero(field)
    }
    return output
  }

  /** undefined: leave it out. */
  private field(value: unknown, field: Field, owner: Schema): unknown {
    if (field.shape === 'list') return this.list(value, field, owner)
    if (field.shape === 'map') return this.map(value, field, owner)
    const made = this.single(value, field, owner)
    if (this.sparse || field.pointer || !(field.omitempty || field.default !== undefined)) return made
    return made === '' || made === 0 || made === false ? field.default : made
  }

  private list(value: unknown, field: Field, owner: Schema): unknown {
    if (!Array.isArray(value)) throw this.scalarMismatch(value, owner, undefined, `[]${typeName(field)}`)
    if (value.length === 0 && field.omitempty && !this.sparse) return undefined
    const depth = this.path.length
    return value.map((item, index) => {
      this.path[depth] = index
      const made = item === null ? this.nullElement(field) : this.single(item, field, owner)
      this.path.length = depth
      return made
    })
  }

  private map(value: unknown, field: Field, owner: Schema): unknown {
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw this.scalarMismatch(value, owner, undefined, `map[string]${typeName(field)}`)
    }
    const keys = Object.keys(value as JsonObject)
    this.keyCount += keys.length
    if (keys.length === 0 && field.omitempty && !this.sparse) return undefined
    const output: JsonObject = {}
    for (const key of keys) {
      const item = (value as JsonObject)[key]
      this.path.push(key)
      const made = item === null ? this.nullElement(field) : this.single(item, field, owner)
      this.path.pop()
      if (key === '__proto__') setOwn(output, key, made)
      else output[key] = made
    }
    return output
  }

  private single(value: unknown, field: Field, owner: Schema): unknown {
    switch (field.type) {
      case 'string':
        if (typeof value !== 'string') throw this.scalarMismatch(value, owner, undefined, typeName(field))
        return value
      case 'bool':
        if (typeof value !== 'boolean') throw this.scalarMismatch(value, owner, undefined, 'bool')
        return value
      case 'message':
        return field.schema!.form ? this.special(value, field.schema!) : this.object(value, field.schema!)
      case 'bytes':
        return this.bytes(value, owner)
      default:
        if (typeof value !== 'number' || !fits(value, field.type)) {
          const text = typeof value === 'number' ? `number ${value}` : jsonTypeOf(value)
          throw this.failure(text, owner, undefined, field.type)
        }
        return value
    }
  }

  private special(value: unknown, schema: Schema): unknown {
    switch (schema.form) {
      case 'rawExtension':
      case 'rawJson':
        this.keyCount += countKeys(value)
        return value
      case 'stringList':
        if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) throw this.mismatch(value, schema)
        return value
      case 'schemaOrBool':
        return typeof value === 'boolean' ? value : this.nested(value, schema)
      case 'schemaOrArray':
        return Array.isArray(value) ? value.map((item) => this.nested(item, schema)) : this.nested(value, schema)
      case 'schemaOrStringArray':
        return Array.isArray(value) ? value.map((item) => String(item)) : this.nested(value, schema)
      default: {
        const result = canonicalForm(schema.form!, value)
        if ('error' in result) throw new ConformError(result.error)
        return result.value
      }
    }
  }

  /** The JSON schema inside one of apiextensions' either-or types. */
  private nested(value: unknown, either: Schema): unknown {
    return this.object(value, either.fields.find((field) => field.type === 'message')!.schema!)
  }

  private bytes(value: unknown, owner: Schema): string {
    if (typeof value !== 'string') throw this.scalarMismatch(value, owner, undefined, '[]uint8')
    const text = value.includes('\n') || value.includes('\r') ? value.replace(/[\r\n]/g, '') : value
    const wrong = text.search(/[^A-Za-z0-9+/]/)
    if (text.length % 4 === 0 && (wrong === -1 || /^={1,2}$/.test(text.slice(wrong)))) return text
    throw new ConformError(
      `illegal base64 data at input byte ${wrong === -1 ? text.length - (text.length % 4) : wrong}`,
    )
  }

  private zero(field: Field): unknown {
    if (field.default !== undefined) return field.default
    if (field.shape === 'list') return []
    if (field.shape === 'map') return {}
    return this.zeroElement(field)
  }

  private nullElement(field: Field): unknown {
    return this.sparse ? null : this.zeroElement(field)
  }

  private zeroElement(field: Field): unknown {
    if (field.type === 'message') return zeroMessage(field.schema!) ?? this.object({}, field.schema!)
    if (field.type === 'string' || field.type === 'bytes') return ''
    return field.type === 'bool' ? false : 0
  }

  private unknown(key: string, value: unknown): void {
    this.keyCount += countKeys(value)
    if (this.unknownFields.length < maxUnknownFields) this.unknownFields.push(pathText([...this.path, key]))
  }

  private mismatch(value: unknown, schema: Schema): ConformError {
    return this.scalarMismatch(value, schema, undefined, goTypeName(schema))
  }

  private scalarMismatch(value: unknown, owner: Schema, key: string | undefined, goType: string): ConformError {
    return this.failure(jsonTypeOf(value), owner, key, goType)
  }

  private failure(found: string, owner: Schema, key: string | undefined, goType: string): ConformError {
    const names = this.path.filter((part) => typeof part === 'string')
    if (key !== undefined) names.push(key)
    const into =
      names.length === 0
        ? `Go value of type ${goType}`
        : `Go struct field ${owner.name}.${names.join('.')} of type ${goType}`
    return new ConformError(`json: cannot unmarshal ${found} into ${into}`)
  }
}

const fills = new WeakMap<Schema, readonly Field[]>()

/** Fields that are there even when nobody set them: Go writes them as zero values, or they have a default. */
function fillsOf(schema: Schema): readonly Field[] {
  let list = fills.get(schema)
  if (!list) {
    list = [...schema.properties.values()].filter((field) => isFilled(field))
    fills.set(schema, list)
  }
  return list
}

function isFilled(field: Field): boolean {
  if (field.default !== undefined && field.shape === 'single') return true
  if (field.pointer) return false
  if (field.shape !== 'single' || field.type !== 'message') return !field.omitempty
  return field.schema!.form === undefined || zeroMessage(field.schema!) !== undefined
}

/** Zero value of a message that is written as one value; times and raw values are left out instead. */
function zeroMessage(schema: Schema): unknown {
  if (schema.form === 'quantity') return '0'
  if (schema.form === 'intOrString') return 0
  return schema.form === 'duration' ? '0s' : undefined
}

function fits(value: number, type: string): boolean {
  if (type === 'double' || type === 'float') return true
  if (!Number.isInteger(value)) return false
  if (type === 'int32') return value >= -2147483648 && value <= 2147483647
  return type === 'int64' ? Math.abs(value) <= 2 ** 63 : value >= 0
}

function typeName(field: Field): string {
  if (field.type === 'message') return goTypeName(field.schema!)
  const name = field.goType
  if (name === '') return field.type
  return name.includes('.') ? name : `v1.${name}`
}

function goTypeName(schema: Schema): string {
  return schema.file === 'plain' ? schema.name : `${schema.file.split('-').at(-1)}.${schema.name}`
}

/** `spec.containers[0].name`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = ''
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`
  return text
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countKeys(item), 0)
  const items = Object.values(value)
  return items.reduce((sum: number, item) => sum + countKeys(item), items.length)
}

/** `__proto__` is an ordinary key in JSON: assigning to it would set the prototype. */
export function setOwn(object: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}
