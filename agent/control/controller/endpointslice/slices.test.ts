import { expect, test } from 'bun:test'
import type { Pod, Service } from '../../../../api/schema/generated/types/core-v1.ts'
import type { EndpointSlice } from '../../../../api/schema/generated/types/discovery-v1.ts'
import { endpointsOf } from '../endpoints/subsets.ts'
import { planSlices } from './slices.ts'

// Expectations from k8s.io/endpointslice/reconciler_test.go, utils_test.go and the EndpointSlice page of the docs.

const service = (extra: Service['spec'] = {}): Service => ({
  metadata: { name: 'web', namespace: 'default', uid: 's', labels: { tier: 'front' } },
  spec: {
    selector: { app: 'web' },
    clusterIP: '10.43.0.5',
    ports: [{ name: 'http', port: 80, targetPort: 8080 }],
    ...extra,
  },
})

const pod = (n: number, change: { ready?: boolean; deleting?: boolean; port?: number; phase?: string } = {}): Pod => ({
  metadata: {
    name: `web-${n}`,
    namespace: 'default',
    uid: `uid-${n}`,
    deletionTimestamp: change.deleting ? '2026-01-01T00:00:00Z' : undefined,
  },
  spec: {
    nodeName: 'node-a',
    containers: [{ name: 'main', ports: [{ name: 'web', containerPort: change.port ?? 9000 }] }],
  },
  status: {
    phase: change.phase ?? 'Running',
    podIP: `10.42.${n >> 8}.${n & 255}`,
    conditions: [{ type: 'Ready', status: change.ready === false ? 'False' : 'True' }],
  },
})

const zoneOf = () => 'zone-1'
let made = 0
/** What the server would have after the plan. */
function carryOut(slices: EndpointSlice[], plan: ReturnType<typeof planSlices>): EndpointSlice[] {
  const name = (slice: EndpointSlice) => slice.metadata!.name
  const kept = slices
    .filter((slice) => !plan.remove.some((other) => name(other) === name(slice)))
    .map((slice) => plan.update.find((other) => name(other) === name(slice)) ?? slice)
  const created = plan.create.map((slice) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${made++}` } }))
  return [...kept, ...created]
}

test('endpoints have address, conditions, node, zone and pod; the slice names its service and owner', () => {
  const plan = planSlices(service(), [pod(1)], [], zoneOf)
  expect(plan.create).toEqual([
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: 'web-',
        namespace: 'default',
        labels: {
          tier: 'front',
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Service', name: 'web', uid: 's', controller: true, blockOwnerDeletion: true },
        ],
      },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.42.0.1'],
          conditions: { ready: true, serving: true, terminating: false },
          hostname: undefined,
          nodeName: 'node-a',
          zone: 'zone-1',
          targetRef: { kind: 'Pod', namespace: 'default', name: 'web-1', uid: 'uid-1' },
        },
      ],
      ports: [{ name: 'http', protocol: 'TCP', port: 8080, appProtocol: undefined }],
    },
  ])
})

test.each([
  ['ready', {}, {}, { ready: true, serving: true, terminating: false }],
  ['not ready', { ready: false }, {}, { ready: false, serving: false, terminating: false }],
  ['terminating, still serving', { deleting: true }, {}, { ready: false, serving: true, terminating: true }],
  [
    'published although not ready',
    { ready: false },
    { publishNotReadyAddresses: true },
    { ready: true, serving: false, terminating: false },
  ],
  [
    'published although terminating',
    { deleting: true },
    { publishNotReadyAddresses: true },
    { ready: true, serving: true, terminating: true },
  ],
])('conditions: %s', (_, change, spec, conditions) => {
  const plan = planSlices(service(spec), [pod(1, change)], [], zoneOf)
  expect(plan.create[0]?.endpoints?.[0]?.conditions).toEqual(conditions)
})

test('at most 100 endpoints a slice, and few writes when pods come and go', () => {
  const many = Array.from({ length: 250 }, (_, n) => pod(n))
  let slices = carryOut([], planSlices(service(), many, [], zoneOf))
  expect(slices.map(({ endpoints }) => endpoints?.length)).toEqual([100, 100, 50])
  expect(planSlices(service(), many, slices, zoneOf)).toEqual({ create: [], update: [], remove: [] })
  const changed = planSlices(service(), [...many, pod(250)], slices, zoneOf)
  expect([changed.create.length, changed.update.length]).toEqual([0, 1])
  slices = carryOut(slices, changed)
  // One of the first slice goes and another comes: both in one write.
  const swapped = planSlices(service(), [...many.slice(1), pod(250), pod(300)], slices, zoneOf)
  expect([swapped.create.length, swapped.update.length, swapped.remove.length]).toEqual([0, 1, 0])
  const few = planSlices(service(), many.slice(0, 3), slices, zoneOf)
  expect([few.create.length, few.update.length, few.remove.length]).toEqual([0, 1, 2])
})

test('pods with other numbers for a named port have a slice of their own', () => {
  const named = service({ ports: [{ name: 'http', port: 80, targetPort: 'web' }] })
  const plan = planSlices(named, [pod(1), pod(2, { port: 9001 }), pod(3)], [], zoneOf)
  expect(plan.create.map(({ ports, endpoints }) => [ports?.[0]?.port, endpoints?.length])).toEqual([
    [9000, 2],
    [9001, 1],
  ])
  const unnamed = planSlices(service({ ports: [{ port: 80, targetPort: 'other' }] }), [pod(1)], [], zoneOf)
  expect(unnamed.create.map(({ endpoints }) => endpoints)).toEqual([[]])
})

test('without pods there is one empty slice; it stays one; headless services are labelled', () => {
  const headless = service({ clusterIP: 'None', ports: undefined })
  const first = planSlices(headless, [], [], zoneOf)
  expect(first.create).toHaveLength(1)
  expect(first.create[0]?.metadata?.labels).toMatchObject({ 'service.kubernetes.io/headless': '' })
  const slices = carryOut([], first)
  expect(planSlices(headless, [], slices, zoneOf)).toEqual({ create: [], update: [], remove: [] })
  const filled = planSlices(headless, [pod(1)], slices, zoneOf)
  expect([filled.create.length, filled.update.length]).toEqual([0, 1])
})

test('Endpoints: ready and unready apart, no terminating or ended ones, at most 1,000', () => {
  const pods = [pod(1), pod(2, { ready: false }), pod(3, { deleting: true }), pod(4, { phase: 'Failed' })]
  const { subsets, metadata } = endpointsOf(service(), pods, undefined)
  expect(subsets).toHaveLength(1)
  expect(subsets?.[0]?.addresses?.map(({ ip }) => ip)).toEqual(['10.42.0.1'])
  expect(subsets?.[0]?.notReadyAddresses?.map(({ ip }) => ip)).toEqual(['10.42.0.2'])
  expect(subsets?.[0]?.ports).toEqual([{ name: 'http', protocol: 'TCP', port: 8080, appProtocol: undefined }])
  expect(metadata?.annotations).toBeUndefined()
  const many = endpointsOf(
    service(),
    Array.from({ length: 1100 }, (_, n) => pod(n)),
    undefined,
  )
  expect(many.subsets?.[0]?.addresses).toHaveLength(1000)
  expect(many.metadata?.annotations).toEqual({ 'endpoints.kubernetes.io/over-capacity': 'truncated' })
})
