import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  cronjobs,
  daemonsets,
  jobs,
  nodes,
  persistentvolumeclaims,
  persistentvolumes,
  poddisruptionbudgets,
  pods,
  services,
  statefulsets,
  storageclasses,
} from '../../api/schema/generated/resources.ts'
import type { StatefulSet } from '../../api/schema/generated/types/apps-v1.ts'
import type { Job } from '../../api/schema/generated/types/batch-v1.ts'
import type { Pod } from '../../api/schema/generated/types/core-v1.ts'
import { SimulatedCluster } from './simulation/cluster.ts'
import { addNodes, type Fate, pretendNode } from './simulation/pretend-worker.ts'

let cluster: SimulatedCluster
let fate: (pod: Pod) => Fate
beforeEach(async () => {
  fate = () => 'run'
  cluster = await SimulatedCluster.start({ fateOf: (pod) => fate(pod) })
})
afterEach(() => cluster.stop())

const template = (image = 'a') => ({
  metadata: { labels: { app: 'x' } },
  spec: { containers: [{ name: 'main', image }] },
})
const once = () => ({ ...template(), spec: { ...template().spec, restartPolicy: 'Never' } })
const podNames = async () => {
  const { items } = await cluster.client.resource(pods, 'default').list()
  return items.map((pod) => pod.metadata!.name!).sort()
}

const db = (replicas: number, image = 'a'): StatefulSet => ({
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    replicas,
    serviceName: 'db',
    selector: { matchLabels: { app: 'x' } },
    template: template(image),
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
          storageClassName: 'local',
        },
      },
    ],
  },
})

async function addVolumes(count: number): Promise<void> {
  const { client } = cluster
  await client.resource(storageclasses).create({
    metadata: { name: 'local' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  })
  for (let i = 0; i < count; i++) {
    await client.resource(persistentvolumes).create({
      metadata: { name: `disk-${i}` },
      spec: {
        capacity: { storage: '2Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'local',
        persistentVolumeReclaimPolicy: 'Retain',
        local: { path: `/mnt/${i}` },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [`node-${i % 3}`] }] },
            ],
          },
        },
      },
    })
  }
}

test('a StatefulSet comes up in order with volumes, rolls from the top, shrinks, and keeps its claims', async () => {
  const { client } = cluster
  await addVolumes(3)
  const sets = client.resource(statefulsets, 'default')
  await sets.create(db(3))
  const isUp = async (count: number) => {
    const { status, metadata } = await sets.get('db')
    return status?.observedGeneration === metadata?.generation && status?.readyReplicas === count
  }
  await cluster.until('3 pods are ready', () => isUp(3))
  expect(await podNames()).toEqual(['db-0', 'db-1', 'db-2'])
  const claims = await client.resource(persistentvolumeclaims, 'default').list()
  expect(claims.items.map(({ metadata, status }) => `${metadata?.name} ${status?.phase}`)).toEqual([
    'data-db-0 Bound',
    'data-db-1 Bound',
    'data-db-2 Bound',
  ])
  const { items } = await client.resource(pods, 'default').list()
  for (const pod of items) {
    const claim = claims.items.find(({ metadata }) => metadata?.name === `data-${pod.metadata?.name}`)
    const volume = await client.resource(persistentvolumes).get(claim!.spec!.volumeName!)
    const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms
    expect(terms?.[0]?.matchExpressions?.[0]?.values).toEqual([pod.spec!.nodeName!])
  }
  const before = await sets.get('db')
  await sets.update({ ...before, spec: { ...before.spec!, template: template('b') } })
  await cluster.until('the update is complete', async () => {
    const { status, metadata } = await sets.get('db')
    return (
      status?.observedGeneration === metadata?.generation &&
      status?.updatedReplicas === 3 &&
      status.readyReplicas === 3 &&
      status.currentRevision === status.updateRevision
    )
  })
  expect((await sets.get('db')).status?.currentRevision).not.toBe(before.status?.currentRevision)
  const rolled = await sets.get('db')
  await sets.update({ ...rolled, spec: { ...rolled.spec!, replicas: 1 } })
  await cluster.until('1 pod is left', async () => (await podNames()).length === 1)
  expect(await podNames()).toEqual(['db-0'])
  expect((await client.resource(persistentvolumeclaims, 'default').list()).items).toHaveLength(3)
})

