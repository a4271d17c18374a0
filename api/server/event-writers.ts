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
  if (format.as === 'Table') return tableWriter(call, definition)
  if (format.as) {
    return sharing('metadata', objectWriter(definition, partialMetadata, 'PartialObjectMetadata', 'meta.k8s.io/v1'))
  }
  const apiVersion = apiVersionOf(definition.group, definition.version)
  if (format.mediaType === 'protobuf') return sharing(`protobuf ${apiVersion}`, protobufWriter(definition))
  const writer = objectWriter(definition, (object) => object, definition.kind, apiVersion)
  return sharing(`json ${apiVersion}`, isStoredForm(definition) ? { ...writer, event: storedFrame } : writer)
}

/** Serialises an event once for all watches of this form that see it unchanged. */
function sharing(form: string, writer: EventWriter): EventWriter {
  return {
    ...writer,
    event(seen) {
      const { type, shared } = seen
      if (shared?.type !== type) return writer.event(seen)
      shared.frames ??= new Map()
      const known = shared.frames.get(form)
      if (known) return known as Buffer
      const frame = writer.event(seen)
      shared.frames.set(form, frame)
      return frame
    },
  }
}

function line(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`)
}

/** The frame of an event as JSON, of the object as it is stored. */
function storedFrame({ type, item }: SeenEvent): Buffer {
  return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), item.json(), Buffer.from('}\n')])
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
