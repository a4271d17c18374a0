import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  configmaps,
  deployments,
  endpoints,
  endpointslices,
  namespaces,
  pods,
  replicasets,
  serviceaccounts,
  services,
} from '../../api/schema/generated/resources.ts'
import type { Deployment } from '../../api/schema/generated/types/apps-v1.ts'
import { SimulatedCluster } from './simulation/cluster.ts'

let cluster: SimulatedCluster
beforeEach(async () => {
  cluster = await SimulatedCluster.start()
})
afterEach(() => cluster.stop())

const web = (replicas: number, image = 'nginx:1'): Deployment => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    selector: { matchLabels: { app: 'web' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
  },
})

const isRolledOut = async () => {
  const { spec, status, metadata } = await cluster.client.resource(deployments, 'default').get('web')
  return (
    status?.observedGeneration === metadata?.generation &&
    status?.updatedReplicas === spec?.replicas &&
    status?.replicas === spec?.replicas &&
    status?.availableReplicas === spec?.replicas
  )
}

test('a Deployment runs, scales, and rolls to a new template', async () => {
  const all = cluster.client.resource(deployments, 'default')
  await all.create(web(2))
  await cluster.until('2 replicas run', isRolledOut)
  const first = await all.get('web')
  expect(first.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort()).toEqual([
    'Available=True MinimumReplicasAvailable',
    'Progressing=True NewReplicaSetAvailable',
  ])
  await all.update({ ...first, spec: { ...first.spec!, replicas: 4 } })
  await cluster.until('4 replicas run', isRolledOut)
  const scaled = await all.get('web')
  await all.update({ ...scaled, spec: web(4, 'nginx:2').spec })
  await cluster.until('the new image runs', isRolledOut)
  const { items } = await cluster.client.resource(pods, 'default').list()
  expect(items.map((pod) => pod.spec?.containers[0]?.image)).toEqual(Array(4).fill('nginx:2'))
  const sets = await cluster.client.resource(replicasets, 'default').list()
  const revisions = sets.items.map((rs) => [
    rs.metadata?.annotations?.['deployment.kubernetes.io/revision'],
    rs.spec?.replicas,
  ])
  expect(revisions.sort()).toEqual([
    ['1', 0],
    ['2', 4],
  ])
  expect((await all.get('web')).metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('2')
})

const isGone = async (list: Promise<{ items: unknown[] }>) => (await list).items.length === 0

test('a deleted Deployment takes its ReplicaSets and pods with it', async () => {
  const { client } = cluster
  await client.resource(deployments).create(web(3))
  await cluster.until('3 replicas run', isRolledOut)
  await client.resource(deployments, 'default').delete('web', { propagationPolicy: 'Background' })
  await cluster.until('its pods are gone', () => isGone(client.resource(pods, 'default').list()))
  await cluster.until('its sets are gone', () => isGone(client.resource(replicasets, 'default').list()))
})

test('in the foreground the owner goes last', async () => {
  const { client } = cluster
  await client.resource(deployments).create(web(3))
  await cluster.until('3 replicas run', isRolledOut)
  await client.resource(deployments, 'default').delete('web', { propagationPolicy: 'Foreground' })
  await cluster.until('it is gone', () => isGone(client.resource(deployments, 'default').list()))
  expect((await client.resource(replicasets, 'default').list()).items).toEqual([])
  expect((await client.resource(pods, 'default').list()).items).toEqual([])
})

test('orphans stay, and are adopted by a new Deployment', async () => {
  const { client } = cluster
  await client.resource(deployments).create(web(2))
  await cluster.until('2 replicas run', isRolledOut)
  const before = (await client.resource(pods, 'default').list()).items.map((pod) => pod.metadata?.uid)
  await client.resource(deployments, 'default').delete('web', { propagationPolicy: 'Orphan' })
  await cluster.until('it is gone', () => isGone(client.resource(deployments, 'default').list()))
  const [set] = (await client.resource(replicasets, 'default').list()).items
  expect(set?.metadata?.ownerReferences ?? []).toEqual([])
  const made = await client.resource(deployments).create(web(2))
  await cluster.until('2 replicas run', isRolledOut)
  const [adopted] = (await client.resource(replicasets, 'default').list()).items
  expect(adopted?.metadata?.ownerReferences?.[0]?.uid).toBe(made.metadata!.uid!)
  expect((await client.resource(pods, 'default').list()).items.map((pod) => pod.metadata?.uid)).toEqual(before)
})

test('a Service has slices and Endpoints of its ready pods, and they follow', async () => {
  const { client } = cluster
  await client.resource(services).create({
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
  })
  await client.resource(deployments).create(web(3))
  const addresses = async () => {
    const { items } = await client.resource(endpointslices, 'default').list()
    return items.flatMap(({ endpoints = [] }) =>
      endpoints.filter((e) => e.conditions?.ready).map((e) => e.addresses[0]),
    )
  }
  await cluster.until('3 addresses', async () => (await addresses()).length === 3)
  const { items } = await client.resource(endpointslices, 'default').list()
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    metadata: { labels: { 'kubernetes.io/service-name': 'web' }, ownerReferences: [{ kind: 'Service', name: 'web' }] },
  })
  const old = async () => (await client.resource(endpoints, 'default').get('web')).subsets?.[0]?.addresses?.length
  await cluster.until('3 addresses in Endpoints', async () => (await old()) === 3)
  const current = await client.resource(deployments, 'default').get('web')
  await client.resource(deployments).update({ ...current, spec: { ...current.spec!, replicas: 1 } })
  await cluster.until('1 address', async () => (await addresses()).length === 1)
  await client.resource(services, 'default').delete('web')
  await cluster.until('slices are gone', () => isGone(client.resource(endpointslices, 'default').list()))
  await cluster.until('Endpoints are gone', () => isGone(client.resource(endpoints, 'default').list()))
})

test('a namespace has its account and authority, and is emptied before it goes', async () => {
  const { client } = cluster
  await client.resource(namespaces).create({ metadata: { name: 'shop' } })
  await cluster.until('account', async () => (await client.resource(serviceaccounts, 'shop').list()).items.length === 1)
  await cluster.until('authority', async () => (await client.resource(configmaps, 'shop').list()).items.length === 1)
  expect(await client.resource(configmaps, 'shop').get('kube-root-ca.crt')).toMatchObject({ data: { 'ca.crt': 'PEM' } })
  const deployment = web(2)
  deployment.metadata!.namespace = 'shop'
  await client.resource(deployments).create(deployment)
  await cluster.until('2 pods', async () => (await client.resource(pods, 'shop').list()).items.length === 2)
  await client.resource(namespaces).delete('shop')
  await cluster.until('it is gone', async () => {
    const { items } = await client.resource(namespaces).list()
    return !items.some(({ metadata }) => metadata?.name === 'shop')
  })
  expect((await client.resource(pods, 'shop').list()).items).toEqual([])
})
