import { describe, expect, test } from 'bun:test'
import type { Deployment, ReplicaSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import { nameOf } from '../../object/meta.ts'
import { seededRandom } from '../../simulation/seeded-random.ts'
import { limitsOf, maxUnavailableOf, replicasOf } from './replica-sets.ts'
import { planDeployment } from './rollout.ts'
import { newReplicaSetSize, oldReplicaSetSizes, scaledSizes } from './scale.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')

function deployment(replicas: number, maxSurge: number | string = 0, maxUnavailable: number | string = 0): Deployment {
  return {
    metadata: { name: 'web', namespace: 'default', uid: 'web-uid', generation: 1 },
    spec: {
      replicas,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'a' }] } },
    },
  }
}

function set(
  name: string,
  replicas: number,
  available = replicas,
  extra: Partial<ReplicaSet['metadata']> = {},
): ReplicaSet {
  return {
    metadata: { name, uid: name, generation: 1, creationTimestamp: `2025-01-01T00:00:0${name.length}Z`, ...extra },
    spec: {
      replicas,
      selector: {},
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: name }] } },
    },
    status: { replicas, availableReplicas: available, readyReplicas: available, observedGeneration: 1 },
  }
}

// Source: pkg/controller/deployment/util/deployment_util_test.go, TestResolveFenceposts.
test.each([
  ['0%', '0%', 10, 0, 1],
  ['39%', '39%', 10, 4, 3],
  ['oops', '39%', 10, 0, 3],
  ['55%', 'urg', 10, 6, 0],
  [5, 1, 7, 5, 1],
  ['25%', '25%', 1, 1, 0],
  ['25%', 0, 3, 1, 0],
])('limits of %p and %p for %p replicas', (surge, unavailable, replicas, maxSurge, maxUnavailable) => {
  expect(limitsOf(deployment(replicas, surge, unavailable))).toEqual({ maxSurge, maxUnavailable })
})

// Source: pkg/controller/deployment/rolling_test.go, TestDeploymentController_reconcileNewReplicaSet.
test.each([
  [10, 0, 10, 0, 0],
  [10, 2, 10, 0, 2],
  [10, 2, 5, 0, 7],
  [10, 2, 10, 2, 2],
  [10, 2, 2, 11, 10],
])(
  'new set of %p replicas with surge %p beside %p old ones and %p new ones',
  (replicas, surge, old, fresh, expected) => {
    const sets = [set('old', old), set('newest', fresh)]
    expect(newReplicaSetSize(deployment(replicas, surge, 1), sets, fresh)).toBe(expected)
  },
)

// Source: pkg/controller/deployment/rolling_test.go, TestDeploymentController_reconcileOldReplicaSets.
test.each([
  [10, 0, 10, 0, 10, 0, 10],
  [10, 2, 10, 0, 10, 0, 8],
  [10, 2, 10, 0, 8, 0, 8],
  [10, 2, 10, 0, 9, 0, 8],
  [10, 2, 8, 2, 8, 0, 8],
])(
  'old set: %p replicas, %p may be missing, old %p new %p, available %p and %p',
  (replicas, gap, old, fresh, oldOk, newOk, expected) => {
    const sizes = oldReplicaSetSizes(deployment(replicas, 1, gap), set('newest', fresh, newOk), [
      set('old', old, oldOk),
    ])
    expect(sizes.get('old')).toBe(expected)
  },
)

describe('a change of replicas', () => {
  const annotated = (name: string, replicas: number, desired: number, max: number) =>
    set(name, replicas, replicas, {
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(desired),
        'deployment.kubernetes.io/max-replicas': String(max),
      },
    })

  // Source: pkg/controller/deployment/sync_test.go, TestScale.
  test.each([
    ['normal scaling event: 10 -> 12', 12, 0, [10], [], [12]],
    ['normal scaling event: 10 -> 5', 5, 0, [10], [], [5]],
    ['proportional scaling: 10 -> 20', 20, 0, [5], [5], [10, 10]],
    ['proportional scaling: 10 -> 5', 5, 0, [5], [5], [3, 2]],
  ])('%s', (_, replicas, surge, fresh, old, expected) => {
    const newRs = annotated('bbb', fresh[0]!, 10, 10)
    const oldSets = old.map((size) => annotated('aa', size, 10, 10))
    const sizes = scaledSizes(deployment(replicas, surge, 1), newRs, oldSets)
    const after = [newRs, ...oldSets].map((rs) => sizes.get(nameOf(rs)) ?? replicasOf(rs))
    expect(after).toEqual(expected)
  })
})

