import { emptyObject } from '../schema/conform.ts'
import { applyDefaults } from '../schema/default/default.ts'
import { type Resource, resourcesServed } from '../schema/resource.ts'
import { schemaFor } from '../schema/schema.ts'
import { validateObject, validateObjectUpdate } from '../schema/validation/validation.ts'
import type { ResourceDefinition } from './definition.ts'
import type { ServiceRanges } from './service.ts'
import { builtInStrategies } from './strategies.ts'

/** Kinds that are answered without being stored. */
const virtual = new Set([
  ...['/bindings', '/componentstatuses', 'authentication.k8s.io/selfsubjectreviews'],
  ...['authentication.k8s.io/tokenreviews', 'authorization.k8s.io/localsubjectaccessreviews'],
  ...['authorization.k8s.io/selfsubjectaccessreviews', 'authorization.k8s.io/selfsubjectrulesreviews'],
  ...['authorization.k8s.io/subjectaccessreviews'],
])

/** Served in several versions or groups, stored in one. */
const storedAs: Record<string, ResourceDefinition['storage']> = {
  'events.k8s.io/events': { group: '', version: 'v1' },
  'autoscaling/horizontalpodautoscalers': { group: 'autoscaling', version: 'v2' },
}

/** Definitions of all built-in resources that are stored. */
export function builtInDefinitions(ranges: ServiceRanges): ResourceDefinition[] {
  const strategies = builtInStrategies(ranges)
  return resourcesServed()
    .filter((resource) => !virtual.has(`${resource.group}/${resource.resource}`))
    .map((resource) => define(resource, strategies))
}

function define(resource: Resource, strategies: ReturnType<typeof builtInStrategies>): ResourceDefinition {
  const name = `${resource.group}/${resource.resource}`
  const storage = storedAs[name] ?? { group: resource.group, version: resource.version }
  return {
    ...resource,
    storage,
    strategy: strategies.get(name) ?? {},
    emptyStatus: () => emptyStatus(resource),
    setDefaults: (object) => applyDefaults(object, storage.group, storage.version, resource.kind),
    validate: (object) => validateObject(object, { ...storage, kind: resource.kind }, resource.namespaced),
    validateUpdate: (object, current) => validateObjectUpdate(object, current, { ...storage, kind: resource.kind }),
  }
}

function emptyStatus({ group, version, kind, subresources }: Resource): Record<string, unknown> | undefined {
  if (!subresources.some((subresource) => subresource.name === 'status')) return undefined
  const schema = schemaFor(group, version, kind)?.properties.get('status')?.schema
  return schema && emptyObject(schema)
}