test('claims go with the pods when the policy says so', async () => {
  const { client } = cluster
  await addVolumes(2)
  const set = db(2)
  set.spec!.persistentVolumeClaimRetentionPolicy = { whenScaled: 'Delete', whenDeleted: 'Delete' }
  await client.resource(statefulsets).create(set)
  await cluster.until(
    '2 pods',
    async () => (await client.resource(statefulsets, 'default').get('db')).status?.readyReplicas === 2,
  )
  const made = await client.resource(statefulsets, 'default').get('db')
  await client.resource(statefulsets).update({ ...made, spec: { ...made.spec!, replicas: 1 } })
  const claims = async () => (await client.resource(persistentvolumeclaims, 'default').list()).items.length
  await cluster.until('1 claim', async () => (await claims()) === 1)
  await client.resource(statefulsets, 'default').delete('db')
  await cluster.until('no claim', async () => (await claims()) === 0)
})

test('a DaemonSet has one pod on every node it belongs on, and rolls', async () => {
  const { client } = cluster
  const sets = client.resource(daemonsets, 'default')
  await sets.create({
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { app: 'x' } }, template: template() },
  })
  const isUp = async (count: number) => {
    const { status } = await sets.get('d')
    return status?.numberAvailable === count && status.updatedNumberScheduled === count
  }
  await cluster.until('3 daemons', () => isUp(3))
  await addNodes(client, [pretendNode('node-3')])
  await cluster.until('4 daemons', () => isUp(4))
  const onNodes = async () =>
    (await client.resource(pods, 'default').list()).items.map((pod) => pod.spec?.nodeName).sort()
  expect(await onNodes()).toEqual(['node-0', 'node-1', 'node-2', 'node-3'])
  const made = await sets.get('d')
  await sets.update({ ...made, spec: { ...made.spec!, template: template('b') } })
  await cluster.until('the update is complete', async () => {
    const { status, metadata } = await sets.get('d')
    return status?.observedGeneration === metadata?.generation && (await isUp(4))
  })
  const node = await client.resource(nodes).get('node-3')
  await client.resource(nodes).update({ ...node, spec: { ...node.spec, taints: [{ key: 'x', effect: 'NoExecute' }] } })
  await cluster.until('3 daemons', async () => (await onNodes()).length === 3)
})

const job = (spec: Partial<Job['spec']>): Job => ({
  metadata: { name: 'j', namespace: 'default' },
  spec: { parallelism: 2, completions: 5, backoffLimit: 6, template: once(), ...spec },
})
const conditionsOf = async () => {
  const { status } = await cluster.client.resource(jobs, 'default').get('j')
  return status?.conditions?.filter(({ status }) => status === 'True').map(({ type }) => type) ?? []
}

test('a Job succeeds as often as asked, and lets its pods go', async () => {
  fate = () => 'succeed'
  await cluster.client.resource(jobs).create(job({}))
  await cluster.until('it is complete', async () => (await conditionsOf()).includes('Complete'))
  const { status } = await cluster.client.resource(jobs, 'default').get('j')
  expect(status).toMatchObject({ succeeded: 5 })
  expect(status?.active ?? 0).toBe(0)
  expect(status?.failed ?? 0).toBe(0)
  await cluster.until('finalizers are gone', async () => {
    const { items } = await cluster.client.resource(pods, 'default').list()
    return items.length === 5 && items.every((pod) => !pod.metadata?.finalizers?.length)
  })
})

