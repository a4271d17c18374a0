import { expect, test } from 'bun:test'
import { statefulsets } from '../../../../api/schema/generated/resources.ts'
import type { ControllerRevision, StatefulSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { nameOf } from '../../object/meta.ts'
import { revisionFor } from '../../object/revision.ts'
import { seededRandom } from '../../simulation/seeded-random.ts'
import { ordinalOf, podFor, revisionNameOf } from './identity.ts'
import { planStatefulSet, type Step } from './statefulset.ts'

// Expectations from pkg/controller/statefulset/stateful_set_control_test.go and the page "StatefulSets" of the docs.

const nowMs = Date.parse('2026-01-01T00:00:00Z')

function set(replicas: number, extra: Partial<StatefulSet['spec']> = {}): StatefulSet {
  return {
    metadata: { name: 'db', namespace: 'default', uid: 'db', generation: 1 },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'main', image: 'a' }] } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...extra,
    },
  }
}

function revisionOf(of: StatefulSet, image: string): ControllerRevision {
  const template = { ...of.spec!.template, spec: { containers: [{ name: 'main', image }] } }
  return revisionFor(statefulsets, of, template, [], undefined).revision
}

type State = 'ready' | 'starting' | 'pending' | 'going' | 'failed'

function pod(of: StatefulSet, ordinal: number, state: State = 'ready', image = 'a'): Pod {
  const made = podFor(of, revisionOf(of, image), ordinal)
  return {
    ...made,
    metadata: { ...made.metadata, uid: `${ordinal}`, deletionTimestamp: state === 'going' ? 't' : undefined },
    status: {
      phase: state === 'failed' ? 'Failed' : state === 'pending' ? 'Pending' : 'Running',
      conditions: [{ type: 'Ready', status: state === 'ready' ? 'True' : 'False' }],
    },
  }
}

function steps(of: StatefulSet, pods: Pod[], updateImage = 'a', claims: PersistentVolumeClaim[] = []): string[] {
  const plan = planStatefulSet({
    set: of,
    pods,
    claimOf: (name) => claims.find((claim) => nameOf(claim) === name),
    currentRevision: revisionOf(of, 'a'),
    updateRevision: revisionOf(of, updateImage),
    nowMs,
  })
  return plan.steps.map(describe)
}

function describe(step: Step): string {
  if ('claim' in step) return `${step.kind} ${nameOf(step.claim)}`
  return `${step.kind} ${nameOf(step.pod)}`
}

const parallel = { podManagementPolicy: 'Parallel' }

test.each<[string, StatefulSet, [number, State?, string?][], string[], string]>([
  ['the first', set(3), [], ['create pod db-0'], 'a'],
  ['one after the other', set(3), [[0]], ['create pod db-1'], 'a'],
  ['not before the one below is ready', set(3), [[0, 'starting']], [], 'a'],
  ['nor while it goes', set(3), [[0, 'going']], [], 'a'],
  ['a gap is filled first', set(3), [[1], [2]], ['create pod db-0'], 'a'],
  ['a failed pod is made anew', set(3), [[0, 'failed'], [1]], ['delete pod db-0'], 'a'],
  ['in parallel: all at once', set(3, parallel), [[1, 'starting']], ['create pod db-0', 'create pod db-2'], 'a'],
  ['too many: the highest goes', set(1), [[0], [1], [2]], ['delete pod db-2'], 'a'],
  ['one at a time', set(1), [[0], [1], [2, 'going']], [], 'a'],
  ['not while a lower one is unhealthy', set(1), [[0], [1, 'starting'], [2, 'starting']], [], 'a'],
  ['in parallel: all of them', set(1, parallel), [[0], [1], [2]], ['delete pod db-2', 'delete pod db-1'], 'a'],
  ['ordinals may start later', set(2, { ordinals: { start: 5 } }), [[5]], ['create pod db-6'], 'a'],
  ['an update begins at the top', set(3), [[0], [1], [2]], ['delete pod db-2'], 'b'],
  ['goes on below', set(3), [[0], [1], [2, 'ready', 'b']], ['delete pod db-1'], 'b'],
  ['waits until the new one is ready', set(3), [[0], [1], [2, 'starting', 'b']], [], 'b'],
  [
    'stops at the partition',
    set(3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }),
    [[0], [1], [2, 'ready', 'b']],
    [],
    'b',
  ],
  ['OnDelete waits for somebody to delete', set(3, { updateStrategy: { type: 'OnDelete' } }), [[0], [1], [2]], [], 'b'],
  [
    'more at a time when allowed',
    set(4, { ...parallel, updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } }),
    [[0], [1], [2], [3]],
    ['delete pod db-3', 'delete pod db-2'],
    'b',
  ],
])('%s', (_, of, pods, expected, image) => {
  expect(
    steps(
      of,
      pods.map(([n, state, own]) => pod(of, n, state, own)),
      image,
    ),
  ).toEqual(expected)
})

