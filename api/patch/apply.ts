/**
 * Server-side apply, and keeping track of who sets which fields by other writes. Sources:
 * sigs.k8s.io/structured-merge-diff/v6/merge, k8s.io/apimachinery/pkg/util/managedfields.
 */
import { ConformError, conform, emptyObject, type JsonObject } from '../schema/conform.ts'
import type { ManagedFieldsEntry } from '../schema/generated/types/meta-v1.ts'
import { equalJson, isObject } from '../schema/json-value.ts'
import type { Schema } from '../schema/schema.ts'
import { ApplyConflict, type FieldConflict } from './apply-conflict.ts'
import { createdFields, FieldsText } from './created-fields.ts'
import { type Comparison, compareFields } from './field-compare.ts'
import { mergeFields, removeFields } from './field-merge.ts'
import { FieldSet } from './field-set.ts'
import { typeOfSchema } from './field-type.ts'
import { checkLists, fieldsOf, withNamedFields } from './field-walk.ts'
import { withLastApplied, withoutAllowedConflicts } from './last-applied.ts'
import {
  capUpdaters,
  changedManager,
  decodeManagers,
  decodeSentManagers,
  encodeManagers,
  identityOf,
  isReset,
  type Manager,
  type Managers,
  neverOwnedMetadata,
  ownsNoneOf,
  setFields,
  stripManager,
} from './managed-fields.ts'
import { PatchError } from './patch-error.ts'

export { ApplyConflict } from './apply-conflict.ts'

/** Who writes, and what of the object the write cannot change anyway. */
export interface WriteBy {
  schema: Schema
  manager: string
  /** e.g. `apps/v1`. */
  apiVersion: string
  /** Absent for the main resource. */
  subresource?: string
  /** RFC 3339, in seconds. */
  now: string
  /** Fields of the object that the write resets, e.g. `['status']` on the main resource: nobody comes to own them. */
  resetFields?: readonly string[]
}

export interface Applied {
  /** Merged, with its managedFields; to be conformed, defaulted and validated. */
  object: JsonObject
  /** False when nothing but the managedFields may have changed. */
  changed: boolean
}

/**
 * Applies a configuration, as the client sent it, to the live object: conformed, or undefined when there is none yet.
 * Neither is changed. Throws ApplyConflict when other managers own what would change (unless forced), PatchError for a
 * configuration that cannot be applied.
 */
export function applyConfiguration(
  live: JsonObject | undefined,
  configuration: unknown,
  by: WriteBy & { force?: boolean },
): Applied {
  const config = checkedConfiguration(configuration, by)
  const before = withoutManagedFields(live ?? emptyObject(by.schema))
  const managers = liveManagers(live)
  // Fields from before anybody applied have a manager too, so that taking them over is told as a conflict.
  if (managers.size === 0 && live)
    trackInto(managers, emptyObject(by.schema), before, { ...by, manager: 'before-first-apply' })
  let result: { merged: JsonObject; managers: Managers }
  try {
    result = applyOnce(before, config, new Map(managers), by, by.force === true)
  } catch (error) {
    if (!(error instanceof ApplyConflict) || by.manager !== 'kubectl') throw error
    withoutAllowedConflicts(error, before, by)
    result = applyOnce(before, config, new Map(managers), by, true)
  }
  const merged = by.manager === 'kubectl' ? withLastApplied(result.merged, before, config) : result.merged
  const changed = !live || !equalJson(conform(merged, by.schema).object, before)
  const identity = identityOf(managerOf(by, 'Apply'))
  const own = result.managers.get(identity)
  if (own) result.managers.set(identity, changedManager(own, { time: changed ? by.now : managers.get(identity)?.time }))
  return { object: withManagedFields(changed ? merged : before, encodeManagers(result.managers)), changed }
}

