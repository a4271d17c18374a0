import type { DeleteOptions } from '../client/client.ts'
import type { TransactionDraft } from './definition.ts'
import { Item, storedBytes } from './item.ts'
import { type ApiObject, timestamp } from './object.ts'
import type { Registry } from './registry.ts'
import { conflict, invalid, modified, notFound } from './status.ts'
import { maxAttempts, mayVanish, type Target } from './write.ts'

const orphanFinalizer = 'orphan'
const foregroundFinalizer = 'foregroundDeletion'

export interface Deleted {
  /** The last state when `gone`, otherwise the state marked as deleted. */
  item: Item
  gone: boolean
}

/**
 * Deletes, or marks as deleted when grace or finalizers hold the object. Upstream: rest.BeforeDelete and
 * registry.Store.Delete.
 */
export async function deleteObject(registry: Registry, target: Target, options: DeleteOptions): Promise<Deleted> {
  const { definition, namespace, name } = target
  const policies = ['Orphan', 'Background', 'Foreground', undefined]
  if (!policies.includes(options.propagationPolicy)) {
    const message = `Unsupported value: "${options.propagationPolicy}": supported values: "Foreground", "Background", "Orphan"`
    throw invalid({ group: 'meta.k8s.io', resource: 'deleteoptions', kind: 'DeleteOptions' }, '', [
      { reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' },
    ])
  }
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (attempt > 0) await registry.refresh()
    const current = registry.peek(definition, namespace, name)
    if (!current) {
      if (attempt > 0) throw notFound(definition, name)
      continue
    }
    const failed = failedPrecondition(options, current)
    if (failed) {
      if (attempt === 0) continue
      throw conflict(definition, name, failed)
    }
    const deleted = await tryDelete(registry, target, options, current)
    if (deleted) return deleted
  }
  throw modified(definition, name)
}

function failedPrecondition({ preconditions }: DeleteOptions, current: Item): string | undefined {
  const { uid } = current.object.metadata
  if (preconditions?.uid && preconditions.uid !== uid) {
    return `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${uid}`
  }
  const asked = preconditions?.resourceVersion
  if (asked && asked !== String(current.revision)) {
    return `Precondition failed: ResourceVersion in precondition: ${asked}, ResourceVersion in object meta: ${current.revision}`
  }
  return undefined
}

async function tryDelete(
  registry: Registry,
  target: Target,
  options: DeleteOptions,
  current: Item,
): Promise<Deleted | undefined> {
  const { definition, namespace, name, context } = target
  const { strategy } = definition
  const { key } = current
  const object = current.parse()
  const view = registry.view()
  const draft: TransactionDraft = { preconditions: [{ key, revision: current.revision }], changes: [] }
  await registry.admission.validate({
    ...{ operation: 'DELETE', definition, subresource: '', namespace, name },
    ...{ object: undefined, current: object, context, view, draft },
  })
  applyPropagation(object, options.propagationPolicy)
  const marked = markDeleted(registry, target, options, object)
  const kept = strategy.beginDeletion?.(object, view) ?? false
  const gone = !kept && mayVanish(definition, object)
  if (!gone && !marked && Buffer.compare(storedBytes(object), current.value) === 0)
    return { item: current, gone: false }
  const value = storedBytes(object)
  if (gone) {
    strategy.allocate?.(undefined, current.object, draft, view)
    draft.changes.push({ key, value: null })
  } else draft.changes.push({ key, value })
  if (context.dryRun) return { item: new Item(key, namespace, name, value, current.revision), gone }
  const message = `delete ${definition.resource} ${namespace === '' ? name : `${namespace}/${name}`}`
  const transactionClass = gone ? (strategy.transactionClass?.main ?? 'durable') : 'durable'
  const committed = await registry.commit({ ...draft, class: transactionClass }, context, message)
  return committed && { item: new Item(key, namespace, name, value, committed.revision), gone }
}

function applyPropagation(object: ApiObject, policy: DeleteOptions['propagationPolicy']): void {
  const { metadata } = object
  if (policy === undefined) return
  const others = (metadata.finalizers ?? []).filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer)
  if (policy === 'Orphan') others.push(orphanFinalizer)
  if (policy === 'Foreground') others.push(foregroundFinalizer)
  if (others.length > 0) metadata.finalizers = others
  else delete metadata.finalizers
}

/** Sets deletionTimestamp and grace, or shortens the grace that runs; true when something changed. */
function markDeleted(registry: Registry, target: Target, options: DeleteOptions, object: ApiObject): boolean {
  const { metadata } = object
  const { strategy } = target.definition
  const asked = options.gracePeriodSeconds
  const grace = strategy.gracePeriodSeconds?.(object, asked) ?? 0
  const nowMs = registry.clock.nowMs()
  if (metadata.deletionTimestamp === undefined) {
    metadata.deletionTimestamp = timestamp(nowMs + grace * 1000)
    metadata.deletionGracePeriodSeconds = grace
    if (metadata.generation !== undefined) metadata.generation++
    return true
  }
  const running = metadata.deletionGracePeriodSeconds ?? 0
  if (asked === undefined || grace >= running) return false
  const beganMs = Date.parse(metadata.deletionTimestamp) - running * 1000
  metadata.deletionTimestamp = timestamp(Math.max(beganMs, nowMs - grace * 1000) + grace * 1000)
  metadata.deletionGracePeriodSeconds = grace
  return true
}
