/** OpenAPI v3: the index of group-versions, and the document of one. */
import { apiVersionOf, type Resource, type Subresource } from '../schema/resource.ts'
import { schemaFor } from '../schema/schema.ts'
import { openApiName, reference, SchemaCollector } from './openapi-schema.ts'

type Json = Record<string, unknown>

/** `api/v1` or `apis/GROUP/VERSION`: the key in the index, and the path behind `/openapi/v3/`. */
export function openApiPath(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`
}

/** `GET /openapi/v3`. `hash` changes when any document may have (the build and the custom kinds). */
export function openApiIndex(resources: readonly Resource[], hash: string): object {
  const names = new Set(resources.map((r) => openApiPath(r.group, r.version)))
  const paths = [...names].map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }])
  return { paths: Object.fromEntries(paths) }
}

/** `GET /openapi/v3/api/v1` and so on; undefined when the group-version is not served. Large: cache what it gives. */
export function openApiDocument(resources: readonly Resource[], group: string, version: string): Json | undefined {
  const members = resources.filter((r) => r.group === group && r.version === version)
  if (members.length === 0) return undefined
  const collector = new SchemaCollector()
  const paths: Record<string, Json> = {}
  for (const resource of members) {
    addSchemas(collector, resource)
    Object.assign(paths, resourcePaths(resource))
  }
  const optionsKinds = [...new Set(resources.map((r) => apiVersionOf(r.group, r.version)))]
  addOptions(collector, optionsKinds)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths,
    components: { schemas: sortKeys(collector.schemas), securitySchemes },
  }
}

const securitySchemes = {
  BearerToken: { type: 'apiKey', description: 'Bearer Token authentication', name: 'authorization', in: 'header' },
}

function addSchemas(collector: SchemaCollector, resource: Resource): void {
  const kinds = [resource, ...resource.subresources]
  for (const { group, version, kind } of kinds) {
    const schema = schemaFor(group, version, kind)
    if (schema) collector.add(schema, [{ group, kind, version }])
  }
  const list = resource.verbs.includes('list')
    ? schemaFor(resource.group, resource.version, `${resource.kind}List`)
    : undefined
  if (list) collector.add(list, [{ group: resource.group, kind: `${resource.kind}List`, version: resource.version }])
}

/** DeleteOptions and WatchEvent belong to every group-version. */
function addOptions(collector: SchemaCollector, apiVersions: string[]): void {
  const split = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion])
  collector.add(schemaFor('meta.k8s.io', 'v1', 'Patch')!)
  for (const kind of ['DeleteOptions', 'WatchEvent', 'Status']) {
    const versions = kind === 'Status' ? ['v1'] : apiVersions
    const kinds = versions.map((apiVersion) => ({ group: split(apiVersion)[0]!, kind, version: split(apiVersion)[1]! }))
    collector.add(schemaFor('', 'v1', kind)!, kinds)
  }
}

function sortKeys(object: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Verbs on the collection and on an item, and what upstream calls the action. */
const collectionMethods: [string, string, string][] = [
  ['get', 'list', 'list'],
  ['post', 'create', 'post'],
  ['delete', 'deletecollection', 'deletecollection'],
]
const itemMethods: [string, string, string][] = [
  ['get', 'get', 'get'],
  ['put', 'update', 'put'],
  ['patch', 'patch', 'patch'],
  ['delete', 'delete', 'delete'],
  ['post', 'create', 'post'],
]

function resourcePaths(resource: Resource): Record<string, Json> {
  const prefix = `/${openApiPath(resource.group, resource.version)}`
  const scoped = resource.namespaced ? `${prefix}/namespaces/{namespace}` : prefix
  const scope = resource.namespaced
    ? [pathParameter('namespace', 'object name and auth scope, such as for teams and projects')]
    : []
  const name = pathParameter('name', `name of the ${resource.kind}`)
  const collection = `${scoped}/${resource.resource}`
  const paths: Record<string, Json> = {}
  addPath(paths, collection, operations(resource, resource, collectionMethods), scope)
  // Create stands at the collection, except for subresources.
  const onItem = itemMethods.filter(([method]) => method !== 'post')
  addPath(paths, `${collection}/{name}`, operations(resource, resource, onItem), [...scope, name])
  if (resource.namespaced && resource.verbs.includes('list')) {
    addPath(paths, `${prefix}/${resource.resource}`, operations(resource, resource, collectionMethods.slice(0, 1)), [])
  }
  for (const sub of resource.subresources) {
    addPath(paths, `${collection}/{name}/${sub.name}`, operations(resource, sub, itemMethods), [...scope, name])
  }
  return paths
}

function addPath(paths: Record<string, Json>, path: string, made: Json, parameters: Json[]): void {
  if (Object.keys(made).length > 0)
    paths[path] = { ...made, parameters: [...parameters, queryParameter('pretty', 'string')] }
}

function pathParameter(name: string, description: string): Json {
  return { name, in: 'path', description, required: true, schema: { type: 'string', uniqueItems: true } }
}

function queryParameter(name: string, type: string): Json {
  return { name, in: 'query', schema: { type, uniqueItems: true } }
}

const writeParameters = [
  queryParameter('dryRun', 'string'),
  queryParameter('fieldManager', 'string'),
  queryParameter('fieldValidation', 'string'),
]
const listParameters = [
  ...['continue', 'fieldSelector', 'labelSelector', 'resourceVersion', 'resourceVersionMatch'].map((name) =>
    queryParameter(name, 'string'),
  ),
  ...['allowWatchBookmarks', 'sendInitialEvents', 'watch'].map((name) => queryParameter(name, 'boolean')),
  ...['limit', 'timeoutSeconds'].map((name) => queryParameter(name, 'integer')),
]
const deleteParameters = [
  queryParameter('dryRun', 'string'),
  queryParameter('gracePeriodSeconds', 'integer'),
  queryParameter('ignoreStoreReadErrorWithClusterBreakingPotential', 'boolean'),
  queryParameter('orphanDependents', 'boolean'),
  queryParameter('propagationPolicy', 'string'),
]

function operations(resource: Resource, kind: Resource | Subresource, methods: [string, string, string][]): Json {
  const made: Json = {}
  for (const [method, verb, action] of methods) {
    if (kind.verbs.includes(verb)) made[method] = operation(resource, kind, verb, action)
  }
  return made
}

function operation(resource: Resource, kind: Resource | Subresource, verb: string, action: string): Json {
  const shown = verb === 'list' ? `${kind.kind}List` : kind.kind
  const answer = verb.startsWith('delete') ? schemaFor('', 'v1', 'Status') : schemaFor(kind.group, kind.version, shown)
  const json = answer ? { content: { 'application/json': { schema: reference(answer) } } } : {}
  return {
    tags: [tag(resource)],
    operationId: operationId(resource, kind, verb),
    parameters: parametersOf(verb),
    ...requestBody(kind, verb),
    responses: { 200: { description: 'OK', ...json }, 401: { description: 'Unauthorized' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group: kind.group, kind: kind.kind, version: kind.version },
  }
}

function tag({ group, version }: Resource): string {
  return `${group === '' ? 'core' : group.replace(/\.k8s\.io$/, '').replaceAll(/\W(\w)/g, (_, c: string) => c.toUpperCase())}_${version}`
}

function operationId(resource: Resource, kind: Resource | Subresource, verb: string): string {
  const scope = resource.namespaced ? 'Namespaced' : ''
  const group = tag(resource)
    .replace(/^\w/, (c) => c.toUpperCase())
    .replace(/_v/, 'V')
  const part = 'name' in kind ? kind.name[0]!.toUpperCase() + kind.name.slice(1) : ''
  return `${verb}${group}${scope}${resource.kind}${part}`
}

function parametersOf(verb: string): Json[] {
  if (verb === 'patch') return [...writeParameters, queryParameter('force', 'boolean')]
  if (verb === 'create' || verb === 'update') return writeParameters
  if (verb === 'list') return listParameters
  if (verb === 'delete') return deleteParameters
  return verb === 'deletecollection' ? [...deleteParameters, ...listParameters] : []
}

const patchTypes = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]

function requestBody(kind: Resource | Subresource, verb: string): Json {
  if (verb === 'patch') {
    const schema = { $ref: `#/components/schemas/${openApiName(schemaFor('meta.k8s.io', 'v1', 'Patch')!)}` }
    return {
      requestBody: { content: Object.fromEntries(patchTypes.map((type) => [type, { schema }])), required: true },
    }
  }
  const isDelete = verb.startsWith('delete')
  const taken = isDelete ? schemaFor('', 'v1', 'DeleteOptions') : schemaFor(kind.group, kind.version, kind.kind)
  if (!taken || !(isDelete || verb === 'create' || verb === 'update')) return {}
  return { requestBody: { content: { '*/*': { schema: reference(taken) } }, ...(!isDelete && { required: true }) } }
}
