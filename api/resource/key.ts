import type { ResourceRef } from '../client/client.ts'

/** Everything the API stores as objects is below this prefix; allocations and the like are beside it. */
export const registryPrefix = 'registry/'

type Located = Pick<ResourceRef, 'group' | 'resource'>

/** `registry/<group>/<resource>/`, with `core` for the core group. */
export function resourcePrefix(ref: Located): string {
  return `${registryPrefix}${ref.group === '' ? 'core' : ref.group}/${ref.resource}/`
}

/** `registry/<group>/<resource>/[<namespace>/]<name>`. */
export function objectKey(ref: Located, namespace: string, name: string): string {
  return `${resourcePrefix(ref)}${namespace === '' ? '' : `${namespace}/`}${name}`
}

export interface ParsedKey {
  /** As `resourcePrefix` gives it. */
  prefix: string
  namespace: string
  name: string
}

/** The reverse; undefined for a key that is not an object's. */
export function parseKey(key: string): ParsedKey | undefined {
  if (!key.startsWith(registryPrefix)) return undefined
  const afterGroup = key.indexOf('/', registryPrefix.length)
  const afterResource = key.indexOf('/', afterGroup + 1)
  if (afterGroup < 0 || afterResource < 0) return undefined
  const prefix = key.slice(0, afterResource + 1)
  const afterNamespace = key.indexOf('/', afterResource + 1)
  if (afterNamespace < 0) return { prefix, namespace: '', name: key.slice(afterResource + 1) }
  return { prefix, namespace: key.slice(afterResource + 1, afterNamespace), name: key.slice(afterNamespace + 1) }
}
