/**
 * The way from kubectl's client-side apply to server-side apply: what the annotation says was applied, and still is so,
 * may be taken over by the manager `kubectl` without a conflict; and the annotation is kept current for it.
 */
import type { JsonObject } from '../schema/conform.ts'
import { isObject } from '../schema/json-value.ts'
import type { Schema } from '../schema/schema.ts'
import { ApplyConflict } from './apply-conflict.ts'
import { compareFields } from './field-compare.ts'
import { typeOfSchema } from './field-type.ts'
import { fieldsOf } from './field-walk.ts'

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** As for all annotations together. */
const maxAnnotationBytes = 256 * 1024

function lastAppliedOf(object: JsonObject): string | undefined {
  const annotations = (object.metadata as { annotations?: JsonObject } | undefined)?.annotations
  const text = annotations?.[lastAppliedAnnotation]
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** Throws what remains of the conflicts, if anything. */
export function withoutAllowedConflicts(
  conflict: ApplyConflict,
  live: JsonObject,
  by: { schema: Schema; apiVersion: string },
): void {
  const applied = parseLastApplied(lastAppliedOf(live))
  if (!applied || applied.apiVersion !== by.apiVersion) throw conflict
  const type = typeOfSchema(by.schema)
  const { modified, added, removed } = compareFields(applied, live, type)
  const allowed = fieldsOf(applied, type).difference(modified).difference(added).difference(removed)
  const remaining = conflict.conflicts.filter(({ path }) => !allowed.has(path))
  if (remaining.length > 0) throw new ApplyConflict(remaining)
}

function parseLastApplied(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The merged object with the annotation telling the new configuration, where it had one before. */
export function withLastApplied(merged: JsonObject, live: JsonObject, config: JsonObject): JsonObject {
  if (lastAppliedOf(live) === undefined) return merged
  const text = `${JSON.stringify(withoutAnnotation(config))}\n`
  const metadata = { ...(merged.metadata as JsonObject) }
  const annotations = { ...(metadata.annotations as JsonObject | undefined) }
  if (Buffer.byteLength(text) > maxAnnotationBytes) delete annotations[lastAppliedAnnotation]
  else annotations[lastAppliedAnnotation] = text
  return { ...merged, metadata: { ...metadata, annotations } }
}

function withoutAnnotation(config: JsonObject): JsonObject {
  const metadata = (config.metadata ?? {}) as JsonObject
  if (!isObject(metadata.annotations)) return config
  const { [lastAppliedAnnotation]: _, ...annotations } = metadata.annotations
  return { ...config, metadata: { ...metadata, annotations } }
}