function checkedConfiguration(configuration: unknown, by: WriteBy): JsonObject {
  if (!isObject(configuration)) throw new PatchError('BadRequest', 'an apply patch must be an object')
  const { apiVersion, kind, metadata } = configuration
  if (apiVersion !== by.apiVersion) {
    const detail = `Specified patch version: ${String(apiVersion)}, expected: ${by.apiVersion}`
    throw new PatchError('BadRequest', `Incorrect version specified in apply patch. ${detail}`)
  }
  const { name = '', namespace = '', managedFields } = (isObject(metadata) ? metadata : {}) as Record<string, unknown>
  if (managedFields !== undefined && managedFields !== null)
    throw new PatchError('BadRequest', 'metadata.managedFields must be nil')
  const title = `failed to create typed patch object (${namespace}/${name}; ${apiVersion}, Kind=${String(kind)})`
  try {
    const { object, unknownFields } = conform(configuration, by.schema, 'sparse')
    const [first, ...more] = unknownFields.map((path) => `.${path}: field not declared in schema`)
    if (first !== undefined) {
      throw new PatchError('BadRequest', more.length === 0 ? first : `errors:\n  ${[first, ...more].join('\n  ')}`)
    }
    checkLists(object, typeOfSchema(by.schema))
    return object
  } catch (error) {
    if (!(error instanceof ConformError || error instanceof PatchError)) throw error
    throw new PatchError('BadRequest', `${title}: ${error.message}`)
  }
}

function applyOnce(
  live: JsonObject,
  config: JsonObject,
  managers: Managers,
  by: WriteBy,
  force: boolean,
): { merged: JsonObject; managers: Managers } {
  const type = typeOfSchema(by.schema)
  const own = managerOf(by, 'Apply')
  const identity = identityOf(own)
  const last = managers.get(identity)
  let merged = mergeFields(live, config, type) as JsonObject
  const fields = fieldsOf(config, type).recursiveDifference(resetSet(by))
  managers.set(identity, { ...own, fields })
  if (last && last.apiVersion === by.apiVersion) merged = prune(merged, last.fields, managers, by)
  takeOver(managers, compare(live, merged, by), by.apiVersion, identity, force)
  stripManager(managers, identity)
  return { merged, managers }
}

/** Removes what the manager applied last time and does not now, unless another one owns it. */
function prune(merged: JsonObject, last: FieldSet, managers: Managers, by: WriteBy): JsonObject {
  const type = typeOfSchema(by.schema)
  const lastNamed = withNamedFields(last, type)
  const remove = (set: FieldSet) => (removeFields(merged, set, type) ?? {}) as JsonObject
  const named = (value: JsonObject) => withNamedFields(fieldsOf(value, type), type)
  const mergedSet = named(merged)
  let owned = new FieldSet()
  for (const manager of managers.values()) if (manager.apiVersion === by.apiVersion) owned = owned.union(manager.fields)
  const kept = named(remove(lastNamed)).union(withNamedFields(owned, type))
  const gone = mergedSet.difference(named(remove(mergedSet.difference(kept))))
  // What was never applied by this manager does not go with it.
  return remove(gone.intersection(lastNamed))
}

/** Others lose what changed; when it was theirs, that is a conflict. */
function takeOver(managers: Managers, changes: Comparison, apiVersion: string, self: string, force: boolean): void {
  const touched = changes.modified.union(changes.added)
  if (touched.isEmpty && changes.removed.isEmpty) return
  const conflicts: FieldConflict[] = []
  const losses = new Map<string, FieldSet>()
  const first = new Set([...touched.firstElements(), ...changes.removed.firstElements()])
  for (const [identity, manager] of managers) {
    // Managers of other versions name fields that may be called otherwise here.
    if (identity === self || manager.apiVersion !== apiVersion || ownsNoneOf(manager, first)) continue
    const lost = manager.fields.intersection(touched)
    for (const path of lost.paths()) conflicts.push({ manager, path })
    const kept = manager.fields.difference(lost).difference(changes.removed)
    if (!kept.equals(manager.fields)) losses.set(identity, kept)
  }
  if (conflicts.length > 0 && !force) throw new ApplyConflict(conflicts)
  for (const [identity, fields] of losses) setFields(managers, identity, fields)
}

/**
 * The managedFields of an object written by create, update or a patch other than apply. `updated` must be conformed and
 * defaulted, as it will be stored; `live` is what was stored before. undefined: the object has none.
 */