test('below the partition pods are made of the present revision, above of the new one', () => {
  const of = set(3, { podManagementPolicy: 'Parallel', updateStrategy: { rollingUpdate: { partition: 2 } } })
  const [currentRevision, updateRevision] = [revisionOf(of, 'a'), revisionOf(of, 'b')]
  const plan = planStatefulSet({ set: of, pods: [], claimOf: () => undefined, currentRevision, updateRevision, nowMs })
  const made = plan.steps.flatMap((step) => (step.kind === 'create pod' ? [step.pod.spec?.containers[0]?.image] : []))
  expect(made).toEqual(['a', 'a', 'b'])
})

test('a pod has its name, host name, labels and claims', () => {
  const of = set(1, { volumeClaimTemplates: [{ metadata: { name: 'data' } }] })
  const [claim, create] = planStatefulSet({
    ...{ set: of, pods: [], claimOf: () => undefined, nowMs },
    ...{ currentRevision: revisionOf(of, 'a'), updateRevision: revisionOf(of, 'a') },
  }).steps
  expect(claim).toMatchObject({
    kind: 'create claim',
    claim: { metadata: { name: 'data-db-0', labels: { app: 'db' } } },
  })
  expect(create).toMatchObject({
    pod: {
      metadata: {
        name: 'db-0',
        labels: {
          app: 'db',
          'statefulset.kubernetes.io/pod-name': 'db-0',
          'apps.kubernetes.io/pod-index': '0',
          'controller-revision-hash': nameOf(revisionOf(of, 'a')),
        },
      },
      spec: {
        hostname: 'db-0',
        subdomain: 'db',
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }],
      },
    },
  })
})

test('a claim on its way out holds its pod up', () => {
  const of = set(1, { volumeClaimTemplates: [{ metadata: { name: 'data' } }] })
  const going: PersistentVolumeClaim = { metadata: { name: 'data-db-0', deletionTimestamp: 't' } }
  expect(steps(of, [], 'a', [going])).toEqual([])
})

test('claims are owned as the retention policy says', () => {
  const of = set(1, {
    volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
  })
  const claims = ['data-db-0', 'data-db-1'].map((name): PersistentVolumeClaim => ({ metadata: { name } }))
  const plan = planStatefulSet({
    ...{ set: of, pods: [pod(of, 0), pod(of, 1)], claimOf: (name) => claims.find((c) => nameOf(c) === name), nowMs },
    ...{ currentRevision: revisionOf(of, 'a'), updateRevision: revisionOf(of, 'a') },
  })
  const owners = plan.steps.map((step) =>
    step.kind === 'update claim' ? [nameOf(step.claim), step.claim.metadata?.ownerReferences?.[0]?.name] : step.kind,
  )
  expect(owners).toEqual([['data-db-0', 'db'], ['data-db-1', 'db-1'], 'delete pod'])
})

/** Whatever happens, in order: a pod is only made when all below are ready, and when none of its name is there. */
test.each(Array.from({ length: 100 }, (_, seed) => seed))('order and identity hold, seed %p', (seed) => {
  const random = seededRandom(seed)
  const pick = (n: number) => Math.floor(random() * n)
  const of = set(pick(6))
  let image = 'a'
  let pods: Pod[] = []
  const advance = (stepCount: number, isCalm: boolean) => {
    for (let i = 0; i < stepCount; i++) {
      if (!isCalm && pick(10) === 0) of.spec!.replicas = pick(6)
      if (!isCalm && pick(20) === 0) image = image === 'a' ? 'b' : 'a'
      const input = { set: of, pods, claimOf: () => undefined, nowMs }
      const plan = planStatefulSet({
        ...input,
        currentRevision: revisionOf(of, 'a'),
        updateRevision: revisionOf(of, image),
      })
      expect(plan.steps.length).toBeLessThanOrEqual(1)
      for (const step of plan.steps) {
        if (step.kind === 'create pod') {
          const ordinal = ordinalOf(of, step.pod)
          expect(pods.some((other) => nameOf(other) === nameOf(step.pod))).toBe(false)
          const below = pods.filter((other) => ordinalOf(of, other) < ordinal)
          expect(below.filter((other) => other.status?.conditions?.[0]?.status === 'True')).toHaveLength(ordinal)
          pods.push({
            ...step.pod,
            metadata: { ...step.pod.metadata, uid: `${seed}-${i}` },
            status: { phase: 'Pending' },
          })
        } else if (step.kind === 'delete pod') {
          pods = pods.map((other) =>
            other === step.pod ? { ...other, metadata: { ...other.metadata, deletionTimestamp: 't' } } : other,
          )
        }
      }
      pods = pods.flatMap((other) => {
        if (random() < 0.5) return [other]
        if (other.metadata?.deletionTimestamp) return []
        if (!isCalm && pick(15) === 0) return [{ ...other, status: { phase: 'Failed' } }]
        if (other.status?.phase === 'Failed') return [other]
        return [{ ...other, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }]
      })
    }
  }
  advance(150, false)
  advance(150, true)
  expect(pods.map(nameOf).sort()).toEqual(Array.from({ length: of.spec!.replicas! }, (_, n) => `db-${n}`))
  for (const own of pods) expect(revisionNameOf(own)).toBe(nameOf(revisionOf(of, image)))
})
