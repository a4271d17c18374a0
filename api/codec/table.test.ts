import { describe, expect, test } from 'bun:test'
import type { KubernetesObject } from '../client/client.ts'
import { conform } from '../schema/conform.ts'
import { resourcesServed } from '../schema/resource.ts'
import { schemaFor } from '../schema/schema.ts'
import { humanDuration } from './printer/text.ts'
import { ObjectMaker, seeded } from './random-object.ts'
import { makeTable, printerFor, tableRow } from './table.ts'

const now = Date.parse('2026-01-10T00:00:00Z')
const created = '2026-01-08T23:00:00Z'

function row(group: string, kind: string, object: object): unknown[] {
  const shown = printerFor(group, 'v1', kind)
  const whole = { metadata: { name: 'x', creationTimestamp: created }, ...object } as KubernetesObject
  return tableRow(whole, shown, 'None', now).cells
}

test('durations', () => {
  // Source: k8s.io/apimachinery/pkg/util/duration/duration_test.go (TestHumanDuration).
  const h = 3_600_000
  const cases: [number, string][] = [
    [1000, '1s'],
    [70_000, '70s'],
    [190_000, '3m10s'],
    [70 * 60_000, '70m'],
    [47 * h, '47h'],
    [49 * h, '2d1h'],
    [(8 * 24 + 2) * h, '8d'],
    [367 * 24 * h, '367d'],
    [(365 * 2 * 24 + 25) * h, '2y1d'],
    [(365 * 8 * 24 + 2) * h, '8y'],
    [-500, '0s'],
    [-5000, '<invalid>'],
  ]
  for (const [ms, text] of cases) expect(humanDuration(ms)).toBe(text)
})

describe('pods', () => {
  const running = { running: {}, ready: true }
  const ready = (name: string, more: object = {}) => ({
    name,
    ready: true,
    restartCount: 0,
    state: { running },
    ...more,
  })
  const shown = (spec: object, status: object, metadata: object = {}) => {
    return row('', 'Pod', { metadata: { name: 'p', creationTimestamp: created, ...metadata }, spec, status }).slice(
      1,
      4,
    )
  }
  const two = { containers: [{ name: 'a' }, { name: 'b' }] }

  // Source: kubernetes/pkg/printers/internalversion/printers_test.go (TestPrintPod and neighbours).
  const cases: [string, object, object, object, unknown[]][] = [
    [
      'one of two ready',
      two,
      { phase: 'podPhase', containerStatuses: [ready('a', { restartCount: 3 }), { restartCount: 3 }] },
      {},
      ['1/2', 'podPhase', '6'],
    ],
    [
      'waiting reason wins over the phase',
      two,
      {
        phase: 'podPhase',
        containerStatuses: [
          { state: { waiting: { reason: 'ContainerWaitingReason' } }, restartCount: 3 },
          ready('b', { restartCount: 3 }),
        ],
      },
      {},
      ['1/2', 'ContainerWaitingReason', '6'],
    ],
    [
      'terminated by a signal',
      two,
      {
        phase: 'podPhase',
        containerStatuses: [{ state: { terminated: { signal: 9, exitCode: 137 } }, restartCount: 3 }, ready('b')],
      },
      {},
      ['1/2', 'Signal:9', '3'],
    ],
    [
      'terminated with an exit code',
      two,
      { phase: 'podPhase', containerStatuses: [{ state: { terminated: { exitCode: 3 } }, restartCount: 0 }] },
      {},
      ['0/2', 'ExitCode:3', '0'],
    ],
    [
      'running again after one completed',
      two,
      {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          { state: { terminated: { reason: 'Completed', exitCode: 0 } }, restartCount: 0 },
          ready('b'),
        ],
      },
      {},
      ['1/2', 'Running', '0'],
    ],
    [
      'not ready though running',
      two,
      {
        phase: 'Running',
        containerStatuses: [
          { state: { terminated: { reason: 'Completed', exitCode: 0 } }, restartCount: 0 },
          ready('b'),
        ],
      },
      {},
      ['1/2', 'NotReady', '0'],
    ],
    [
      'being deleted',
      two,
      { phase: 'Running', containerStatuses: [ready('a'), ready('b')] },
      { deletionTimestamp: created },
      ['2/2', 'Terminating', '0'],
    ],
    [
      'on a lost node',
      two,
      { phase: 'Running', reason: 'NodeLost' },
      { deletionTimestamp: created },
      ['0/2', 'Unknown', '0'],
    ],
    [
      'init container waiting',
      { ...two, initContainers: [{ name: 'i' }, { name: 'j' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', state: { terminated: { exitCode: 0 } }, restartCount: 0 },
          { name: 'j', state: { waiting: { reason: 'PodInitializing' } }, restartCount: 0 },
        ],
      },
      {},
      ['0/2', 'Init:1/2', '0'],
    ],
    [
      'init container failed',
      { ...two, initContainers: [{ name: 'i' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', state: { terminated: { exitCode: 2, reason: 'Error' } }, restartCount: 3 },
        ],
      },
      {},
      ['0/2', 'Init:Error', '3'],
    ],
    [
      'a sidecar counts',
      { ...two, initContainers: [{ name: 's', restartPolicy: 'Always' }] },
      {
        phase: 'Running',
        initContainerStatuses: [ready('s', { started: true })],
        containerStatuses: [ready('a'), ready('b')],
      },
      {},
      ['3/3', 'Running', '0'],
    ],
    [
      'scheduling gated',
      two,
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      {},
      ['0/2', 'SchedulingGated', '0'],
    ],
    [
      'last restart is told',
      two,
      {
        phase: 'Running',
        containerStatuses: [
          ready('a', {
            restartCount: 3,
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-09T23:59:50Z' } },
          }),
          ready('b'),
        ],
      },
      {},
      ['2/2', 'Running', '3 (10s ago)'],
    ],
  ]
  for (const [name, spec, status, metadata, expected] of cases) {
    test(name, () => expect(shown(spec, status, metadata)).toEqual(expected))
  }

  test('a finished pod has a row condition', () => {
    const table = makeTable(
      [{ metadata: { name: 'p' }, status: { phase: 'Succeeded' } } as KubernetesObject],
      printerFor('', 'v1', 'Pod'),
      { include: 'Metadata', nowMs: now },
    )
    expect(table.rows[0]!.conditions).toEqual([
      { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
    ])
    expect(table.rows[0]!.object).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'p' },
    })
  })
})

