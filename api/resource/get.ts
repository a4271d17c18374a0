import type { ResourceDefinition } from './definition.ts'
import type { Item } from './item.ts'
import { parseRevision } from './list.ts'
import type { Registry } from './registry.ts'
import { notFound } from './status.ts'

/** One object; linearizable without a resourceVersion, at least as new as it otherwise. Throws NotFound. */
export async function getObject(
  registry: Registry,
  definition: ResourceDefinition,
  namespace: string,
  name: string,
  resourceVersion?: string,
): Promise<Item> {
  const revision = parseRevision(resourceVersion)
  if (revision === undefined) await registry.refresh()
  else await registry.cache.waitFor(revision)
  const item = registry.peek(definition, namespace, name)
  if (!item) throw notFound(definition, name)
  return item
}
