/**
 * Tests only: the same conversion as our codec's, made by protobufjs from its own reading of the .proto files. Shares
 * nothing with our codec but the list of special forms.
 */
import type protobuf from 'protobufjs'
import type { JsonObject } from '../schema/conform.ts'
import { formatDuration, parseDuration } from '../schema/form.ts'
import type { Schema } from '../schema/schema.ts'

type Message = Record<string, unknown>

/** Our JSON name of a .proto field; undefined for an inlined one. */
function jsonName(schema: Schema, proto: string): { json: string; inner: Schema | undefined } {
  const field = schema.fields.find((f) => f.proto === proto || f.schema?.name.toLowerCase() === proto.toLowerCase())
  if (!field) throw new Error(`${schema.name} has no field ${proto}`)
  return { json: field.json, inner: field.schema }
}

export function independentEncode(type: protobuf.Type, object: JsonObject, schema: Schema): Uint8Array {
  return type.encode(type.create(toMessage(type, object, schema))).finish()
}

export function independentDecode(type: protobuf.Type, bytes: Uint8Array, schema: Schema): JsonObject {
  return fromMessage(type, type.decode(bytes) as unknown as Message, schema)
}

function toMessage(type: protobuf.Type, object: JsonObject, schema: Schema): Message {
  const message: Message = {}
  for (const field of type.fieldsArray) {
    field.resolve()
    const { json, inner } = jsonName(schema, field.name)
    const nested = field.resolvedType as protobuf.Type | null
    if (json === '') {
      message[field.name] = toMessage(nested!, object, inner!)
      continue
    }
    const value = object[json]
    if (value === undefined) continue
    const convert = (item: unknown) => encodeValue(field.type, nested, item, inner)
    message[field.name] = field.repeated
      ? (value as unknown[]).map(convert)
      : field.map
        ? mapOf(value as JsonObject, convert)
        : convert(value)
  }
  return message
}

function mapOf(object: object, convert: (value: unknown) => unknown): object {
  const result = {}
  for (const [key, value] of Object.entries(object)) {
    Object.defineProperty(result, key, { value: convert(value), enumerable: true, configurable: true, writable: true })
  }
  return result
}

function encodeValue(
  scalar: string,
  nested: protobuf.Type | null,
  value: unknown,
  schema: Schema | undefined,
): unknown {
  if (!nested) return scalar === 'bytes' ? Buffer.from(value as string, 'base64') : value
  const inner = () => schema!.fields.find((f) => f.type === 'message')!.schema!
  const innerType = () => nested.fieldsArray.find((f) => f.resolve().resolvedType)!.resolvedType as protobuf.Type
  switch (schema!.form) {
    case 'time':
    case 'microTime': {
      const fraction = /\.(\d{6})Z/.exec(value as string)?.[1] ?? '0'
      return { seconds: Math.floor(Date.parse(value as string) / 1000), nanos: Number(fraction) * 1000 }
    }
    case 'duration':
      return { duration: parseDuration(value as string) }
    case 'quantity':
      return { string: value }
    case 'intOrString':
      return typeof value === 'string' ? { type: 1, strVal: value } : { type: 0, intVal: value }
    case 'rawExtension':
    case 'rawJson':
      return { [nested.fieldsArray[0]!.name]: Buffer.from(JSON.stringify(value)) }
    case 'stringList':
      return { items: value }
    case 'schemaOrBool':
      return typeof value === 'boolean'
        ? { allows: value }
        : { allows: true, schema: toMessage(innerType(), value as Message, inner()) }
    case 'schemaOrArray':
      return Array.isArray(value)
        ? { jSONSchemas: value.map((item) => toMessage(innerType(), item, inner())) }
        : { schema: toMessage(innerType(), value as Message, inner()) }
    case 'schemaOrStringArray':
      return Array.isArray(value) ? { property: value } : { schema: toMessage(innerType(), value as Message, inner()) }
    default:
      return toMessage(nested, value as Message, schema!)
  }
}

function fromMessage(type: protobuf.Type, message: Message, schema: Schema): JsonObject {
  const object: JsonObject = {}
  for (const field of type.fieldsArray) {
    field.resolve()
    if (!Object.hasOwn(message, field.name)) continue
    const { json, inner } = jsonName(schema, field.name)
    const nested = field.resolvedType as protobuf.Type | null
    const value = message[field.name]
    if (json === '') {
      Object.assign(object, fromMessage(nested!, value as Message, inner!))
      continue
    }
    const convert = (item: unknown) => decodeValue(nested, item, inner)
    object[json] = field.repeated
      ? (value as unknown[]).map(convert)
      : field.map
        ? mapOf(value as Message, convert)
        : convert(value)
  }
  return object
}

function decodeValue(nested: protobuf.Type | null, value: unknown, schema: Schema | undefined): unknown {
  if (!nested) {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
    return typeof value === 'object' ? Number(value) : value
  }
  const parts = value as Message
  const inner = () => schema!.fields.find((f) => f.type === 'message')!.schema!
  const innerType = () => nested.fieldsArray.find((f) => f.resolve().resolvedType)!.resolvedType as protobuf.Type
  const schemaPart = () =>
    Object.hasOwn(parts, 'schema') ? fromMessage(innerType(), parts.schema as Message, inner()) : undefined
  switch (schema!.form) {
    case 'time':
      return new Date(Number(parts.seconds) * 1000).toISOString().replace('.000Z', 'Z')
    case 'microTime': {
      const micros = String(Math.floor(Number(parts.nanos) / 1000)).padStart(6, '0')
      return new Date(Number(parts.seconds) * 1000).toISOString().replace('.000Z', `.${micros}Z`)
    }
    case 'duration':
      return formatDuration(Number(parts.duration))
    case 'quantity':
      return parts.string
    case 'intOrString':
      return Number(parts.type) === 1 ? parts.strVal : parts.intVal
    case 'rawExtension':
    case 'rawJson':
      return JSON.parse(Buffer.from(parts[nested.fieldsArray[0]!.name] as Uint8Array).toString())
    case 'stringList':
      return [...(parts.items as string[])]
    case 'schemaOrBool':
      return schemaPart() ?? parts.allows
    case 'schemaOrArray':
      return schemaPart() ?? (parts.jSONSchemas as Message[]).map((item) => fromMessage(innerType(), item, inner()))
    case 'schemaOrStringArray':
      return schemaPart() ?? [...(parts.property as string[])]
    default:
      return fromMessage(nested, value as Message, schema!)
  }
}
