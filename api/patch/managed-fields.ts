/** metadata.managedFields: which manager owns which fields. Source: k8s.io/apimachinery/pkg/util/managedfields/internal. */

import type { ManagedFieldsEntry } from '../schema/generated/types/meta-v1.ts'
import { isObject } from '../schema/json-value.ts'
import { FieldsText } from './created-fields.ts'
import { FieldSet, FieldSetError, type PathElement } from './field-set.ts'

export interface Manager {
  name: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  subresource: string
  /** RFC 3339; absent for an apply that changed nothing when it came. */
  time: string | undefined
  readonly fields: FieldSet
}

/** A manager as it stands in an object: its fields are read when somebody asks, and written as they were. */
class StoredManager implements Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string | undefined
  private parsed: FieldSet | undefined

  constructor(readonly entry: ManagedFieldsEntry) {
    this.name = entry.manager ?? ''
    this.operation = entry.operation as 'Apply' | 'Update'
    this.apiVersion = entry.apiVersion!
    this.subresource = entry.subresource ?? ''
    this.time = entry.time
  }

  get fields(): FieldSet {
    const { fieldsV1 } = this.entry
    this.parsed ??= FieldSet.fromFieldsV1(fieldsV1 instanceof FieldsText ? fieldsV1.toJSON() : (fieldsV1 ?? {}))
    return this.parsed
  }
}

/**
 * Whether the manager owns nothing at or below these first elements of paths, as far as can be told without reading its
 * fields: most writes of a status touch nothing of those who own the rest.
 */
export function ownsNoneOf(manager: Manager, elements: Iterable<PathElement>): boolean {
  const fields = manager instanceof StoredManager ? manager.entry.fieldsV1 : undefined
  if (!isObject(fields) || fields instanceof FieldsText) return false
  for (const element of elements) if (Object.hasOwn(fields, element)) return false
  return true
}

/** A copy with something else changed. */
export function changedManager(manager: Manager, changes: { fields?: FieldSet; time?: string | undefined }): Manager {
  const { name, operation, apiVersion, subresource, time, fields } = manager
  return { name, operation, apiVersion, subresource, time, fields, ...changes }
}

/** By identity: an applier is the same whatever version it applies. */
export type Managers = Map<string, Manager>

/** Updaters an object remembers; the oldest beyond become one, `ancient-changes`. */
const maxUpdaters = 10

export function identityOf({ name, operation, apiVersion, subresource }: Omit<Manager, 'time' | 'fields'>): string {
  return JSON.stringify([name, operation, operation === 'Apply' ? '' : apiVersion, subresource])
}

/** undefined when an entry is damaged: upstream then goes on as if there were none. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  const managers: Managers = new Map()
  for (const entry of entries ?? []) {
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') return undefined
    if (!entry.apiVersion || entry.fieldsType !== 'FieldsV1') return undefined
    const manager = new StoredManager(entry)
    managers.set(identityOf(manager), manager)
  }
  return managers
}

/** As `decodeManagers`, but reads the fields at once: for entries that a client sent. */
export function decodeSentManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  try {
    const managers = decodeManagers(entries)
    for (const manager of managers?.values() ?? []) manager.fields.isEmpty
    return managers
  } catch (error) {
    if (error instanceof FieldSetError) return undefined
    throw error
  }
}

/** Appliers first, then by time and name. undefined for none. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined
  const sorted = [...managers.values()].sort((a, b) => {
    return (
      compare(a.operation, b.operation) ||
      compare(a.time ?? '', b.time ?? '') ||
      compare(a.name, b.name) ||
      compare(a.apiVersion, b.apiVersion) ||
      compare(a.subresource, b.subresource)
    )
  })
  return sorted.map((manager) => (manager instanceof StoredManager ? manager.entry : entryOf(manager)))
}

function entryOf(manager: Manager): ManagedFieldsEntry {
  return {
    ...(manager.name !== '' && { manager: manager.name }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time !== undefined && { time: manager.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: manager.fields.toFieldsV1(),
    ...(manager.subresource !== '' && { subresource: manager.subresource }),
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A client asks to forget all managers by sending a single empty entry. */
export function isReset(entries: unknown): boolean {
  return Array.isArray(entries) && entries.length === 1 && isObject(entries[0]) && Object.keys(entries[0]).length === 0
}

/** Of the metadata: what identifies an object, and what the server sets. */
export const neverOwnedMetadata = new Set([
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields'],
  'resourceVersion',
])

const neverOwned = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[...neverOwnedMetadata].map((name) => ['f:metadata', `f:${name}`]),
)

/** What identifies an object, and what the server sets, belongs to nobody. */
export function stripManager(managers: Managers, identity: string): void {
  const manager = managers.get(identity)
  if (manager) setFields(managers, identity, manager.fields.difference(neverOwned))
}

/** A manager without fields is forgotten. */
export function setFields(managers: Managers, identity: string, fields: FieldSet): void {
  if (fields.isEmpty) managers.delete(identity)
  else managers.set(identity, changedManager(managers.get(identity)!, { fields }))
}

/** Merges the oldest updaters of a version until there are few enough. */
export function capUpdaters(managers: Managers): void {
  const updaters = [...managers].filter(([, manager]) => manager.operation === 'Update')
  updaters.sort(([, a], [, b]) => compare(a.time ?? '', b.time ?? '') || compare(a.name, b.name))
  let count = updaters.length
  const first = new Map<string, string>()
  for (const [identity, manager] of updaters) {
    if (count <= maxUpdaters) return
    const { apiVersion } = manager
    const earlier = first.get(apiVersion)
    if (earlier === undefined) {
      first.set(apiVersion, identity)
      continue
    }
    const bucket: Manager = { ...changedManager(manager, {}), name: 'ancient-changes', subresource: '' }
    const key = identityOf(bucket)
    const merged = managers.get(key) ?? managers.get(earlier)!
    managers.delete(earlier)
    managers.delete(identity)
    managers.set(key, { ...bucket, fields: manager.fields.union(merged.fields) })
    first.set(apiVersion, key)
    count--
  }
}
