/**
 * Kubernetes' protobuf encoding: the four bytes `k8s\0`, then a runtime.Unknown with apiVersion, kind and the message.
 * Source: k8s.io/apimachinery/pkg/runtime/serializer/protobuf.
 */
import type { JsonObject } from '../schema/conform.ts'
import { parseApiVersion } from '../schema/resource.ts'
import { type Schema, schemaFor } from '../schema/schema.ts'
import { decodeMessage } from './protobuf-decode.ts'
import { embed, encodeMessage } from './protobuf-encode.ts'
import { WireError, WireReader, WireWriter, wireBytes } from './wire.ts'

export const protobufMediaType = 'application/vnd.kubernetes.protobuf'

const magic = Buffer.from('k8s\0', 'latin1')
const writer = new WireWriter()

export interface Envelope {
  apiVersion: string
  kind: string
  /** The encoded message. */
  message: Buffer
}

/** Throws WireError when the bytes have no envelope or are cut off. */
export function openEnvelope(bytes: Uint8Array): Envelope {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!hasEnvelope(buffer))
    throw new WireError('provided data does not appear to be a protobuf message, expected prefix k8s')
  const envelope: Envelope = { apiVersion: '', kind: '', message: Buffer.alloc(0) }
  const reader = new WireReader(buffer, magic.length)
  while (reader.more) {
    const key = reader.uint()
    if (key !== 8 + wireBytes && key !== 16 + wireBytes) {
      reader.skip(key % 8)
      continue
    }
    const start = reader.bytesStart()
    if (key === 16 + wireBytes) envelope.message = buffer.subarray(start, reader.position)
    else readTypeMeta(new WireReader(buffer, start, reader.position), envelope)
  }
  return envelope
}

function readTypeMeta(reader: WireReader, envelope: Envelope): void {
  while (reader.more) {
    const key = reader.uint()
    if (key === 8 + wireBytes) envelope.apiVersion = reader.text()
    else if (key === 16 + wireBytes) envelope.kind = reader.text()
    else reader.skip(key % 8)
  }
}

export function hasEnvelope(bytes: Uint8Array): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte)
}

/** The message inside an envelope as JSON, with apiVersion and kind, not yet conformed. Throws WireError. */
export function decodeMessageOf(envelope: Envelope, schema: Schema): JsonObject {
  const { apiVersion, kind } = envelope
  return { apiVersion, kind, ...decodeMessage(new WireReader(envelope.message), schema, decodeRawValue) }
}

/** Raw values are JSON, or whole objects in an envelope of their own (lists, watch events). */
function decodeRawValue(bytes: Buffer): unknown {
  if (!hasEnvelope(bytes)) {
    try {
      return JSON.parse(bytes.toString('utf8'))
    } catch {
      throw new WireError('a raw value is neither JSON nor a protobuf object')
    }
  }
  const envelope = openEnvelope(bytes)
  const { group, version } = parseApiVersion(envelope.apiVersion)
  const schema = schemaFor(group, version, envelope.kind)
  if (!schema) throw new WireError(`no kind "${envelope.kind}" is registered for version "${envelope.apiVersion}"`)
  return decodeMessageOf(envelope, schema)
}

/** An object with its envelope. `object` must be conformed and have apiVersion and kind. */
export function encodeProtobuf(object: JsonObject, schema: Schema): Buffer {
  writer.reset()
  writeObject(object, schema)
  return writer.finish()
}

function writeObject(object: JsonObject, schema: Schema): void {
  // contentEncoding and contentType: upstream writes both, empty.
  writer.text('')
  writer.tag(4, wireBytes)
  writer.text('')
  writer.tag(3, wireBytes)
  embed(writer, 2, () => encodeMessage(writer, object, schema))
  embed(writer, 1, () => {
    writer.text(String(object.kind ?? ''))
    writer.tag(2, wireBytes)
    writer.text(String(object.apiVersion ?? ''))
    writer.tag(1, wireBytes)
  })
  writer.raw(magic)
}

/** A frame of a watch: four bytes of length (big-endian), then a WatchEvent whose object has its envelope. */
export function encodeWatchFrame(type: string, object: JsonObject, schema: Schema): Buffer {
  writer.reset()
  embed(writer, 2, () => {
    embed(writer, 1, () => writeObject(object, schema))
  })
  writer.text(type)
  writer.tag(1, wireBytes)
  const event = writer.finish()
  const frame = Buffer.allocUnsafe(4 + event.length)
  frame.writeUInt32BE(event.length)
  frame.set(event, 4)
  return frame
}
