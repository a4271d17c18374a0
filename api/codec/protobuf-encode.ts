/** JSON objects to protobuf messages, by their schema. */
import type { JsonObject } from '../schema/conform.ts'
import { parseDuration } from '../schema/form.ts'
import type { Field, Scalar, Schema } from '../schema/schema.ts'
import { type WireWriter, wireBytes, wireFixed32, wireFixed64, wireVarint } from './wire.ts'

const wireTypes: Record<Scalar | 'message', number> = {
  string: wireBytes,
  bytes: wireBytes,
  message: wireBytes,
  double: wireFixed64,
  float: wireFixed32,
  bool: wireVarint,
  int32: wireVarint,
  int64: wireVarint,
  uint32: wireVarint,
  uint64: wireVarint,
}

/** Writes the message's fields, without a length. The object must have been conformed to the schema. */
export function encodeMessage(writer: WireWriter, object: JsonObject, schema: Schema): void {
  const { fields } = schema
  for (let i = fields.length - 1; i >= 0; i--) {
    const field = fields[i]!
    if (field.inline) {
      embed(writer, field.number, () => encodeMessage(writer, object, field.schema!))
      continue
    }
    const value = object[field.json]
    if (value !== undefined && value !== null) encodeField(writer, field, value)
  }
}

function encodeField(writer: WireWriter, field: Field, value: unknown): void {
  const wireType = wireTypes[field.type]
  if (field.shape === 'single') {
    encodeValue(writer, field, value)
    writer.tag(field.number, wireType)
  } else if (field.shape === 'list') {
    const items = value as unknown[]
    for (let i = items.length - 1; i >= 0; i--) {
      encodeValue(writer, field, items[i])
      writer.tag(field.number, wireType)
    }
  } else {
    encodeMap(writer, field, value as JsonObject, wireType)
  }
}

/** Entries in the order of their keys, as upstream writes them. */
function encodeMap(writer: WireWriter, field: Field, map: JsonObject, wireType: number): void {
  const keys = Object.keys(map).sort()
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!
    embed(writer, field.number, () => {
      encodeValue(writer, field, map[key])
      writer.tag(2, wireType)
      writer.text(key)
      writer.tag(1, wireBytes)
    })
  }
}

/** Writes what `content` writes as a length-delimited field. */
export function embed(writer: WireWriter, number: number, content: () => void): void {
  const before = writer.length
  content()
  writer.uint(writer.length - before)
  writer.tag(number, wireBytes)
}

function encodeValue(writer: WireWriter, field: Field, value: unknown): void {
  switch (field.type) {
    case 'string':
      writer.text(value as string)
      break
    case 'bool':
      writer.uint(value === true ? 1 : 0)
      break
    case 'bytes':
      writer.bytes(Buffer.from(value as string, 'base64'))
      break
    case 'double':
      writer.double(value as number)
      break
    case 'float':
      writer.float(value as number)
      break
    case 'message': {
      const before = writer.length
      if (field.schema!.form) encodeSpecial(writer, value, field.schema!)
      else encodeMessage(writer, value as JsonObject, field.schema!)
      writer.uint(writer.length - before)
      break
    }
    default:
      writer.int(value as number)
  }
}

function encodeSpecial(writer: WireWriter, value: unknown, schema: Schema): void {
  switch (schema.form) {
    case 'time':
    case 'microTime':
      encodeTime(writer, value as string)
      break
    case 'duration':
      writer.int(parseDuration(value as string) ?? 0)
      writer.tag(1, wireVarint)
      break
    case 'quantity':
      writer.text(String(value))
      writer.tag(1, wireBytes)
      break
    case 'intOrString':
      encodeIntOrString(writer, value as number | string)
      break
    case 'rawExtension':
    case 'rawJson':
      writer.text(JSON.stringify(value))
      writer.tag(1, wireBytes)
      break
    case 'stringList':
      encodeStrings(writer, 1, value as string[])
      break
    default:
      encodeEither(writer, value, schema)
  }
}

function encodeTime(writer: WireWriter, text: string): void {
  const fraction = /\.(\d+)Z$/.exec(text)?.[1]
  if (fraction) {
    writer.int(Number(fraction.padEnd(9, '0')))
    writer.tag(2, wireVarint)
  }
  writer.int(Math.floor(Date.parse(text) / 1000))
  writer.tag(1, wireVarint)
}

/** `type` is 0 for a number, 1 for a string; upstream writes all three fields. */
function encodeIntOrString(writer: WireWriter, value: number | string): void {
  const isText = typeof value === 'string'
  writer.text(isText ? value : '')
  writer.tag(3, wireBytes)
  writer.int(isText ? 0 : value)
  writer.tag(2, wireVarint)
  writer.uint(isText ? 1 : 0)
  writer.tag(1, wireVarint)
}

function encodeStrings(writer: WireWriter, number: number, items: string[]): void {
  for (let i = items.length - 1; i >= 0; i--) {
    writer.text(items[i]!)
    writer.tag(number, wireBytes)
  }
}

/** apiextensions' schema-or-bool, schema-or-array, schema-or-strings. */
function encodeEither(writer: WireWriter, value: unknown, schema: Schema): void {
  const inner = schema.fields.find((field) => field.type === 'message')!.schema!
  const nested = (number: number, item: unknown) =>
    embed(writer, number, () => encodeMessage(writer, item as JsonObject, inner))
  if (schema.form === 'schemaOrBool') {
    if (typeof value !== 'boolean') nested(2, value)
    writer.uint(value === false ? 0 : 1)
    writer.tag(1, wireVarint)
  } else if (!Array.isArray(value)) {
    nested(1, value)
  } else if (schema.form === 'schemaOrStringArray') {
    encodeStrings(writer, 2, value)
  } else {
    for (const item of value.toReversed()) nested(2, item)
  }
}
