import type { ResourceDefinition } from '../resource/definition.ts'
import { ItemFilter } from '../resource/filter.ts'
import { getObject } from '../resource/get.ts'
import { type ListQuery, listObjects, parseRevision } from '../resource/list.ts'
import type { Registry } from '../resource/registry.ts'
import { badRequest, invalid } from '../resource/status.ts'
import { ResourceWatch } from '../resource/watch.ts'
import type { Call } from './call.ts'
import { eventWriterFor } from './event-writers.ts'
import { itemResponse, listResponse } from './respond.ts'
import { watchStream } from './watch-stream.ts'

/** '' for cluster-scoped resources: there the path's namespace is the object's own name. */
export function namespaceOf(call: Call, definition: ResourceDefinition): string {
  return definition.namespaced ? call.info.namespace : ''
}

export async function getVerb(registry: Registry, call: Call, definition: ResourceDefinition): Promise<Response> {
  const namespace = namespaceOf(call, definition)
  const version = call.query.get('resourceVersion') ?? undefined
  return itemResponse(call, definition, await getObject(registry, definition, namespace, call.info.name, version))
}

export async function listVerb(registry: Registry, call: Call, definition: ResourceDefinition): Promise<Response> {
  return listResponse(call, definition, await listObjects(registry, definition, listQueryOf(call, definition)))
}

export function listQueryOf(call: Call, definition: ResourceDefinition): ListQuery {
  const text = (name: string) => call.query.get(name) || undefined
  return {
    namespace: namespaceOf(call, definition),
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    limit: integer(call, 'limit'),
    continue: text('continue'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
  }
}

function integer(call: Call, name: string): number | undefined {
  const text = call.query.get(name)
  if (!text) return undefined
  if (!/^-?\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax (${name})`)
  return Math.max(0, Number(text))
}

/** `release` is called when the stream is over. */
export async function watchVerb(
  registry: Registry,
  call: Call,
  definition: ResourceDefinition,
  release: () => void,
): Promise<Response> {
  const query = listQueryOf(call, definition)
  const name = call.info.path.includes('/watch/') && call.info.name !== '' ? call.info.name : undefined
  const filter = new ItemFilter({ ...query, name }, definition.strategy.fields)
  const start = await watchStart(registry, call, query)
  const bookmarks = isTrue(call.query.get('allowWatchBookmarks'))
  const watch = new ResourceWatch(registry.cacheOf(definition), filter, start)
  const writer = eventWriterFor(call, definition)
  const seconds = integer(call, 'timeoutSeconds') || Math.round(1800 * (1 + Math.random()))
  const body = watchStream({
    ...{ watch, writer, bookmarks, signal: call.request.signal, timeoutMs: seconds * 1000, done: release },
    markInitialEnd: start.initialEvents === true,
  })
  const headers = new Headers({ 'content-type': writer.contentType, 'cache-control': 'no-cache, private' })
  for (const warning of call.warningHeaders()) headers.append('warning', warning)
  return new Response(body, { headers })
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch and #streaming-lists */
async function watchStart(registry: Registry, call: Call, query: ListQuery) {
  const revision = parseRevision(query.resourceVersion)
  const asked = call.query.get('sendInitialEvents')
  const problem = (field: string, message: string) =>
    invalid({ group: 'meta.k8s.io', resource: 'listoptions', kind: 'ListOptions' }, '', [
      { reason: 'FieldValueForbidden', message: `Forbidden: ${message}`, field },
    ])
  if (asked === null) {
    if (query.resourceVersionMatch) {
      throw problem(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      )
    }
    if (revision === undefined) await registry.refresh()
    else if (revision !== 0) await registry.cache.waitFor(revision)
    return { after: revision || undefined }
  }
  if (query.resourceVersionMatch !== 'NotOlderThan') {
    throw problem('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  }
  if (revision === undefined) await registry.refresh()
  else await registry.cache.waitFor(revision)
  if (isTrue(asked)) return { initialEvents: true }
  return { after: revision || registry.cache.revision }
}

function isTrue(text: string | null): boolean {
  return text !== null && text !== 'false' && text !== '0'
}
