import { expect, test } from 'bun:test'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../../../../api/schema/generated/types/policy-v1.ts'
import { planBudget } from './budget.ts'

const nowMs = Date.parse('2026-01-01T00:10:00Z')

const pod = (n: number, ready = true): Pod => ({
  metadata: {
    name: `p-${n}`,
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true }],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
})

const budget = (spec: PodDisruptionBudgetSpec, disruptedPods?: Record<string, string>): PodDisruptionBudget => ({
  metadata: { name: 'b', generation: 1 },
  spec,
  status: { disruptedPods, disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
})

// Source: pkg/controller/disruption/disruption_test.go.
test.each<
  [string, PodDisruptionBudgetSpec, number, number, number, [allowed: number, desired: number, expected: number]]
>([
  ['2 of 3 have to be there', { minAvailable: 2 }, 3, 3, 3, [1, 2, 3]],
  ['none may go', { minAvailable: 3 }, 3, 3, 3, [0, 3, 3]],
  ['fewer are healthy', { minAvailable: 1 }, 1, 3, 3, [0, 1, 3]],
  ['a share, rounded up', { minAvailable: '28%' }, 3, 3, 10, [0, 3, 10]],
  ['one may be missing', { maxUnavailable: 1 }, 5, 5, 5, [1, 4, 5]],
  ['one may be missing, and is', { maxUnavailable: 1 }, 4, 5, 5, [0, 4, 5]],
  ['a share may be missing', { maxUnavailable: '30%' }, 7, 7, 7, [3, 4, 7]],
  ['more asked for than there are', { maxUnavailable: 2 }, 3, 3, 6, [0, 4, 6]],
])('%s', (_, spec, healthy, count, scale, [allowed, desired, expected]) => {
  const pods = Array.from({ length: count }, (_item, n) => pod(n, n < healthy))
  const { status } = planBudget(budget(spec), pods, () => scale, nowMs)
  expect(status).toMatchObject({
    disruptionsAllowed: allowed,
    desiredHealthy: desired,
    expectedPods: expected,
    currentHealthy: healthy,
  })
  expect(status.conditions?.[0]).toMatchObject({ type: 'DisruptionAllowed', status: allowed > 0 ? 'True' : 'False' })
})

test('an eviction granted counts as gone for two minutes', () => {
  const pods = [pod(1), pod(2), pod(3)]
  const granted = planBudget(budget({ minAvailable: 2 }, { 'p-1': '2026-01-01T00:09:00Z' }), pods, () => 3, nowMs)
  expect(granted.status).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 })
  expect(granted.checkAfterMs).toBe(60_000)
  const expired = planBudget(budget({ minAvailable: 2 }, { 'p-1': '2026-01-01T00:07:00Z' }), pods, () => 3, nowMs)
  expect(expired.status).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 1 })
  expect(expired.status.disruptedPods).toBeUndefined()
})

test('pods whose controller has no scale: nothing may go, and it says why', () => {
  const { status } = planBudget(budget({ maxUnavailable: 1 }), [pod(1)], () => undefined, nowMs)
  expect(status.disruptionsAllowed).toBe(0)
  expect(status.conditions?.[0]).toMatchObject({ status: 'False', reason: 'SyncFailed' })
})
