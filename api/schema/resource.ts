/** The resources of the built-in kinds, as discovery shows them. */
import { resourceTable } from './generated/resource-table.ts'

export interface Subresource {
  readonly name: string
  /** Kind of its objects; for streams and proxies the kind of its options. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly verbs: readonly string[]
}

export interface Resource {
  /** '' for the core group. */
  readonly group: string
  readonly version: string
  /** Lower-case plural. */
  readonly resource: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly Subresource[]
}

let served: readonly Resource[] | undefined
let byName: Map<string, Resource> | undefined

/** All built-in resources, in upstream's order of groups; autoscaling/v2 before v1. */
export function resourcesServed(): readonly Resource[] {
  served ??= resourceTable
    .trim()
    .split('\n')
    .map((line) => parseLine(line))
  return served
}

/** `resource` is the lower-case plural. */
export function resourceFor(group: string, version: string, resource: string): Resource | undefined {
  byName ??= new Map(resourcesServed().map((r) => [`${r.group}/${r.version}/${r.resource}`, r]))
  return byName.get(`${group}/${version}/${resource}`)
}

/** The resource whose objects are of this kind, e.g. to turn an owner reference into a path. */
export function resourceOfKind(group: string, version: string, kind: string): Resource | undefined {
  return resourcesServed().find((r) => r.kind === kind && r.group === group && r.version === version)
}

/** `group/version plural Kind scope shortNames categories verbs subresources`, `-` for an empty list. */
function parseLine(line: string): Resource {
  const [groupVersion, resource, kind, scope, ...lists] = line.split(' ') as [string, string, string, string]
  const [shortNames, categories, verbs, subresources] = lists.map((list: string) =>
    list === '-' ? [] : list.split(','),
  )
  const [group, version] = splitGroupVersion(groupVersion)
  return {
    group,
    version,
    resource,
    singular: kind.toLowerCase(),
    kind,
    namespaced: scope === 'Namespaced',
    shortNames: shortNames!,
    categories: categories!,
    verbs: verbs!,
    subresources: subresources!.map((text) => parseSubresource(text)),
  }
}

/** `name:group/version/Kind:verb+verb`. */
function parseSubresource(text: string): Subresource {
  const [name, type, verbs] = text.split(':') as [string, string, string]
  const [group, version, kind] = type.split('/') as [string, string, string]
  return { name, group, version, kind, verbs: verbs.split('+') }
}

function splitGroupVersion(text: string): [string, string] {
  const slash = text.lastIndexOf('/')
  return [text.slice(0, slash), text.slice(slash + 1)]
}

/** Group and version of an object's apiVersion: `v1` is the core group's. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const [group, version] = apiVersion.includes('/') ? splitGroupVersion(apiVersion) : ['', apiVersion]
  return { group, version }
}

/** What stands in an object's apiVersion. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}
