import { type Entry, type Revision, StoreError } from '../../mesh/store/store.ts'
import type { ResourceDefinition } from './definition.ts'
import { ItemFilter } from './filter.ts'
import { Item } from './item.ts'
import { parseKey, resourcePrefix } from './key.ts'
import type { Registry } from './registry.ts'
import { badRequest, expired, invalid } from './status.ts'

/** The query of a list request, as the API names its parts. */
export interface ListQuery {
  namespace: string
  /** Only this object (watch of a single object). */
  name?: string
  labelSelector?: string
  fieldSelector?: string
  limit?: number
  continue?: string
  resourceVersion?: string
  resourceVersionMatch?: string
}

export interface ListResult {
  items: Item[]
  revision: Revision
  continue?: string
  remainingItemCount?: number
}

/** Throws BadRequest for a resourceVersion that is not a number. */
export function parseRevision(text: string | undefined): Revision | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,15}$/.test(text)) {
    throw invalid({ group: 'meta.k8s.io', resource: 'listoptions', kind: 'ListOptions' }, '', [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
        field: 'resourceVersion',
      },
    ])
  }
  return Number(text)
}

/** Revision semantics: https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list */
export async function listObjects(
  registry: Registry,
  definition: ResourceDefinition,
  query: ListQuery,
): Promise<ListResult> {
  const filter = new ItemFilter(query, definition.strategy.fields)
  const revision = parseRevision(query.resourceVersion)
  refuseBadMatch(query, revision)
  if (query.continue) {
    if (revision !== undefined && revision !== 0) {
      throw badRequest('specifying resource version is not allowed when using continue')
    }
    const token = parseContinue(query.continue)
    return await listAt(registry, definition, query, filter, token.revision, token.start)
  }
  if (query.resourceVersionMatch === 'Exact' && revision !== undefined) {
    await registry.cache.waitFor(revision)
    return await listAt(registry, definition, query, filter, revision)
  }
  if (revision === undefined) await registry.refresh()
  else await registry.cache.waitFor(revision)
  return page(listCached(registry, definition, filter), registry.cache.revision, query)
}

/** The matching items of the cache, as new as it is. */
export function listCached(
  registry: Registry,
  definition: ResourceDefinition,
  filter: ItemFilter,
  from?: string,
): Item[] {
  const cache = registry.cacheOf(definition)
  if (filter.name !== undefined && (filter.namespace !== '' || !definition.namespaced)) {
    const item = cache.get(registry.keyOf(definition, filter.namespace, filter.name))
    return item && filter.matches(item) ? [item] : []
  }
  const items = cache.list(filter.namespace, from)
  if (filter.matchesAll && filter.name === undefined) return items
  return items.filter((item) => filter.matches(item))
}

function page(items: Item[], revision: Revision, query: ListQuery): ListResult {
  const { limit } = query
  if (!limit || items.length <= limit) return { items, revision }
  const isSelecting = Boolean(query.labelSelector || query.fieldSelector)
  return {
    items: items.slice(0, limit),
    revision,
    continue: formatContinue(revision, items[limit]!.key),
    remainingItemCount: isSelecting ? undefined : items.length - limit,
  }
}

/** The state of then, from the cache when nothing of this resource changed since. */
async function listAt(
  registry: Registry,
  definition: ResourceDefinition,
  query: ListQuery,
  filter: ItemFilter,
  revision: Revision,
  from?: string,
): Promise<ListResult> {
  const prefix = resourcePrefix({ group: definition.storage.group, resource: definition.resource })
  if (from !== undefined && !from.startsWith(prefix))
    throw badRequest('continue key is not valid: it is of another resource')
  const { ring } = registry.cacheOf(definition)
  if (registry.cache.revision >= revision && ring.sequenceAfter(revision) === ring.end) {
    return page(listCached(registry, definition, filter, from), revision, query)
  }
  const below = query.namespace === '' ? prefix : `${prefix}${query.namespace}/`
  const items: Item[] = []
  const limit = query.limit || Number.POSITIVE_INFINITY
  let next: string | undefined = from ?? below
  try {
    while (next !== undefined && items.length <= limit) {
      const listing = await registry.store.list(below, { from: next, at: revision, limit: 500 })
      for (const item of listing.entries.map(itemOf)) if (filter.matches(item)) items.push(item)
      next = listing.next
    }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'Compacted') throw error
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    )
  }
  const result = page(items, revision, query)
  if (next !== undefined) result.remainingItemCount = undefined
  return result
}

function itemOf({ key, value, revision }: Entry): Item {
  const { namespace, name } = parseKey(key)!
  return new Item(key, namespace, name, value, revision)
}

function formatContinue(revision: Revision, start: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })).toString('base64url')
}

function parseContinue(text: string): { revision: Revision; start: string } {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
    if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && typeof start === 'string')
      return { revision: rv as number, start }
  } catch {
    // Not our token: answered below like every other token that does not fit.
  }
  throw badRequest('continue key is not valid')
}

function refuseBadMatch(query: ListQuery, revision: Revision | undefined): void {
  const { resourceVersionMatch: match } = query
  if (!match) return
  const problem = (message: string, reason = 'FieldValueForbidden') =>
    invalid({ group: 'meta.k8s.io', resource: 'listoptions', kind: 'ListOptions' }, '', [
      { reason, message, field: 'resourceVersionMatch' },
    ])
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw problem(
      `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
      'FieldValueNotSupported',
    )
  }
  if (query.continue) throw problem('Forbidden: resourceVersionMatch is forbidden for continue')
  if (revision === undefined)
    throw problem('Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided')
  if (match === 'Exact' && revision === 0)
    throw problem('Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
}