// Source: kubernetes/pkg/printers/internalversion/printers_test.go.
const others: [string, string, object, unknown[]][] = [
  [
    'apps',
    'Deployment',
    {
      spec: {
        replicas: 5,
        selector: { matchLabels: { foo: 'bar' } },
        template: {
          spec: {
            containers: [
              { name: 'fake1', image: 'i1' },
              { name: 'fake2', image: 'i2' },
            ],
          },
        },
      },
      status: { updatedReplicas: 20, availableReplicas: 50 },
    },
    ['x', '0/5', 20, 50, '25h', 'fake1,fake2', 'i1,i2', 'foo=bar'],
  ],
  [
    '',
    'Service',
    { spec: { type: 'ClusterIP', clusterIPs: ['10.9.8.7'], ports: [{ port: 8888, protocol: 'tcp' }] } },
    ['x', 'ClusterIP', '10.9.8.7', '<none>', '8888/tcp', '25h', '<none>'],
  ],
  [
    '',
    'Service',
    { spec: { type: 'NodePort', clusterIPs: ['10.9.8.7'], ports: [{ port: 8888, nodePort: 9999, protocol: 'TCP' }] } },
    ['x', 'NodePort', '10.9.8.7', '<none>', '8888:9999/TCP', '25h', '<none>'],
  ],
  [
    '',
    'Service',
    { spec: { type: 'LoadBalancer', clusterIPs: ['10.9.8.7'], ports: [] } },
    ['x', 'LoadBalancer', '10.9.8.7', '<pending>', '<none>', '25h', '<none>'],
  ],
  [
    '',
    'Secret',
    { type: 'kubernetes.io/service-account-token', data: { token: 'AA==' } },
    ['x', 'kubernetes.io/service-account-token', 1, '25h'],
  ],
  [
    '',
    'Node',
    { spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    ['x', 'Ready,SchedulingDisabled', '<none>', '25h', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'],
  ],
  [
    'discovery.k8s.io',
    'EndpointSlice',
    {
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.1.2.3', '2001:db8::1234:5678'] }],
    },
    ['x', 'IPv4', '80', '10.1.2.3,2001:db8::1234:5678', '25h'],
  ],
  [
    'batch',
    'Job',
    {
      spec: { completions: 2 },
      status: {
        succeeded: 1,
        startTime: '2026-01-09T23:00:00Z',
        completionTime: '2026-01-09T23:01:00Z',
        conditions: [{ type: 'Complete', status: 'True' }],
      },
    },
    ['x', 'Complete', '1/2', '60s', '25h', '', '', '<none>'],
  ],
  [
    '',
    'PersistentVolumeClaim',
    {
      spec: { volumeName: 'v', storageClassName: 's', volumeMode: 'Block' },
      status: { phase: 'Bound', accessModes: ['ReadOnlyMany'], capacity: { storage: '4Gi' } },
    },
    ['x', 'Bound', 'v', '4Gi', 'ROX', 's', '<unset>', '25h', 'Block'],
  ],
  [
    'rbac.authorization.k8s.io',
    'RoleBinding',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', namespace: 'n', name: 'a' },
      ],
    },
    ['x', 'Role/r', '25h', 'u', '', 'n/a'],
  ],
  ['rbac.authorization.k8s.io', 'ClusterRole', {}, ['x', created]],
]

describe('others', () => {
  for (const [group, kind, object, cells] of others) test(kind, () => expect(row(group, kind, object)).toEqual(cells))

  test('whatever an object holds, each kind gives as many cells as it has columns', () => {
    for (const [index, r] of resourcesServed().entries()) {
      const shown = printerFor(r.group, r.version, r.kind)
      const schema = schemaFor(r.group, r.version, r.kind)!
      for (let round = 0; round < 20; round++) {
        const made = new ObjectMaker(seeded(index * 1000 + round), 0.8).object(schema)
        const object = conform(made, schema).object as KubernetesObject
        const { cells } = tableRow(object, shown, 'None', now)
        expect({ kind: r.kind, count: cells.length }).toEqual({ kind: r.kind, count: shown.columns.length })
        expect(cells.some((cell) => cell === undefined)).toBe(false)
      }
    }
  })
})
