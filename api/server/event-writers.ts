import { encodeWatchFrame } from '../codec/protobuf.ts'
import { convert, isStoredForm } from '../resource/conversion.ts'
import type { ResourceDefinition } from '../resource/definition.ts'
import type { ApiObject } from '../resource/object.ts'
import type { SeenEvent } from '../resource/watch.ts'
import { apiVersionOf } from '../schema/resource.ts'
import { schemaFor } from '../schema/schema.ts'
import type { Call } from './call.ts'
import { partialMetadata } from './partial-metadata.ts'
import { tableOf } from './respond.ts'
import { type EventWriter, jsonNothing } from './watch-stream.ts'

const initialEnd = { 'k8s.io/initial-events-end': 'true' }

/** The writer for what the client accepts. */
export function eventWriterFor(call: Call, definition: ResourceDefinition): EventWriter {
  const { format } = call
  if (format.mediaType === 'protobuf' && !format.as) return protobufWriter(definition)
  if (format.as === 'Table') return tableWriter(call, definition)
  if (format.as) return objectWriter(definition, partialMetadata, 'PartialObjectMetadata', 'meta.k8s.io/v1')
  const apiVersion = apiVersionOf(definition.group, definition.version)
  const writer = objectWriter(definition, (object) => object, definition.kind, apiVersion)
  return isStoredForm(definition) ? { ...writer, event: sharedFrame } : writer
}

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`)
}

/** The frame of an event as JSON, serialised once for all watches that see it unchanged. */
function sharedFrame({ type, item, shared }: SeenEvent): Buffer {
  if (shared?.json) return shared.json as Buffer
  const frame = Buffer.concat([Buffer.from(`{"type":"${type}","object":`), item.json(), Buffer.from('}\n')])
  if (shared && shared.type === type) shared.json = frame
  return frame
}

function bookmarkObject(kind: string, apiVersion: string, revision: number, isInitialEnd: boolean): object {
  const annotations = isInitialEnd ? initialEnd : undefined
  return { kind, apiVersion, metadata: { resourceVersion: String(revision), creationTimestamp: null, annotations } }
}

function objectWriter(
  definition: ResourceDefinition,
  view: (object: ApiObject) => object,
  kind: string,
  apiVersion: string,
): EventWriter {
  return {
    contentType: 'application/json',
    nothing: jsonNothing,
    event: ({ type, item }) => line({ type, object: view(convert(item.object, definition)) }),
    bookmark: (revision, isInitialEnd) =>
      line({ type: 'BOOKMARK', object: bookmarkObject(kind, apiVersion, revision, isInitialEnd) }),
    error: (status) => line({ type: 'ERROR', object: status }),
  }
}

function tableWriter(call: Call, definition: ResourceDefinition): EventWriter {
  let isFirst = true
  const apiVersion = apiVersionOf(definition.group, definition.version)
  return {
    contentType: 'application/json',
    nothing: jsonNothing,
    event({ type, item }) {
      const object = convert(item.object, definition)
      const table = tableOf(call, definition, [object], { resourceVersion: String(item.revision) }, isFirst)
      isFirst = false
      return line({ type, object: table })
    },
    bookmark: (revision, isInitialEnd) =>
      line({ type: 'BOOKMARK', object: bookmarkObject(definition.kind, apiVersion, revision, isInitialEnd) }),
    error: (status) => line({ type: 'ERROR', object: status }),
  }
}

function protobufWriter(definition: ResourceDefinition): EventWriter {
  const { group, version, kind } = definition
  const schema = schemaFor(group, version, kind)!
  const statusSchema = schemaFor('', 'v1', 'Status')!
  return {
    contentType: 'application/vnd.kubernetes.protobuf;stream=watch',
    nothing: undefined,
    event: ({ type, item }) => encodeWatchFrame(type, { ...convert(item.object, definition) }, schema),
    bookmark(revision, isInitialEnd) {
      const object = bookmarkObject(kind, apiVersionOf(group, version), revision, isInitialEnd)
      return encodeWatchFrame('BOOKMARK', object as Record<string, unknown>, schema)
    },
    error: (status) => encodeWatchFrame('ERROR', status as unknown as Record<string, unknown>, statusSchema),
  }
}
