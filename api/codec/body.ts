/** Request bodies to objects of a kind, in whichever encoding they come; and what strict validation finds in them. */
import { ApiError } from '../client/client.ts'
import { ConformError, conform, type JsonObject } from '../schema/conform.ts'
import { apiVersionOf, parseApiVersion } from '../schema/resource.ts'
import { type Schema, schemaFor } from '../schema/schema.ts'
import { DecodeError, duplicateFields, parseJson } from './json.ts'
import { decodeMessageOf, openEnvelope, protobufMediaType } from './protobuf.ts'
import { WireError } from './wire.ts'
import { parseYaml } from './yaml.ts'

export interface GroupVersionKind {
  group: string
  version: string
  kind: string
}

export interface DecodedBody {
  /** Conformed, with apiVersion and kind set. */
  object: JsonObject
  schema: Schema
  /** What `fieldValidation` is about: `unknown field "spec.foo"`, `duplicate field "spec.replicas"`. */
  strictErrors: string[]
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** The media types that `decodeBody` takes. */
export const bodyMediaTypes = ['application/json', 'application/yaml', protobufMediaType] as const

/**
 * The object of a create or update, or the options of a delete. `expected` is the kind that the path asks for; a body
 * that does not name its kind is taken for it. Throws ApiError: 415 for an encoding we do not read, 400 for the rest.
 */
export function decodeBody(bytes: Uint8Array, contentType: string, expected: GroupVersionKind): DecodedBody {
  const mediaType = contentType.split(';')[0]!.trim().toLowerCase()
  try {
    const raw = readValue(bytes, mediaType, expected)
    const decoded = conformValue(raw.value, expected)
    const unknown = decoded.unknownFields.map((path) => `unknown field ${JSON.stringify(path)}`)
    return { ...decoded, strictErrors: [...raw.duplicates(decoded.keyCount), ...unknown] }
  } catch (error) {
    if (error instanceof DecodeError || error instanceof WireError) throw badRequest(error.message)
    throw error
  }
}

interface RawValue {
  value: unknown
  /** Given how many keys the parsed value has. */
  duplicates(keyCount: number): string[]
}

function readValue(bytes: Uint8Array, mediaType: string, expected: GroupVersionKind): RawValue {
  if (mediaType === protobufMediaType) return { value: readProtobuf(bytes, expected), duplicates: () => [] }
  if (mediaType === 'application/yaml') {
    const { value, duplicateKeys } = parseYaml(textOf(bytes))
    return { value, duplicates: () => duplicateKeys }
  }
  if (mediaType !== 'application/json' && mediaType !== '') {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${bodyMediaTypes.join(', ')}`,
    )
  }
  const text = textOf(bytes)
  const { value, keyCount } = parseJson(text)
  const duplicates = (parsedCount: number) => {
    return parsedCount === keyCount
      ? []
      : duplicateFields(text).map((path) => `duplicate field ${JSON.stringify(path)}`)
  }
  return { value, duplicates }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes)
}

function readProtobuf(bytes: Uint8Array, expected: GroupVersionKind): JsonObject {
  const envelope = openEnvelope(bytes)
  envelope.apiVersion ||= apiVersionOf(expected.group, expected.version)
  envelope.kind ||= expected.kind
  const { group, version } = parseApiVersion(envelope.apiVersion)
  const schema = schemaFor(group, version, envelope.kind)
  if (!schema) throw notRegistered(envelope.kind, envelope.apiVersion)
  return decodeMessageOf(envelope, schema)
}

/** Gives a parsed value the shape of the kind it says it is. Throws ApiError (400) when that is not the one expected. */
export function conformValue(value: unknown, expected: GroupVersionKind) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(`couldn't get version/kind; json parse error: the body must be an object`)
  }
  const wanted = apiVersionOf(expected.group, expected.version)
  const { apiVersion = wanted, kind = expected.kind } = value as JsonObject
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw badRequest("couldn't get version/kind; json parse error: apiVersion and kind must be strings")
  }
  checkKind(apiVersion || wanted, kind || expected.kind, wanted, expected)
  const schema = schemaFor(expected.group, expected.version, expected.kind)
  if (!schema) throw notRegistered(kind, apiVersion)
  try {
    const conformed = conform(value, schema)
    conformed.object = { apiVersion: wanted, kind: expected.kind, ...without(conformed.object) }
    return { ...conformed, schema }
  } catch (error) {
    if (!(error instanceof ConformError)) throw error
    throw badRequest(cannotBeHandled(expected, error.message))
  }
}

function without({ apiVersion: _, kind: __, ...rest }: JsonObject): JsonObject {
  return rest
}

/** meta/v1's options may name any group-version. */
function checkKind(apiVersion: string, kind: string, wanted: string, expected: GroupVersionKind): void {
  if (kind !== expected.kind) {
    const { group, version } = parseApiVersion(apiVersion)
    if (!schemaFor(group, version, kind)) throw notRegistered(kind, apiVersion)
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: wrong kind`,
    )
  }
  if (apiVersion !== wanted && !expected.kind.endsWith('Options')) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`)
  }
}

function notRegistered(kind: string, apiVersion: string): ApiError {
  return badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme`)
}

function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

function cannotBeHandled({ kind, version }: GroupVersionKind, reason: string): string {
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${reason}`
}

/** Applies `fieldValidation`: returns the warnings to send, or throws ApiError (400) for Strict. */
export function enforceFieldValidation(decoded: DecodedBody, gvk: GroupVersionKind, mode: FieldValidation): string[] {
  if (mode === 'Ignore' || decoded.strictErrors.length === 0) return []
  if (mode === 'Warn') return decoded.strictErrors
  throw badRequest(cannotBeHandled(gvk, `strict decoding error: ${decoded.strictErrors.join(', ')}`))
}
