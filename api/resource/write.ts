import type { TransactionClass } from '../../mesh/store/store.ts'
import type { AdmissionRequest } from '../admission/admission.ts'
import { hasStatus, type ResourceDefinition, type TransactionDraft, type WriteContext } from './definition.ts'
import { trackWrite } from './field-manager.ts'
import { Item, storedBytes } from './item.ts'
import { type ApiObject, isEqualJson } from './object.ts'
import { checkName, checkUid, initializeMetadata, restoreMetadata } from './object-metadata.ts'
import type { Registry } from './registry.ts'
import { alreadyExists, conflict, type FieldCause, invalid, modified, notFound } from './status.ts'

/** Names one object and who wants what of it. */
export interface Target {
  definition: ResourceDefinition
  /** '' for cluster-scoped resources. */
  namespace: string
  name: string
  context: WriteContext
}

/** architecture.md, "One write": a failed precondition runs admission again on fresh state at most this often. */
export const maxAttempts = 5

/**
 * Creates. `make` gives the decoded object anew for each attempt, since every attempt changes it.
 * `isApplied`: it carries managedFields already. Throws ApiError: AlreadyExists, NotFound (namespace), Invalid ...
 */
export async function createObject(
  registry: Registry,
  target: Omit<Target, 'name'>,
  make: () => ApiObject,
  { isApplied = false } = {},
): Promise<Item> {
  const { definition, namespace, context } = target
  let name = ''
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (attempt > 0) await registry.refresh()
    const object = make()
    const generated = initializeMetadata(target, object, registry.clock.nowMs())
    name = object.metadata.name ?? ''
    const key = registry.keyOf(definition, namespace, name)
    const existing = registry.cacheOf(definition).get(key)
    if (existing && !generated) {
      // What this node has may be old: somebody may have deleted it elsewhere.
      if (attempt === 0) continue
      throw alreadyExists(definition, name)
    }
    const view = registry.view()
    const status = definition.emptyStatus()
    if (status && !(definition.strategy.keepsStatusOnCreate && object.status)) object.status = status
    definition.setDefaults(object)
    definition.strategy.prepareForCreate?.(object, view, context)
    const draft: TransactionDraft = { preconditions: [{ key, revision: 0 }], changes: [] }
    const request: AdmissionRequest = {
      ...{ operation: 'CREATE', definition, subresource: '', namespace, name },
      ...{ object, current: undefined, context, view, draft },
    }
    await registry.admission.mutate(request)
    definition.strategy.allocate?.(object, undefined, draft, view)
    refuseInvalid(definition, object, undefined)
    await registry.admission.validate(request)
    const transactionClass = classOf(definition, false)
    if (!isApplied && isTracked(context, transactionClass)) {
      trackWrite(target, '', undefined, object, registry.clock.nowMs())
    }
    const value = storedBytes(object)
    if (context.dryRun) return new Item(key, namespace, name, value, 0)
    draft.changes.push({ key, value })
    const committed = await registry.commit(
      { ...draft, class: transactionClass, ttlMs: definition.strategy.ttlMs },
      context,
      `create ${definition.resource} ${namespace === '' ? name : `${namespace}/${name}`}`,
    )
    if (committed) return new Item(key, namespace, name, value, committed.revision)
  }
  throw conflict(definition, name, 'what it depends on kept changing; please try again')
}

export interface UpdateOptions {
  /** '' for the object itself, `status`, or another that writes through the object (`scale`, `ephemeralcontainers`). */
  subresource: string
  /** The new object from the present one, anew for each attempt. The argument may be changed and returned. */
  compute(current: ApiObject): ApiObject | Promise<ApiObject>
  /** The result carries its managedFields already (server-side apply). */
  isApplied?: boolean
  /** What the operation is called in the history. */
  verb: string
  /** Instead of the generic reset of what this request may not change. */
  reset?(object: ApiObject, current: ApiObject): void
  /** Of a subresource; the object itself is checked by its kind's rules. */
  validate?(object: ApiObject, current: ApiObject): FieldCause[]
}

/** Writes that do not count as a change of what is wanted. */
const withoutGeneration = new Set(['status', 'binding', 'finalize'])

/** Update and patch. Returns the present item unchanged when nothing would change. */
export async function updateObject(registry: Registry, target: Target, options: UpdateOptions): Promise<Item> {
  const { definition, namespace, name } = target
  let isFresh = false
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (attempt > 0 && !isFresh) {
      await registry.refresh()
      isFresh = true
    }
    const current = registry.peek(definition, namespace, name)
    if (!current) {
      if (isFresh) throw notFound(definition, name)
      continue
    }
    const object = await options.compute(current.parse())
    checkName(target, object)
    const asked = object.metadata.resourceVersion
    if (asked && asked !== String(current.revision)) {
      if (isFresh) throw modified(definition, name)
      continue
    }
    const item = await tryUpdate(registry, target, options, current, object)
    if (item) return item
    isFresh = false
  }
  throw modified(definition, name)
}

