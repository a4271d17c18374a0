import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  endpoints,
  endpointslices,
  persistentvolumeclaims,
  persistentvolumes,
  pods,
  services,
  storageclasses,
} from '../../api/schema/generated/resources.ts'
import { SimulatedCluster } from './simulation/cluster.ts'

let cluster: SimulatedCluster
beforeEach(async () => {
  cluster = await SimulatedCluster.start()
})
afterEach(() => cluster.stop())

test('an ephemeral volume has a claim as long as its pod lives, and one of another owner is not taken for it', async () => {
  const { client } = cluster
  const claims = client.resource(persistentvolumeclaims, 'default')
  const all = client.resource(pods, 'default')
  const claimSpec = {
    storageClassName: 'disks',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
  }
  await client.resource(storageclasses).create({
    metadata: { name: 'disks' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  })
  await client.resource(persistentvolumes).create({
    metadata: { name: 'disk' },
    spec: {
      storageClassName: 'disks',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      local: { path: '/disk' },
    },
  })
  const pod = (name: string) => ({
    metadata: { name },
    spec: {
      containers: [{ name: 'main', image: 'a' }],
      volumes: [
        { name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: claimSpec } } },
      ],
    },
  })
  await claims.create({ metadata: { name: 'stranger-scratch' }, spec: claimSpec })
  await all.create(pod('stranger'))
  const made = await all.create(pod('p'))
  await cluster.until('it runs', async () => (await all.get('p')).status?.phase === 'Running')
  expect(await claims.get('p-scratch')).toMatchObject({
    metadata: { labels: { a: 'b' }, ownerReferences: [{ kind: 'Pod', uid: made.metadata!.uid, controller: true }] },
    spec: { volumeName: 'disk' },
    status: { phase: 'Bound' },
  })
  const why = async () => (await all.get('stranger')).status?.conditions?.[0]?.message ?? ''
  await cluster.until('the other one says why', async () =>
    (await why()).includes('PVC default/stranger-scratch was not created for pod default/stranger (pod is not owner)'),
  )
  await all.delete('p', { gracePeriodSeconds: 0 })
  await cluster.until('only the claim of the other owner is left', async () => {
    return (await claims.list()).items.map(({ metadata }) => metadata?.name).join() === 'stranger-scratch'
  })
})

test('Endpoints that a user gives a service without selector become slices, and follow', async () => {
  const { client } = cluster
  const all = client.resource(endpoints, 'default')
  const slices = async () => (await client.resource(endpointslices, 'default').list()).items
  const addresses = async () =>
    (await slices()).flatMap(({ endpoints: list = [] }) => list.map((e) => `${e.addresses[0]} ${e.conditions?.ready}`))
  await client.resource(services, 'default').create({ metadata: { name: 'db' }, spec: { ports: [{ port: 5432 }] } })
  const ports = [{ port: 5432 }]
  const made = await all.create({
    metadata: { name: 'db' },
    subsets: [{ addresses: [{ ip: '192.0.2.1' }], notReadyAddresses: [{ ip: '192.0.2.2' }], ports }],
  })
  await cluster.until('they are there', async () => (await addresses()).join() === '192.0.2.1 true,192.0.2.2 false')
  expect((await slices())[0]).toMatchObject({
    ports: [{ port: 5432, protocol: 'TCP' }],
    metadata: {
      labels: {
        'kubernetes.io/service-name': 'db',
        'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      },
      ownerReferences: [{ kind: 'Endpoints', name: 'db' }],
    },
  })
  const first = (await slices())[0]!.metadata!.name
  await all.update({ ...made, subsets: [{ addresses: [{ ip: '192.0.2.2' }, { ip: '2001:db8::1' }], ports }] })
  await cluster.until(
    'they follow',
    async () => (await addresses()).sort().join() === '192.0.2.2 true,2001:db8::1 true',
  )
  expect((await slices()).map((slice) => slice.metadata?.name)).toContain(first)
  const labels = { 'endpointslice.kubernetes.io/skip-mirror': 'true' }
  await all.patch('db', { metadata: { labels } }, { type: 'merge' })
  await cluster.until('they are not mirrored any more', async () => (await slices()).length === 0)
})
