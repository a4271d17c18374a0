/** Protobuf messages to JSON objects, by their schema. The result still has to be conformed (zero values, defaults). */
import { type JsonObject, setOwn } from '../schema/conform.ts'
import { formatDuration } from '../schema/form.ts'
import type { Field, Schema } from '../schema/schema.ts'
import { WireError, WireReader, wireBytes } from './wire.ts'

/** Nested messages; upstream's deepest type is a JSON schema of a custom resource. */
const maxDepth = 200

/** What to do with the bytes of a RawExtension or a JSON value. */
export type RawDecoder = (bytes: Buffer) => unknown

export function decodeMessage(reader: WireReader, schema: Schema, raw: RawDecoder, depth = 0): JsonObject {
  const object: JsonObject = {}
  decodeInto(object, reader, schema, raw, depth)
  return object
}

const numbered = new WeakMap<Schema, (Field | undefined)[]>()

function byNumber(schema: Schema): (Field | undefined)[] {
  let list = numbered.get(schema)
  if (!list) {
    list = []
    for (const field of schema.fields) list[field.number] = field
    numbered.set(schema, list)
  }
  return list
}

function decodeInto(object: JsonObject, reader: WireReader, schema: Schema, raw: RawDecoder, depth: number): void {
  if (depth > maxDepth) throw new WireError('the message is nested too deeply')
  const fields = byNumber(schema)
  while (reader.more) {
    const key = reader.uint()
    const wireType = key % 8
    const field = fields[Math.floor(key / 8)]
    if (!field) reader.skip(wireType)
    else if (field.inline) decodeInto(object, nested(reader), field.schema!, raw, depth + 1)
    else if (field.shape === 'single') object[field.json] = decodeValue(reader, field, wireType, raw, depth)
    else if (field.shape === 'list') decodeElement(object, reader, field, wireType, raw, depth)
    else decodeEntry(object, reader, field, raw, depth)
  }
}

function nested(reader: WireReader): WireReader {
  const start = reader.bytesStart()
  return new WireReader(reader.buffer, start, reader.position)
}

function decodeElement(
  object: JsonObject,
  reader: WireReader,
  field: Field,
  wireType: number,
  raw: RawDecoder,
  depth: number,
): void {
  const list = (object[field.json] as unknown[] | undefined) ?? []
  object[field.json] = list
  const isPacked = wireType === wireBytes && !['string', 'bytes', 'message'].includes(field.type)
  if (!isPacked) {
    list.push(decodeValue(reader, field, wireType, raw, depth))
    return
  }
  const inner = nested(reader)
  while (inner.more) list.push(decodeScalar(inner, field))
}

function decodeEntry(object: JsonObject, reader: WireReader, field: Field, raw: RawDecoder, depth: number): void {
  const map = (object[field.json] as JsonObject | undefined) ?? {}
  object[field.json] = map
  const inner = nested(reader)
  let name = ''
  let value: unknown
  while (inner.more) {
    const key = inner.uint()
    const number = Math.floor(key / 8)
    if (number === 1) name = inner.text()
    else if (number === 2) value = decodeValue(inner, field, key % 8, raw, depth)
    else inner.skip(key % 8)
  }
  if (value === undefined) value = field.type === 'message' ? null : field.type === 'bool' ? false : ''
  if (name === '__proto__') setOwn(map, name, value)
  else map[name] = value
}

function decodeValue(reader: WireReader, field: Field, wireType: number, raw: RawDecoder, depth: number): unknown {
  if (field.type === 'message') {
    if (wireType !== wireBytes) throw wrongWireType(field, wireType)
    const schema = field.schema!
    return schema.form
      ? decodeSpecial(nested(reader), schema, raw, depth)
      : decodeMessage(nested(reader), schema, raw, depth + 1)
  }
  const isBytes = field.type === 'string' || field.type === 'bytes'
  if (isBytes !== (wireType === wireBytes)) throw wrongWireType(field, wireType)
  return decodeScalar(reader, field)
}

function wrongWireType(field: Field, wireType: number): WireError {
  return new WireError(`proto: wrong wireType = ${wireType} for field ${field.proto}`)
}

function decodeScalar(reader: WireReader, field: Field): unknown {
  switch (field.type) {
    case 'string':
      return reader.text()
    case 'bool':
      return reader.uint() !== 0
    case 'bytes': {
      const start = reader.bytesStart()
      return reader.buffer.toString('base64', start, reader.position)
    }
    case 'double':
      return reader.double()
    case 'float':
      return reader.float()
    case 'uint32':
    case 'uint64':
      return reader.uint()
    default:
      return reader.int()
  }
}

/** The fields of a special message, by number: numbers, texts, raw bytes, and the elements of repeated ones. */
function decodeSpecial(reader: WireReader, schema: Schema, raw: RawDecoder, depth: number): unknown {
  if (schema.form === 'rawExtension' || schema.form === 'rawJson') return decodeRaw(reader, raw)
  const parts = decodeMessage(reader, schema, raw, depth + 1)
  switch (schema.form) {
    case 'time':
    case 'microTime':
      return decodeTime(parts, schema.form)
    case 'duration':
      return formatDuration((parts.duration as number | undefined) ?? 0)
    case 'quantity':
      return parts.string ?? '0'
    case 'intOrString':
      return parts.type === 1 ? (parts.strVal ?? '') : (parts.intVal ?? 0)
    case 'stringList':
      return parts.items ?? []
    case 'schemaOrBool':
      return parts.schema ?? parts.allows ?? false
    case 'schemaOrArray':
      return parts.schema ?? parts.jSONSchemas ?? []
    default:
      return parts.schema ?? parts.property ?? []
  }
}

function decodeRaw(reader: WireReader, raw: RawDecoder): unknown {
  let value: unknown = null
  while (reader.more) {
    const key = reader.uint()
    if (Math.floor(key / 8) !== 1) {
      reader.skip(key % 8)
      continue
    }
    const start = reader.bytesStart()
    if (reader.position > start) value = raw(reader.buffer.subarray(start, reader.position))
  }
  return value
}

/** An empty message is the absent time: null, which conforming drops. */
function decodeTime(parts: JsonObject, form: 'time' | 'microTime'): string | null {
  const seconds = parts.seconds as number | undefined
  const nanos = (parts.nanos as number | undefined) ?? 0
  if (seconds === undefined && nanos === 0) return null
  const ms = (seconds ?? 0) * 1000
  if (Math.abs(ms) > 8.64e15) throw new WireError(`a time is out of range: ${seconds} s`)
  const date = new Date(ms).toISOString().slice(0, 19)
  return form === 'time' ? `${date}Z` : `${date}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`
}
