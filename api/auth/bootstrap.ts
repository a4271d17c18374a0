import { type Client, isReason, type KubernetesObject } from '../client/client.ts'
import { clusterrolebindings, clusterroles, priorityclasses } from '../schema/generated/resources.ts'
import { bootstrapBindings, bootstrapRoles } from './bootstrap-roles.ts'

const autoUpdate = 'rbac.authorization.kubernetes.io/autoupdate'

const priorityClasses = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
]

/** Upstream's two system classes. Safe to repeat. */
export async function ensurePriorityClasses(client: Client): Promise<void> {
  for (const { name, value, description } of priorityClasses) {
    const object = { metadata: { name }, value, description, preemptionPolicy: 'PreemptLowerPriority' }
    try {
      await client.resource(priorityclasses).create(object)
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
    }
  }
}

/**
 * Makes upstream's roles and bindings where they are missing, and brings old ones up to date unless their autoupdate
 * annotation says no. Safe to repeat, on any node. Upstream: rbac/reconciliation.
 */
export async function ensureBootstrapRoles(client: Client): Promise<void> {
  for (const object of bootstrapRoles()) await ensure(client, clusterroles as never, object)
  for (const object of bootstrapBindings()) await ensure(client, clusterrolebindings as never, object)
}

async function ensure(client: Client, ref: typeof clusterroles, object: KubernetesObject & { rules?: unknown }) {
  const all = client.resource(ref)
  const name = object.metadata!.name!
  try {
    await all.create(object as never)
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error
    const present = await all.get(name)
    if (present.metadata?.annotations?.[autoUpdate] === 'false') return
    await all.update({
      ...(object as typeof present),
      metadata: { ...present.metadata, labels: { ...present.metadata?.labels, ...object.metadata?.labels } },
    })
  }
}
