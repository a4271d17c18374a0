import { applyDefaults } from '../schema/default/default.ts'
import { apiVersionOf } from '../schema/resource.ts'
import type { ResourceDefinition } from './definition.ts'
import type { ApiObject } from './object.ts'

/** Served as it is stored: no conversion. */
export function isStoredForm({ group, version, storage }: ResourceDefinition): boolean {
  return group === storage.group && version === storage.version
}

type Conversion = (object: ApiObject) => ApiObject

/** From the stored form to a served one, by `<group>/<version>/<resource>`; the reverse in `fromServed`. */
const toServed: Record<string, Conversion> = {
  'events.k8s.io/v1/events': eventFromCore,
  'autoscaling/v1/horizontalpodautoscalers': autoscalerToV1,
}
const fromServed: Record<string, Conversion> = {
  'events.k8s.io/v1/events': eventToCore,
  'autoscaling/v1/horizontalpodautoscalers': autoscalerFromV1,
}

const nameOf = ({ group, version, resource }: ResourceDefinition) => `${group}/${version}/${resource}`

/** The object as this definition serves it. Returns the very object when nothing has to change. */
export function convert(object: ApiObject, definition: ResourceDefinition): ApiObject {
  if (isStoredForm(definition)) return object
  const converted = toServed[nameOf(definition)]?.(object) ?? { ...object }
  converted.apiVersion = apiVersionOf(definition.group, definition.version)
  return converted
}

/** The object as it is stored, from the one a client sent to this definition. */
export function toStored(object: ApiObject, definition: ResourceDefinition): ApiObject {
  if (isStoredForm(definition)) return object
  applyDefaults(object, definition.group, definition.version, definition.kind)
  const converted = fromServed[nameOf(definition)]?.(object) ?? { ...object }
  converted.apiVersion = apiVersionOf(definition.storage.group, definition.storage.version)
  return converted
}

/** Core field to events.k8s.io field. Upstream: pkg/apis/events/v1/conversion.go. */
const eventFields: [core: string, events: string][] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
]

function renamed(object: ApiObject, pairs: [string, string][]): ApiObject {
  const result: ApiObject = { ...object }
  for (const [from, to] of pairs) {
    delete result[from]
    if (object[from] !== undefined) result[to] = object[from]
  }
  return result
}

function eventFromCore(object: ApiObject): ApiObject {
  return renamed(object, eventFields)
}

function eventToCore(object: ApiObject): ApiObject {
  return renamed(
    object,
    eventFields.map(([core, events]) => [events, core]),
  )
}

interface CpuMetric {
  type: string
  resource?: { name: string; target?: { type?: string; averageUtilization?: number } }
}

/** v1 knows only CPU utilization; upstream keeps the rest in annotations, here it stays stored and is not shown. */
function autoscalerToV1(object: ApiObject): ApiObject {
  const { metrics, behavior: _, ...spec } = (object.spec ?? {}) as { metrics?: CpuMetric[]; behavior?: unknown }
  const isCpu = (metric: CpuMetric) => metric.type === 'Resource' && metric.resource?.name === 'cpu'
  const utilization = metrics?.find(isCpu)?.resource?.target?.averageUtilization
  const { currentMetrics, conditions: __, ...status } = (object.status ?? {}) as Record<string, unknown>
  const current = (
    currentMetrics as { type: string; resource?: { name: string; current?: { averageUtilization?: number } } }[]
  )?.find((metric) => metric.type === 'Resource' && metric.resource?.name === 'cpu')?.resource?.current
    ?.averageUtilization
  return {
    ...object,
    spec: utilization === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: utilization },
    status: current === undefined ? status : { ...status, currentCPUUtilizationPercentage: current },
  }
}

function autoscalerFromV1(object: ApiObject): ApiObject {
  const { targetCPUUtilizationPercentage: utilization, ...spec } = (object.spec ?? {}) as Record<string, unknown>
  const { currentCPUUtilizationPercentage: _, ...status } = (object.status ?? {}) as Record<string, unknown>
  const target = { type: 'Utilization', averageUtilization: utilization }
  const metrics = utilization === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', target } }]
  const result: ApiObject = { ...object, spec: metrics ? { ...spec, metrics } : spec }
  if (object.status !== undefined) result.status = status
  return result
}
