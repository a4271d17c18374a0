import type { CustomResourceDefinition } from '../../../api/schema/generated/types/apiextensions-v1.ts'
import { resourcesServed } from '../../../api/schema/resource.ts'
import type { ResourceRef } from './types.ts'

/** Served twice: the same objects are seen under another name. */
const mirrored = new Set(['events.k8s.io/events'])

/**
 * One name for each built-in resource whose objects can be listed, watched and deleted: what a namespace has to be
 * emptied of, and what can own or be owned.
 */
export function deletableResources(): ResourceRef[] {
  const seen = new Set<string>()
  const refs: ResourceRef[] = []
  for (const { group, version, resource, kind, namespaced, verbs } of resourcesServed()) {
    const name = `${group}/${resource}`
    const isDeletable = ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb))
    if (!isDeletable || seen.has(name) || mirrored.has(name)) continue
    seen.add(name)
    refs.push({ group, version, resource, kind, namespaced })
  }
  return refs
}

/** The resource that a definition adds, in the version its objects are stored in. */
export function customResource({ spec }: CustomResourceDefinition): ResourceRef | undefined {
  const version =
    spec?.versions?.find(({ storage, served }) => storage && served) ?? spec?.versions?.find((v) => v.served)
  if (!spec || !version) return undefined
  const { group, names, scope } = spec
  return {
    group,
    version: version.name,
    resource: names.plural,
    kind: names.kind,
    namespaced: scope === 'Namespaced',
  }
}
