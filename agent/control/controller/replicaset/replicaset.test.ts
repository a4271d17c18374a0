import { expect, test } from 'bun:test'
import type { ReplicaSet } from '../../../../api/schema/generated/types/apps-v1.ts'
import type { Pod } from '../../../../api/schema/generated/types/core-v1.ts'
import { slowStart } from '../../loop/writer.ts'
import { claim } from '../../object/claim.ts'
import { nameOf } from '../../object/meta.ts'
import { labelPredicate } from '../../object/selector.ts'
import { byDeletionRank } from './deletion-rank.ts'
import { planReplicas, replicaSetStatus } from './replicaset.ts'

const nowMs = Date.parse('2026-01-01T01:00:00Z')

interface Traits {
  node?: string
  phase?: string
  ready?: boolean
  readySince?: string
  restarts?: number
  sidecarRestarts?: number
  created?: string
  cost?: string
  deleting?: boolean
}

function pod(name: string, traits: Traits = {}): Pod {
  const {
    node,
    phase = 'Running',
    ready = true,
    readySince,
    restarts = 0,
    sidecarRestarts = 0,
    created,
    cost,
    deleting,
  } = traits
  const status = (restartCount: number) => ({ name: 'main', image: '', imageID: '', ready, restartCount })
  return {
    metadata: {
      name,
      uid: name,
      labels: { app: 'x' },
      creationTimestamp: created ?? '2026-01-01T00:00:00Z',
      deletionTimestamp: deleting ? '2026-01-01T00:00:00Z' : undefined,
      annotations: cost === undefined ? undefined : { 'controller.kubernetes.io/pod-deletion-cost': cost },
    },
    spec: { nodeName: node ?? 'n', containers: [{ name: 'main' }] },
    status: {
      phase,
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: readySince ?? '2026-01-01T00:00:00Z' },
      ],
      containerStatuses: [status(restarts)],
      initContainerStatuses: [status(sidecarRestarts)],
    },
  }
}

// Source: pkg/controller/controller_utils_test.go, TestSortingActivePodsWithRanks: each goes before the next.
test.each<[string, Traits, Traits]>([
  ['unassigned', { node: '' }, { phase: 'Pending' }],
  ['pending', { phase: 'Pending' }, { phase: 'Unknown' }],
  ['not ready', { ready: false }, {}],
  ['cheaper', { cost: '-5' }, { cost: '2' }],
  ['doubled up on a node', { node: 'crowded' }, { node: 'n' }],
  ['ready for a shorter time', { readySince: '2026-01-01T00:50:00Z' }, {}],
  ['more restarts', { restarts: 4 }, { restarts: 3 }],
  ['more restarts of sidecars', { sidecarRestarts: 4 }, { sidecarRestarts: 3 }],
  ['younger', { created: '2026-01-01T00:50:00Z' }, {}],
])('goes first: %s', (_, first, second) => {
  const on = (node: string) => (node === 'crowded' ? 2 : 1)
  expect(byDeletionRank([pod('b', second), pod('a', first)], on, nowMs).map(nameOf)).toEqual(['a', 'b'])
  expect(byDeletionRank([pod('a', second), pod('b', first)], on, nowMs).map(nameOf)).toEqual(['b', 'a'])
})

const set = (replicas: number): ReplicaSet => ({
  metadata: { name: 'rs', uid: 'rs', generation: 2 },
  spec: { replicas, minReadySeconds: 10, selector: {}, template: { metadata: { labels: { app: 'x' } } } },
})

test('what is missing is made, what is too much goes; ended and going pods do not count', () => {
  const owned = [pod('a'), pod('b', { ready: false }), pod('c', { phase: 'Failed' }), pod('d', { deleting: true })]
  expect(planReplicas(set(5), owned, owned, nowMs)).toEqual({ create: 3, remove: [] })
  expect(planReplicas(set(2), owned, owned, nowMs)).toEqual({ create: 0, remove: [] })
  expect(planReplicas(set(1), owned, owned, nowMs).remove.map(nameOf)).toEqual(['b'])
  expect(planReplicas(set(2000), owned, owned, nowMs).create).toBe(500)
  const going = set(5)
  going.metadata!.deletionTimestamp = '2026-01-01T00:00:00Z'
  expect(planReplicas(going, owned, owned, nowMs)).toEqual({ create: 0, remove: [] })
})

test('status counts ready, available and labelled pods, and tells failures', () => {
  const owned = [pod('a'), pod('b', { readySince: '2026-01-01T00:59:55Z' }), pod('c', { ready: false })]
  const status = replicaSetStatus(set(3), owned, { reason: 'FailedCreate', message: 'quota' }, nowMs)
  expect(status).toMatchObject({
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 2,
    availableReplicas: 1,
    observedGeneration: 2,
  })
  expect(status.conditions).toMatchObject([
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' },
  ])
  expect(replicaSetStatus({ ...set(3), status }, owned, undefined, nowMs).conditions).toBeUndefined()
})

// Source: pkg/controller/controller_ref_manager_test.go, TestClaimPods.
test('claims go by uid: own pods, orphans that match, never those of others', () => {
  const owned = (name: string, uid: string, labels = { app: 'x' }): Pod => ({
    metadata: {
      name,
      labels,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid, controller: true }],
    },
  })
  const orphan: Pod = { metadata: { name: 'orphan', labels: { app: 'x' } } }
  const going: Pod = { metadata: { name: 'going', labels: { app: 'x' }, deletionTimestamp: 't' } }
  const stranger: Pod = { metadata: { name: 'stranger', labels: { app: 'y' } } }
  const all = [
    owned('mine', 'rs'),
    owned('theirs', 'other'),
    owned('lost', 'rs', { app: 'y' }),
    orphan,
    going,
    stranger,
  ]
  const matches = labelPredicate({ matchLabels: { app: 'x' } })
  const found = claim(set(1), matches, all)
  expect(found.owned.map(nameOf)).toEqual(['mine', 'orphan'])
  expect(found.adopt.map(nameOf)).toEqual(['orphan'])
  expect(found.release.map(nameOf)).toEqual(['lost'])
  const leaving = claim({ ...set(1), metadata: { uid: 'rs', deletionTimestamp: 't' } }, matches, all)
  expect([leaving.adopt, leaving.release]).toEqual([[], []])
})

// Source: pkg/controller/replicaset/replica_set_test.go, TestSlowStartBatch.
test('a slow start asks 1, 2, 4 ... times and stops after the batch that fails', async () => {
  const calls = async (failFrom: number) => {
    let count = 0
    const result = await slowStart(10, async () => {
      if (count++ >= failFrom) throw new Error('no')
    })
    return [count, result.succeeded]
  }
  expect(await calls(100)).toEqual([10, 10])
  expect(await calls(0)).toEqual([1, 0])
  expect(await calls(2)).toEqual([3, 2])
  expect(await calls(5)).toEqual([7, 5])
})
