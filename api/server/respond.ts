import { stringify } from 'yaml'
import type { ApiError } from '../client/client.ts'
import { encodeProtobuf } from '../codec/protobuf.ts'
import { type IncludeObject, makeTable, printerFor } from '../codec/table.ts'
import { convert, isStoredForm } from '../resource/conversion.ts'
import type { ResourceDefinition } from '../resource/definition.ts'
import type { Item } from '../resource/item.ts'
import type { ListResult } from '../resource/list.ts'
import type { ApiObject } from '../resource/object.ts'
import { statusOf } from '../resource/status.ts'
import { apiVersionOf, parseApiVersion } from '../schema/resource.ts'
import { schemaFor } from '../schema/schema.ts'
import type { Call } from './call.ts'
import { bodyOf, gzipAboveBytes, listChunks, madeItems } from './list-stream.ts'
import { contentTypes, type Format, type MediaType } from './negotiation.ts'
import { partialMetadata } from './partial-metadata.ts'

const plainHeaders = (contentType: string) =>
  new Headers({ 'content-type': contentType, 'cache-control': 'no-cache, private' })

/** Of most responses; never changed, since a Response copies them. */
const jsonHeaders = plainHeaders(contentTypes.json)

function headersFor(call: Call | undefined, contentType: string): Headers {
  const headers = plainHeaders(contentType)
  for (const warning of call?.warningHeaders() ?? []) headers.append('warning', warning)
  return headers
}

/** Any object that says its kind, in this encoding. */
export function encodeObject(object: object, mediaType: MediaType): Buffer {
  if (mediaType === 'yaml') return Buffer.from(stringify(object, { aliasDuplicateObjects: false }))
  if (mediaType === 'protobuf') {
    // Discovery's and our own documents have no protobuf form: they come as JSON.
    const { apiVersion, kind } = object as Partial<ApiObject>
    const { group, version } = parseApiVersion(apiVersion ?? '')
    const schema = kind === undefined ? undefined : schemaFor(group, version, kind)
    if (schema) return encodeProtobuf(object as Record<string, unknown>, schema)
  }
  return Buffer.from(`${JSON.stringify(object)}\n`)
}

/** An object that is not from the registry: a Status, a review, a discovery document. */
export function objectResponse(call: Call, object: object, code = 200): Response {
  const bytes = encodeObject(object, call.format.mediaType)
  const isJson = bytes[0] === 0x7b && call.format.mediaType === 'protobuf'
  return bytesResponse(call, bytes, isJson ? 'json' : call.format.mediaType, code)
}

function bytesResponse(call: Call, bytes: Buffer, mediaType: MediaType, code: number): Response {
  if (mediaType === 'json' && call.warnings.length === 0 && bytes.length <= gzipAboveBytes) {
    return new Response(bytes as Uint8Array<ArrayBuffer>, { status: code, headers: jsonHeaders })
  }
  const headers = headersFor(call, contentTypes[mediaType])
  const isCompressed = bytes.length > gzipAboveBytes && call.acceptsGzip
  if (isCompressed) headers.set('content-encoding', 'gzip')
  const body = isCompressed ? Bun.gzipSync(bytes as Uint8Array<ArrayBuffer>, { level: 1 }) : bytes
  return new Response(body as Uint8Array<ArrayBuffer>, { status: code, headers })
}

/** An object of the registry, in the version and the form that were asked for. */
export function itemResponse(call: Call, definition: ResourceDefinition, item: Item, code = 200): Response {
  const { format } = call
  if (!format.as && format.mediaType === 'json' && isStoredForm(definition)) {
    return bytesResponse(call, item.json(), 'json', code)
  }
  return objectResponse(call, presented(call, definition, item, format), code)
}

function presented(call: Call, definition: ResourceDefinition, item: Item, format: Format): object {
  const object = convert(item.object, definition)
  if (format.as === 'Table') return tableOf(call, definition, [object], { resourceVersion: String(item.revision) })
  return format.as ? partialMetadata(object) : object
}

/** What the rows of a Table carry beside their cells. */
function includedObject(call: Call): IncludeObject {
  const value = call.query.get('includeObject')
  return value === 'None' || value === 'Object' ? value : 'Metadata'
}

/** `withColumns` false: for the events of a watch after the first. */
export function tableOf(
  call: Call,
  { group, version, kind }: ResourceDefinition,
  objects: ApiObject[],
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number },
  withColumns = true,
): object {
  const options = { include: includedObject(call), nowMs: call.nowMs, metadata, withColumns }
  return makeTable(objects, printerFor(group, version, kind), options)
}

export function listResponse(call: Call, definition: ResourceDefinition, result: ListResult): Response {
  const { format } = call
  const metadata = {
    resourceVersion: String(result.revision),
    continue: result.continue,
    remainingItemCount: result.remainingItemCount,
  }
  if (format.mediaType === 'json' && format.as !== 'Table') return streamedList(call, definition, result, metadata)
  const objects = result.items.map((item) => convert(item.object, definition))
  if (format.as === 'Table') return objectResponse(call, tableOf(call, definition, objects, metadata))
  const kinds = format.as
    ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
    : { kind: `${definition.kind}List`, apiVersion: apiVersionOf(definition.group, definition.version) }
  const items = format.as ? objects.map(partialMetadata) : objects
  return objectResponse(call, { ...kinds, metadata, items })
}

function streamedList(call: Call, definition: ResourceDefinition, { items }: ListResult, metadata: object): Response {
  const isPartial = call.format.as !== undefined
  const kind = isPartial ? 'PartialObjectMetadataList' : `${definition.kind}List`
  const apiVersion = isPartial ? 'meta.k8s.io/v1' : apiVersionOf(definition.group, definition.version)
  const head = `{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(metadata)},"items":[`
  const isStored = isStoredForm(definition)
  const writer = isPartial
    ? madeItems((item) => partialMetadata(item.object))
    : isStored
      ? undefined
      : madeItems((item) => convert(item.object, definition))
  const { body, isCompressed } = bodyOf(listChunks({ head, items, tail: ']}\n' }, writer), call.acceptsGzip)
  const headers = headersFor(call, contentTypes.json)
  if (isCompressed) headers.set('content-encoding', 'gzip')
  return new Response(body, { headers })
}

/** A refusal as a Status; Retry-After where it helps. */
export function errorResponse(call: Call | undefined, error: ApiError): Response {
  let mediaType: MediaType = 'json'
  try {
    mediaType = call?.format.mediaType ?? 'json'
  } catch {
    // The Accept header itself is what is wrong: answered in JSON.
  }
  const headers = headersFor(call, contentTypes[mediaType])
  const { retryAfterSeconds } = error.details
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  if (error.code === 401) headers.set('www-authenticate', 'Bearer realm="kubernetes-master"')
  const body = encodeObject(statusOf(error), mediaType) as Uint8Array<ArrayBuffer>
  return new Response(body, { status: error.code, headers })
}

export function textResponse(text: string, code = 200, contentType = 'text/plain; charset=utf-8'): Response {
  return new Response(text, {
    status: code,
    headers: { 'content-type': contentType, 'x-content-type-options': 'nosniff' },
  })
}