export function trackUpdate(
  live: JsonObject | undefined,
  updated: JsonObject,
  by: WriteBy,
): ManagedFieldsEntry[] | undefined {
  const given = managedFieldsOf(updated)
  if (isReset(given) && by.subresource === undefined) return undefined
  // A subresource cannot set them; nor are they lost when a client that does not know them leaves them out.
  const sent = by.subresource === undefined ? decodeSentManagers(given) : undefined
  const managers = sent && sent.size > 0 ? sent : liveManagers(live)
  if (!live && managers.size === 0) return createdBy(updated, by)
  // Objects from before managers were tracked stay as they are until somebody applies.
  if (managers.size === 0 && live) return undefined
  trackInto(managers, live ? withoutVersion(live) : emptyObject(by.schema), withoutVersion(updated), by)
  capUpdaters(managers)
  return encodeManagers(managers)
}

/** The one entry of an object that is created. */
function createdBy(created: JsonObject, by: WriteBy): ManagedFieldsEntry[] | undefined {
  const keys = new Set(['apiVersion', 'kind', ...(by.resetFields ?? [])])
  const without = { keys, metadataKeys: neverOwnedMetadata }
  const text = createdFields(emptyOf(by.schema), withoutManagedFields(created), typeOfSchema(by.schema), without)
  if (text === undefined) return undefined
  const fieldsV1 = new FieldsText(text)
  const { name: manager, fields: _, subresource, ...entry } = managerOf(by, 'Update')
  return [{ manager, ...entry, fieldsType: 'FieldsV1', fieldsV1, ...(subresource !== '' && { subresource }) }]
}

const emptyObjects = new WeakMap<Schema, JsonObject>()

function emptyOf(schema: Schema): JsonObject {
  const known = emptyObjects.get(schema)
  if (known) return known
  const made = emptyObject(schema)
  emptyObjects.set(schema, made)
  return made
}

function trackInto(managers: Managers, before: JsonObject, after: JsonObject, by: WriteBy): void {
  const changes = compare(before, after, by)
  takeOver(managers, changes, by.apiVersion, '', true)
  const own = managerOf(by, 'Update')
  const identity = identityOf(own)
  const fields = changes.modified.union(changes.added)
  if (fields.isEmpty) return
  const previous = managers.get(identity)
  managers.set(identity, { ...own, fields })
  stripManager(managers, identity)
  const stripped = managers.get(identity)
  if (!stripped) {
    if (previous) managers.set(identity, previous)
  } else
    managers.set(identity, { ...stripped, fields: previous ? stripped.fields.union(previous.fields) : stripped.fields })
}

function compare(before: JsonObject, after: JsonObject, by: WriteBy): Comparison {
  const { added, removed, modified } = compareFields(before, after, typeOfSchema(by.schema))
  const reset = resetSet(by)
  return {
    added: added.recursiveDifference(reset),
    removed: removed.recursiveDifference(reset),
    modified: modified.recursiveDifference(reset),
  }
}

function resetSet({ resetFields = [] }: WriteBy): FieldSet {
  return FieldSet.of(...resetFields.map((name) => [`f:${name}`]))
}

function managerOf(by: WriteBy, operation: Manager['operation']): Manager {
  const { apiVersion, subresource = '', now } = by
  return { name: by.manager || 'unknown', operation, apiVersion, subresource, time: now, fields: new FieldSet() }
}

function liveManagers(live: JsonObject | undefined): Managers {
  return (live && decodeManagers(managedFieldsOf(live))) ?? new Map()
}

function managedFieldsOf(object: JsonObject): ManagedFieldsEntry[] | undefined {
  return (object.metadata as { managedFields?: ManagedFieldsEntry[] } | undefined)?.managedFields
}

function withoutManagedFields(object: JsonObject): JsonObject {
  return withManagedFields(object, undefined)
}

/** Nobody owns the version, which the new object does not have yet: with it every write would touch metadata. */
function withoutVersion(object: JsonObject): JsonObject {
  const { managedFields: _, resourceVersion: __, ...metadata } = (object.metadata ?? {}) as JsonObject
  return { ...object, metadata }
}

function withManagedFields(object: JsonObject, entries: ManagedFieldsEntry[] | undefined): JsonObject {
  const { managedFields: _, ...metadata } = (object.metadata ?? {}) as JsonObject
  return { ...object, metadata: entries ? { ...metadata, managedFields: entries } : metadata }
}
