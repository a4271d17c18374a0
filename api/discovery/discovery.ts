/**
 * Which groups, versions and resources are served: aggregated discovery (apidiscovery.k8s.io/v2), and the older form
 * of one document a group-version. All functions take the resources served in order of preference, custom ones too.
 */
import { apiVersionOf, type Resource, type Subresource } from '../schema/resource.ts'

export const aggregatedMediaType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** True when a client's Accept header asks for the aggregated form. */
export function wantsAggregated(accept: string): boolean {
  return accept.split(',').some((part) => {
    const parameters = new Set(part.split(';').map((parameter) => parameter.trim()))
    return ['g=apidiscovery.k8s.io', 'v=v2', 'as=APIGroupDiscoveryList'].every((wanted) => parameters.has(wanted))
  })
}

/** `GET /api` or `/apis` with the aggregated media type; `core` says which of the two. */
export function aggregatedDiscovery(resources: readonly Resource[], core: boolean): object {
  const groups = Map.groupBy(
    resources.filter((r) => (r.group === '') === core),
    (r) => r.group,
  )
  const items = [...groups].map(([group, members]) => {
    const versions = [...Map.groupBy(members, (r) => r.version)].map(([version, ofVersion]) => {
      return { version, resources: ofVersion.map((r) => aggregatedResource(r)), freshness: 'Current' }
    })
    return { metadata: group === '' ? {} : { name: group }, versions }
  })
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
}

function aggregatedResource(resource: Resource): object {
  const { shortNames, categories, subresources } = resource
  return {
    resource: resource.resource,
    responseKind: kindOf(resource),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources: subresources.map((s) => aggregatedSubresource(s)) }),
  }
}

function aggregatedSubresource(subresource: Subresource): object {
  return { subresource: subresource.name, responseKind: kindOf(subresource), verbs: subresource.verbs }
}

function kindOf({ group, version, kind }: { group: string; version: string; kind: string }): object {
  return { group, version, kind }
}

/** `GET /api`. `serverAddress` is where clients reach this API, e.g. `127.0.0.1:6443`. */
export function apiVersions(serverAddress: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  }
}

/** `GET /apis`. */
export function apiGroupList(resources: readonly Resource[]): object {
  const names = [...new Set(resources.map((r) => r.group))].filter((group) => group !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map((name) => groupOf(resources, name)) }
}

/** `GET /apis/GROUP`; undefined when there is no such group. */
export function apiGroup(resources: readonly Resource[], name: string): object | undefined {
  if (name === '' || !resources.some((r) => r.group === name)) return undefined
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(resources, name) }
}

function groupOf(resources: readonly Resource[], name: string): object {
  const versions = [...new Set(resources.filter((r) => r.group === name).map((r) => r.version))]
  const entries = versions.map((version) => ({ groupVersion: apiVersionOf(name, version), version }))
  return { name, versions: entries, preferredVersion: entries[0] }
}

/** `GET /api/v1` or `/apis/GROUP/VERSION`; undefined when it is not served. */
export function apiResourceList(resources: readonly Resource[], group: string, version: string): object | undefined {
  const members = resources.filter((r) => r.group === group && r.version === version)
  if (members.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(group, version),
    resources: members.flatMap((r) => [resourceEntry(r), ...r.subresources.map((s) => subresourceEntry(r, s))]),
  }
}

function resourceEntry(resource: Resource): object {
  const { shortNames, categories } = resource
  return {
    name: resource.resource,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: resource.verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  }
}

/** Group and version are told only where they are not the list's own. */
function subresourceEntry(resource: Resource, subresource: Subresource): object {
  const { group, version, kind, verbs } = subresource
  const isForeign = group !== resource.group || version !== resource.version
  return {
    name: `${resource.resource}/${subresource.name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(isForeign && { group, version }),
    kind,
    verbs,
  }
}
