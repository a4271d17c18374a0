import { afterEach, beforeEach, expect, test } from 'bun:test'
import { deployments, pods, replicasets } from '../../api/schema/generated/resources.ts'
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