test('an indexed Job runs every index', async () => {
  fate = () => 'succeed'
  await cluster.client.resource(jobs).create(job({ completionMode: 'Indexed', completions: 4 }))
  await cluster.until('it is complete', async () => (await conditionsOf()).includes('Complete'))
  const { status } = await cluster.client.resource(jobs, 'default').get('j')
  expect(status).toMatchObject({ succeeded: 4, completedIndexes: '0-3' })
  const names = (await podNames()).map((name) => name.replace(/-[^-]*$/, ''))
  expect(names).toEqual(['j-0', 'j-1', 'j-2', 'j-3'])
})

test('a Job that fails too often is failed', async () => {
  fate = () => 'fail'
  await cluster.client.resource(jobs).create(job({ backoffLimit: 0 }))
  await cluster.until('it is failed', async () => (await conditionsOf()).includes('Failed'))
  const { status } = await cluster.client.resource(jobs, 'default').get('j')
  expect(status?.conditions?.find(({ type }) => type === 'Failed')?.reason).toBe('BackoffLimitExceeded')
  expect(status?.failed).toBe((await podNames()).length)
})

test('a suspended Job has no pods, and goes on when it is resumed', async () => {
  await cluster.client.resource(jobs).create(job({}))
  await cluster.until('2 pods', async () => (await podNames()).length === 2)
  const running = await cluster.client.resource(jobs, 'default').get('j')
  await cluster.client.resource(jobs).update({ ...running, spec: { ...running.spec!, suspend: true } })
  await cluster.until('no pods', async () => (await podNames()).length === 0)
  const suspended = await cluster.client.resource(jobs, 'default').get('j')
  expect(await conditionsOf()).toEqual(['Suspended'])
  expect(suspended.status?.failed ?? 0).toBe(0)
  fate = () => 'succeed'
  await cluster.client.resource(jobs).update({ ...suspended, spec: { ...suspended.spec!, suspend: false } })
  await cluster.until('it is complete', async () => (await conditionsOf()).includes('Complete'))
})

test('a finished Job goes after its time to live', async () => {
  fate = () => 'succeed'
  await cluster.client.resource(jobs).create(job({ ttlSecondsAfterFinished: 0 }))
  await cluster.until(
    'it is gone',
    async () => (await cluster.client.resource(jobs, 'default').list()).items.length === 0,
  )
  await cluster.until('its pods are gone', async () => (await podNames()).length === 0)
})

test('a CronJob starts what is due', async () => {
  fate = () => 'succeed'
  await cluster.client.resource(cronjobs).create({
    metadata: { name: 'c', namespace: 'default' },
    spec: { schedule: '@every 1s', jobTemplate: { spec: { template: once() } } },
  })
  const succeeded = async () => (await cluster.client.resource(cronjobs, 'default').get('c')).status?.lastSuccessfulTime
  await cluster.until('a job succeeded', async () => (await succeeded()) !== undefined)
  const { items } = await cluster.client.resource(jobs, 'default').list()
  expect(items[0]?.metadata?.ownerReferences?.[0]).toMatchObject({ kind: 'CronJob', name: 'c', controller: true })
})

test('a disruption budget says how many may go, and evictions obey', async () => {
  const { client } = cluster
  await client.resource(statefulsets).create({ ...db(3), spec: { ...db(3).spec!, volumeClaimTemplates: undefined } })
  await client.resource(poddisruptionbudgets).create({
    metadata: { name: 'b', namespace: 'default' },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'x' } } },
  })
  const status = async () => (await client.resource(poddisruptionbudgets, 'default').get('b')).status
  await cluster.until(
    '1 may go',
    async () => (await status())?.disruptionsAllowed === 1 && (await status())?.currentHealthy === 3,
  )
  expect(await status()).toMatchObject({ desiredHealthy: 2, expectedPods: 3 })
  const evict = (name: string) =>
    client.resource(pods, 'default').createSubresource(name, 'eviction', { metadata: { name } })
  fate = () => 'pend'
  await evict('db-0')
  expect(await evict('db-1').then(String, (error) => error.reason)).toBe('TooManyRequests')
})