describe('plans', () => {
  test('the first sync makes a ReplicaSet with hash, revision and owner', () => {
    const plan = planDeployment(deployment(3, 1, 1), [], () => [], nowMs)
    const hash = plan.create?.metadata?.labels?.['pod-template-hash']
    expect(plan.create).toMatchObject({
      metadata: {
        name: `web-${hash}`,
        annotations: {
          'deployment.kubernetes.io/revision': '1',
          'deployment.kubernetes.io/desired-replicas': '3',
          'deployment.kubernetes.io/max-replicas': '4',
        },
        ownerReferences: [{ kind: 'Deployment', uid: 'web-uid', controller: true, blockOwnerDeletion: true }],
      },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
    })
    expect(plan.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' })
    expect(plan.events).toEqual([`Scaled up replica set web-${hash} from 0 to 3`])
    expect(plan.status.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
      'Progressing NewReplicaSetCreated',
      'Available MinimumReplicasUnavailable',
    ])
  })

  test('the hash is the same in every release', () => {
    expect(nameOf(planDeployment(deployment(3), [], () => [], nowMs).create!)).toBe('web-647566c989')
  })

  test('a rollback makes the old set the newest revision', () => {
    const old = set('a', 0, 0, { annotations: { 'deployment.kubernetes.io/revision': '1' } })
    const current = set('bb', 3, 3, { annotations: { 'deployment.kubernetes.io/revision': '2' } })
    const back = planDeployment(deployment(3, 1, 0), [old, current], () => [], nowMs)
    const updated = back.update.find((rs) => nameOf(rs) === 'a')
    expect(updated?.metadata?.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    })
    expect(updated?.spec?.replicas).toBe(1)
    expect(back.annotations?.['deployment.kubernetes.io/revision']).toBe('3')
  })

  test('nothing rolls while paused; the pause is told', () => {
    const paused = deployment(3, 1, 0)
    paused.spec!.paused = true
    const plan = planDeployment(paused, [set('bb', 3)], () => [], nowMs)
    expect(plan.create).toBeUndefined()
    expect(plan.status.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
    })
  })

  test('Recreate waits until the last old pod is gone', () => {
    const recreate = deployment(3)
    recreate.spec!.strategy = { type: 'Recreate' }
    const old = set('bb', 3)
    const first = planDeployment(recreate, [old], () => [{ status: { phase: 'Running' } }], nowMs)
    expect(first.update.map((rs) => [nameOf(rs), rs.spec?.replicas])).toEqual([['bb', 0]])
    const scaled = set('bb', 0)
    expect(planDeployment(recreate, [scaled], () => [{ status: { phase: 'Running' } }], nowMs).create).toBeUndefined()
    expect(planDeployment(recreate, [scaled], () => [], nowMs).create?.spec?.replicas).toBe(3)
  })

  test('a rollout without progress is late after its deadline', () => {
    const stuck = deployment(3, 1, 0)
    const newRs = set('a', 1, 0)
    const sets = [newRs, set('bb', 3)]
    stuck.status = planDeployment(stuck, sets, () => [], nowMs).status
    const before = planDeployment(stuck, sets, () => [], nowMs + 599_000)
    expect(before.status.conditions?.find(({ type }) => type === 'Progressing')?.status).toBe('True')
    const after = planDeployment(stuck, sets, () => [], nowMs + 601_000)
    expect(after.status.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "a" has timed out progressing.',
    })
  })

  test('old sets beyond the limit go when the rollout is complete', () => {
    const done = deployment(2, 1, 0)
    done.spec!.revisionHistoryLimit = 1
    done.status = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, observedGeneration: 1 }
    const sets = [set('a', 2), set('bb', 0), set('ccc', 0), set('dddd', 0)]
    expect(planDeployment(done, sets, () => [], nowMs).remove.map(nameOf)).toEqual(['bb', 'ccc'])
  })
})

/** ReplicaSets that follow their specification at random speed, by seeds: the limits hold at every step. */
test.each(Array.from({ length: 200 }, (_, seed) => seed))('limits hold through rollouts, seed %p', (seed) => {
  const random = seededRandom(seed)
  const pick = (n: number) => Math.floor(random() * n)
  const wanted = deployment(1 + pick(12), pick(2) ? `${pick(60)}%` : pick(4), pick(2) ? `${pick(60)}%` : pick(4))
  let sets: ReplicaSet[] = []
  let made = 0
  const image = () => `image-${pick(4)}`
  for (let step = 0; step < 400; step++) {
    const before = Math.min(total(sets, 'availableReplicas'), replicasOf(wanted))
    if (step === 50 || step === 120)
      wanted.spec!.template = { ...wanted.spec!.template, spec: { containers: [{ name: 'main', image: image() }] } }
    const plan = planDeployment(wanted, sets, () => [], nowMs)
    if (plan.create) {
      const created = structuredClone(plan.create)
      created.metadata = {
        ...created.metadata,
        uid: nameOf(created),
        generation: 1,
        creationTimestamp: new Date(nowMs + made++ * 1000).toISOString(),
      }
      sets.push({ ...created, status: { replicas: 0 } })
    }
    for (const updated of plan.update)
      sets = sets.map((rs) => (nameOf(rs) === nameOf(updated) ? { ...updated, status: rs.status } : rs))
    wanted.status = plan.status
    const { maxSurge } = limitsOf(wanted)
    expect(sets.reduce((sum, rs) => sum + replicasOf(rs), 0)).toBeLessThanOrEqual(replicasOf(wanted) + maxSurge)
    // Removing follows at once, in the order of deletion: unavailable pods first.
    sets = sets.map((rs) => {
      const size = replicasOf(rs)
      const available = Math.min(rs.status?.availableReplicas ?? 0, size)
      const grown = random() < 0.5 && available < size ? available + 1 : available
      return {
        ...rs,
        status: { replicas: size, readyReplicas: grown, availableReplicas: grown, observedGeneration: 1 },
      }
    })
    const floor = Math.min(before, replicasOf(wanted) - maxUnavailableOf(wanted))
    expect(total(sets, 'availableReplicas')).toBeGreaterThanOrEqual(floor)
  }
  expect(sets.filter((rs) => replicasOf(rs) > 0)).toHaveLength(1)
  expect(wanted.status?.availableReplicas).toBe(replicasOf(wanted))
})

function total(sets: ReplicaSet[], field: 'availableReplicas'): number {
  return sets.reduce((sum, rs) => sum + (rs.status?.[field] ?? 0), 0)
}