async function tryUpdate(
  registry: Registry,
  target: Target,
  options: UpdateOptions,
  currentItem: Item,
  object: ApiObject,
): Promise<Item | undefined> {
  const { definition, namespace, name, context } = target
  const { strategy } = definition
  const current = currentItem.object
  const { subresource } = options
  const view = registry.view()
  checkUid(target, object, current)
  const isStatus = subresource === 'status'
  if (options.reset) options.reset(object, current)
  else if (isStatus) restoreAllButStatus(object, current)
  else restoreStatus(definition, object, current)
  restoreMetadata(object, current)
  definition.setDefaults(object)
  if (isStatus) strategy.prepareForStatusUpdate?.(object, current)
  else if (!options.reset) strategy.prepareForUpdate?.(object, current, view, context)
  if (strategy.hasGeneration && !withoutGeneration.has(subresource) && hasNewGeneration(object, current)) {
    object.metadata.generation = (current.metadata.generation ?? 0) + 1
  }
  const { key } = currentItem
  const draft: TransactionDraft = { preconditions: [{ key, revision: currentItem.revision }], changes: [] }
  const request: AdmissionRequest = {
    ...{ operation: 'UPDATE', definition, subresource, namespace, name },
    ...{ object, current, context, view, draft },
  }
  await registry.admission.mutate(request)
  const vanishes = object.metadata.deletionTimestamp !== undefined && mayVanish(definition, object)
  if (!isStatus || vanishes) strategy.allocate?.(vanishes ? undefined : object, current, draft, view)
  if (subresource === '' || subresource === 'scale') refuseInvalid(definition, object, current)
  else refuse(definition, object, options.validate?.(object, current) ?? [])
  await registry.admission.validate(request)
  const transactionClass = classOf(definition, isStatus)
  if (!options.isApplied && isTracked(context, transactionClass)) {
    trackWrite(target, subresource, current, object, registry.clock.nowMs())
  }
  const value = storedBytes(object)
  const isSame =
    !vanishes &&
    (Buffer.compare(value, currentItem.value) === 0 || isEqualJson(withoutVersion(object), withoutVersion(current)))
  if (isSame && draft.changes.length === 0 && strategy.ttlMs === undefined) return currentItem
  if (context.dryRun) return new Item(key, namespace, name, value, currentItem.revision)
  draft.changes.push({ key, value: vanishes ? null : value })
  const committed = await registry.commit(
    { ...draft, class: transactionClass, ttlMs: strategy.ttlMs },
    context,
    `${options.verb} ${definition.resource}${subresource === '' ? '' : `/${subresource}`} ${namespace === '' ? name : `${namespace}/${name}`}`,
  )
  return committed && new Item(key, namespace, name, value, committed.revision)
}

function classOf({ strategy: { transactionClass } }: ResourceDefinition, isStatus: boolean): TransactionClass {
  return (isStatus ? (transactionClass?.status ?? transactionClass?.main) : transactionClass?.main) ?? 'durable'
}

/** Heartbeats and reports of this process's own parts are not: nobody applies them, and they are most of all writes. */
function isTracked(context: WriteContext, transactionClass: TransactionClass): boolean {
  return !(context.isTrusted && transactionClass === 'transient')
}

function withoutVersion(object: ApiObject): ApiObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: undefined } }
}

/** An object marked as deleted goes once its grace is over and nothing holds it. */
export function mayVanish(definition: ResourceDefinition, object: ApiObject): boolean {
  if ((object.metadata.finalizers?.length ?? 0) > 0) return false
  if (definition.strategy.mayVanish) return definition.strategy.mayVanish(object)
  return (object.metadata.deletionGracePeriodSeconds ?? 0) === 0
}

function restoreStatus(definition: ResourceDefinition, object: ApiObject, current: ApiObject): void {
  if (!hasStatus(definition)) return
  if (current.status === undefined) delete object.status
  else object.status = current.status
}

/** Upstream: ResetObjectMetaForStatus, and each strategy's PrepareForUpdate of its status. */
function restoreAllButStatus(object: ApiObject, current: ApiObject): void {
  const { status } = object
  const { metadata } = object
  for (const field of Object.keys(object)) if (field !== 'metadata') delete object[field]
  Object.assign(object, { ...current, metadata })
  if (status === undefined) delete object.status
  else object.status = status
  for (const field of ['finalizers', 'ownerReferences'] as const) {
    if (current.metadata[field] === undefined) delete metadata[field]
    else Object.assign(metadata, { [field]: current.metadata[field] })
  }
}

function hasNewGeneration(object: ApiObject, current: ApiObject): boolean {
  const strip = ({ metadata: _, status: __, ...rest }: ApiObject) => rest
  return !isEqualJson(strip(object), strip(current))
}

function refuseInvalid(definition: ResourceDefinition, object: ApiObject, current: ApiObject | undefined): void {
  const { strategy } = definition
  const causes: FieldCause[] = [...definition.validate(object), ...(strategy.validate?.(object) ?? [])]
  if (current) {
    causes.push(
      ...(definition.validateUpdate?.(object, current) ?? []),
      ...(strategy.validateUpdate?.(object, current) ?? []),
    )
  }
  refuse(definition, object, causes)
}

function refuse(definition: ResourceDefinition, object: ApiObject, causes: FieldCause[]): void {
  if (causes.length > 0) throw invalid(definition, object.metadata.name ?? '', causes)
}
