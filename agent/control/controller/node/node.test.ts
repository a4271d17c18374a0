import { expect, test } from 'bun:test'
import type { Node, Pod, Taint } from '../../../../api/schema/generated/types/core-v1.ts'
import { garbagePods } from '../pod-gc.ts'
import { lifeTaints, needsEviction, unknownConditions, zonePaces } from './node-life.ts'
import { evictionTimeMs } from './taint-eviction.ts'

const nowMs = Date.parse('2026-01-01T00:10:00Z')
const now = '2026-01-01T00:10:00Z'

function node(
  ready: string,
  extra: { zone?: string; taints?: Taint[]; unschedulable?: boolean; conditions?: string[] } = {},
): Node {
  return {
    metadata: { name: 'n', labels: { 'topology.kubernetes.io/zone': extra.zone ?? 'a' } },
    spec: { taints: extra.taints, unschedulable: extra.unschedulable },
    status: {
      conditions: [
        { type: 'Ready', status: ready },
        ...(extra.conditions ?? []).map((type) => ({ type, status: 'True' })),
      ],
    },
  }
}

// Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go, tryUpdateNodeHealth.
test('a silent node is unknown in all that it used to tell', () => {
  const conditions = unknownConditions(node('True', { conditions: ['MemoryPressure', 'NetworkUnavailable'] }), nowMs)
  const told = conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason ?? ''}`).sort()
  expect(told).toEqual([
    'DiskPressure=Unknown NodeStatusNeverUpdated',
    'MemoryPressure=Unknown NodeStatusUnknown',
    'NetworkUnavailable=True ',
    'PIDPressure=Unknown NodeStatusNeverUpdated',
    'Ready=Unknown NodeStatusUnknown',
  ])
  expect(unknownConditions({ status: { conditions } }, nowMs + 1000)).toBeUndefined()
})

const keys = (taints: Taint[]) => taints.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`)

test.each<[string, Node, string[]]>([
  ['ready', node('True'), []],
  ['not ready', node('False'), ['not-ready:NoSchedule', 'not-ready:NoExecute']],
  ['unknown', node('Unknown'), ['unreachable:NoSchedule', 'unreachable:NoExecute']],
  ['cordoned', node('True', { unschedulable: true }), ['unschedulable:NoSchedule']],
  [
    'under pressure',
    node('True', { conditions: ['MemoryPressure', 'DiskPressure'] }),
    ['memory-pressure:NoSchedule', 'disk-pressure:NoSchedule'],
  ],
  [
    'ready again',
    node('True', {
      taints: [
        { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
        { key: 'mine', effect: 'NoExecute' },
      ],
    }),
    ['mine:NoExecute'],
  ],
])('taints of a node that is %s', (_, of, expected) => {
  expect(keys(lifeTaints(of, true, false, nowMs))).toEqual(expected)
})

test('a node that has to wait for its turn gets no taint that evicts; one that has it keeps it and its time', () => {
  expect(keys(lifeTaints(node('Unknown'), false, false, nowMs))).toEqual(['unreachable:NoSchedule'])
  expect(needsEviction(node('Unknown'))).toBe(true)
  const taints = [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' }]
  const tainted = node('Unknown', { taints })
  expect(lifeTaints(tainted, false, false, nowMs)).toContainEqual(taints[0]!)
  expect(needsEviction(tainted)).toBe(false)
  // Not ready instead of unknown: another taint, from now on.
  const changed = lifeTaints(node('False', { taints }), false, false, nowMs)
  expect(changed).toContainEqual({ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', timeAdded: now })
  expect(keys(lifeTaints(tainted, true, true, nowMs))).toEqual(['unreachable:NoSchedule'])
})

// Source: node_lifecycle_controller.go, ComputeZoneState and the controller manager's rates.
test.each<[string, [ready: number, lost: number][], number[], boolean]>([
  ['all well', [[3, 0]], [0.1], false],
  ['one of two lost', [[1, 1]], [0.1], false],
  ['most of a small zone lost', [[1, 3]], [0], false],
  ['most of a large zone lost', [[20, 40]], [0.01], false],
  [
    'one zone gone whole, another well',
    [
      [0, 3],
      [3, 0],
    ],
    [0.1, 0.1],
    false,
  ],
  [
    'everything gone',
    [
      [0, 2],
      [0, 1],
    ],
    [0.1, 0.1],
    true,
  ],
])('pace: %s', (_, zones, expected, isAllGone) => {
  const nodes = zones.flatMap(([ready, lost], zone) => [
    ...Array.from({ length: ready }, () => node('True', { zone: String(zone) })),
    ...Array.from({ length: lost }, () => node('Unknown', { zone: String(zone) })),
  ])
  const result = zonePaces(nodes)
  expect([...result.paces.values()]).toEqual(expected)
  expect(result.isAllGone).toBe(isAllGone)
})

// Source: pkg/controller/tainteviction/taint_eviction_test.go.
test.each<[string, Taint[], NonNullable<Pod['spec']>['tolerations'], number | undefined]>([
  ['no taint that evicts', [{ key: 'a', effect: 'NoSchedule' }], [], undefined],
  ['not tolerated', [{ key: 'a', effect: 'NoExecute' }], [], 0],
  ['tolerated for ever', [{ key: 'a', effect: 'NoExecute' }], [{ key: 'a', operator: 'Exists' }], undefined],
  [
    'tolerated for a while, since the taint came',
    [{ key: 'a', effect: 'NoExecute', timeAdded: '2026-01-01T00:09:00Z' }],
    [{ key: 'a', operator: 'Exists', tolerationSeconds: 300 }],
    240_000,
  ],
  [
    'the shortest time counts',
    [
      { key: 'a', effect: 'NoExecute', timeAdded: now },
      { key: 'b', effect: 'NoExecute', timeAdded: now },
    ],
    [
      { key: 'a', operator: 'Exists', tolerationSeconds: 300 },
      { key: 'b', operator: 'Exists', tolerationSeconds: 30 },
    ],
    30_000,
  ],
])('eviction: %s', (_, taints, tolerations, afterMs) => {
  const dueMs = evictionTimeMs({ spec: { tolerations, containers: [] } }, taints, nowMs)
  expect(dueMs === undefined ? undefined : dueMs - nowMs).toBe(afterMs)
})

// Source: pkg/controller/podgc/gc_controller_test.go.
test('pod garbage: of absent nodes after a quarantine, unscheduled and going, on nodes out of service', () => {
  const pod = (name: string, nodeName?: string, deleting = false): Pod => ({
    metadata: { name, uid: name, deletionTimestamp: deleting ? now : undefined },
    spec: { nodeName, containers: [] },
  })
  const out = node('Unknown', { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] })
  const nodes = new Map([
    ['here', node('True')],
    ['out', out],
  ])
  const pods = [
    pod('fine', 'here'),
    pod('lost', 'gone'),
    pod('new', 'just-gone'),
    pod('going', undefined, true),
    pod('stuck', 'out', true),
    pod('staying', 'out'),
  ]
  const missing = new Map([
    ['gone', nowMs - 40_000],
    ['just-gone', nowMs - 39_000],
  ])
  const found = garbagePods(pods, nodes, missing, nowMs)
  expect(found.map(({ pod: { metadata } }) => metadata?.name)).toEqual(['lost', 'going', 'stuck'])
  expect(found[0]?.message).toBe('PodGC: node no longer exists')
})