test('a claim in use is not taken away, nor a volume that is bound', async () => {
  const { client } = cluster
  await addVolumes(1)
  const claims = client.resource(persistentvolumeclaims, 'default')
  await claims.create({ metadata: { name: 'data' }, spec: db(1).spec!.volumeClaimTemplates![0]!.spec })
  await client.resource(pods, 'default').create({
    metadata: { name: 'p' },
    spec: {
      containers: [{ name: 'main', image: 'a' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
    },
  })
  await cluster.until('it is bound', async () => (await claims.get('data')).status?.phase === 'Bound')
  await cluster.until('it is protected', async () => ((await claims.get('data')).metadata?.finalizers ?? []).length > 0)
  await cluster.until(
    'the pod runs',
    async () => (await client.resource(pods, 'default').get('p')).status?.phase === 'Running',
  )
  await claims.delete('data')
  await client.resource(persistentvolumes).delete('disk-0')
  expect((await claims.get('data')).metadata?.deletionTimestamp).toBeDefined()
  await client.resource(pods, 'default').delete('p', { gracePeriodSeconds: 0 })
  await cluster.until('the claim is gone', async () => (await claims.list()).items.length === 0)
  const volumes = async () => (await client.resource(persistentvolumes).list()).items.length
  await cluster.until('the volume is gone', async () => (await volumes()) === 0)
})

test('a LoadBalancer is reached at the ready nodes', async () => {
  const { client } = cluster
  const node = await client.resource(nodes).get('node-0')
  const addresses = [
    { type: 'InternalIP', address: '10.0.0.1' },
    { type: 'ExternalIP', address: '192.0.2.1' },
  ]
  await client.resource(nodes).updateStatus({ ...node, status: { ...node.status, addresses } })
  await client.resource(services, 'default').create({
    metadata: { name: 'lb' },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'x' } },
  })
  const ingress = async () => (await client.resource(services, 'default').get('lb')).status?.loadBalancer?.ingress
  await cluster.until('it has an address', async () => (await ingress())?.length === 1)
  expect(await ingress()).toEqual([{ ip: '192.0.2.1', ipMode: 'VIP' }])
})

test('a pod of higher priority takes the place of a lower one', async () => {
  const { client } = cluster
  const big = (name: string, priority: number, cpu: string): Pod => ({
    metadata: { name, namespace: 'default' },
    spec: { priority, containers: [{ name: 'main', image: 'a', resources: { requests: { cpu } } }] },
  })
  for (let i = 0; i < 3; i++) await client.resource(pods).create(big(`low-${i}`, 0, '40'))
  const running = async (name: string) => {
    const { items } = await client.resource(pods, 'default').list({ fieldSelector: `metadata.name=${name}` })
    return items[0]?.status?.phase === 'Running'
  }
  await cluster.until(
    'they run',
    async () => (await running('low-0')) && (await running('low-1')) && (await running('low-2')),
  )
  await client.resource(pods).create(big('high', 100, '50'))
  await cluster.until('it runs', () => running('high'))
  expect(await podNames()).toHaveLength(3)
})

test('a gated pod waits until its gates are gone', async () => {
  const { client } = cluster
  const all = client.resource(pods, 'default')
  await all.create({
    metadata: { name: 'p' },
    spec: { schedulingGates: [{ name: 'x.io/g' }], containers: [{ name: 'main', image: 'a' }] },
  })
  await cluster.until('it says so', async () => {
    return (await all.get('p')).status?.conditions?.[0]?.reason === 'SchedulingGated'
  })
  const gated = await all.get('p')
  await all.update({ ...gated, spec: { ...gated.spec!, schedulingGates: undefined } })
  await cluster.until('it runs', async () => (await all.get('p')).status?.phase === 'Running')
})
