/**
 * Fills what a client left out, as upstream's SetDefaults functions do: each belongs to a message type and runs wherever
 * that type stands in an object, the outer before the inner. Static defaults were filled when the object was conformed.
 */
import type { JsonObject } from '../conform.ts'
import { type Field, type Schema, schemaFor } from '../schema.ts'
import { batchDefaults } from './batch.ts'
import { coreDefaults } from './core.ts'
import { podDefaults } from './pod.ts'
import { policyDefaults } from './policy.ts'
import { workloadDefaults } from './workload.ts'

/** Changes the message in place; set by file and message name, e.g. `core-v1.Container`. */
export type Defaulter = (message: never) => void

const defaulters: Record<string, Defaulter> = {
  ...coreDefaults,
  ...podDefaults,
  ...workloadDefaults,
  ...batchDefaults,
  ...policyDefaults,
}

interface Plan {
  apply: Defaulter | undefined
  /** Fields in which some message with defaults may stand. */
  fields: [Field, Plan][]
}

const plans = new Map<Schema, Plan>()

/** Changes a conformed object in place. Kinds without defaults stay as they are. */
export function applyDefaults(object: JsonObject, group: string, version: string, kind: string): void {
  const schema = schemaFor(group, version, kind)
  if (schema) fill(object, planOf(schema))
}

/** A recursive type (the JSON schema of a custom resource) gets its plan before it is complete. */
function planOf(schema: Schema): Plan {
  const known = plans.get(schema)
  if (known) return known
  const plan: Plan = { apply: defaulters[`${schema.file}.${schema.name}`], fields: [] }
  plans.set(schema, plan)
  for (const field of schema.properties.values()) {
    if (field.type !== 'message' || field.schema!.form) continue
    const inner = planOf(field.schema!)
    if (hasWork(inner, new Set())) plan.fields.push([field, inner])
  }
  return plan
}

function hasWork(plan: Plan, seen: Set<Plan>): boolean {
  if (seen.has(plan)) return false
  seen.add(plan)
  return plan.apply !== undefined || plan.fields.some(([, inner]) => hasWork(inner, seen))
}

function fill(message: JsonObject, plan: Plan): void {
  plan.apply?.(message as never)
  for (const [field, inner] of plan.fields) {
    const value = message[field.json]
    if (value === undefined) continue
    if (field.shape === 'single') fill(value as JsonObject, inner)
    else if (Array.isArray(value)) for (const item of value) fill(item as JsonObject, inner)
    else for (const item of Object.values(value as object)) fill(item as JsonObject, inner)
  }
}
