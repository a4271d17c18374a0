import { ApiError, type DeleteOptions } from '../client/client.ts'
import type { PodDisruptionBudget } from '../schema/generated/types/policy-v1.ts'
import { deleteObject } from './delete.ts'
import { getObject } from './get.ts'
import type { ApiObject } from './object.ts'
import type { Registry } from './registry.ts'
import { matchesLabelSelector } from './selector.ts'
import { badRequest } from './status.ts'
import { type Target, updateObject } from './write.ts'

const budgets = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' }

/**
 * POST pods/x/eviction: deletes the pod if its disruption budget allows, and takes one from the budget.
 * Upstream: pkg/registry/core/pod/storage/eviction.go.
 */
export async function evictPod(registry: Registry, target: Target, body: ApiObject): Promise<ApiObject> {
  if (body.metadata?.name && body.metadata.name !== target.name) {
    throw badRequest('name in URL does not match name in Eviction object')
  }
  const { object: pod } = await getObject(registry, target.definition, target.namespace, target.name)
  const options = (body.deleteOptions ?? {}) as DeleteOptions
  if (!ignoresBudgets(pod)) await takeFromBudget(registry, target, pod)
  await deleteObject(registry, target, options)
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } as unknown as ApiObject
}

/** Ended, pending or already going: no budget is touched. */
function ignoresBudgets(pod: ApiObject): boolean {
  const phase = pod.status?.phase
  const isOver = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending'
  return isOver || pod.metadata.deletionTimestamp !== undefined
}

async function takeFromBudget(registry: Registry, target: Target, pod: ApiObject): Promise<void> {
  const definition = registry.find(budgets.group, budgets.version, budgets.resource)
  if (!definition) return
  const matching = registry
    .view()
    .list(budgets, target.namespace)
    .filter((object) => {
      const { spec } = object as unknown as PodDisruptionBudget
      return matchesLabelSelector(spec?.selector as never, pod.metadata.labels)
    })
  if (matching.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'
    throw new ApiError(500, 'InternalError', message)
  }
  const name = matching[0]?.metadata.name
  if (name === undefined) return
  await updateObject(
    registry,
    { ...target, definition, name },
    {
      subresource: 'status',
      verb: 'take from',
      compute(current) {
        const budget = current as unknown as PodDisruptionBudget
        const allowed = budget.status?.disruptionsAllowed ?? 0
        if (allowed <= 0) throw budgetExhausted(budget)
        const status = (current.status ?? {}) as Record<string, unknown>
        const disrupted = {
          ...(status.disruptedPods as object | undefined),
          [target.name]: new Date(registry.clock.nowMs()).toISOString(),
        }
        current.status = { ...status, disruptionsAllowed: allowed - 1, disruptedPods: disrupted }
        return current
      },
    },
  )
}

function budgetExhausted(budget: PodDisruptionBudget): ApiError {
  const { desiredHealthy = 0, currentHealthy = 0 } = budget.status ?? {}
  const message = `The disruption budget ${budget.metadata?.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  return new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message }],
    retryAfterSeconds: 10,
  })
}
