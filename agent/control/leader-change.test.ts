import { afterEach, beforeEach, expect, test } from 'bun:test'
import { deployments, pods } from '../../api/schema/generated/resources.ts'
import type { Deployment } from '../../api/schema/generated/types/apps-v1.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { type Control, startControl } from './control.ts'
import { isReady } from './object/pod.ts'
import { SimulatedCluster } from './simulation/cluster.ts'
import { PodCount } from './simulation/pod-count.ts'

const replicas = 50
const maxSurge = 5
const maxUnavailable = 3

let cluster: SimulatedCluster
beforeEach(async () => {
  cluster = await SimulatedCluster.start()
})
afterEach(() => cluster.stop())

function web(image: string): Deployment {
  return {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image }] } },
    },
  }
}

const isComplete = async (image: string) => {
  const { items } = await cluster.client.resource(pods, 'default').list()
  const { status } = await cluster.client.resource(deployments, 'default').get('web')
  const isAll = items.length === replicas && items.every((pod) => pod.spec?.containers[0]?.image === image)
  return isAll && items.every(isReady) && status?.updatedReplicas === replicas && status.availableReplicas === replicas
}

const update = async (image: string) => {
  const current = await cluster.client.resource(deployments, 'default').get('web')
  await cluster.client.resource(deployments).update({ ...current, spec: web(image).spec })
}

test('a rolling update of 50 goes on under other leaders and never leaves its limits', async () => {
  const all = cluster.client.resource(pods, 'default')
  await cluster.client.resource(deployments).create(web('one'))
  await cluster.until('50 run', () => isComplete('one'))
  const { items, metadata } = await all.list()
  const watcher = new PodCount(all, metadata.resourceVersion, items)
  await update('two')
  const isUnderWay = (count: number) => async () => {
    const now = (await all.list()).items
    return now.filter((pod) => pod.spec?.containers[0]?.image === 'two').length >= count
  }
  await cluster.until('it is under way', isUnderWay(10))
  await cluster.changeLeader()
  await cluster.until('it goes on', isUnderWay(30))
  await cluster.changeLeader()
  await cluster.until('it is complete', () => isComplete('two'))
  await watcher.stop()
  expect(watcher.most).toBeLessThanOrEqual(replicas + maxSurge)
  expect(watcher.fewestReady).toBeGreaterThanOrEqual(replicas - maxUnavailable)
}, 60_000)

test('a leader that was stopped and goes on after its time is over changes nothing', async () => {
  await cluster.client.resource(deployments).create(web('one'))
  await cluster.until('50 run', () => isComplete('one'))
  // The next leader, of term 2, has written; the loops of term 1 never heard that they are over.
  const late: Control = startControl({
    client: cluster.api.client('system:late'),
    term: 1,
    clock: systemClock,
    log: silentLogger,
    clusterCaPem: 'OTHER PEM',
  })
  await late.ready()
  await cluster.changeLeader()
  await update('two')
  await cluster.until('it is complete', () => isComplete('two'))
  await cluster.control.stop()
  const before = cluster.store.revision
  const { metadata } = await cluster.client.resource(pods, 'default').list()
  expect(Number(metadata.resourceVersion)).toBe(before)
  await update('three')
  const after = cluster.store.revision
  // Its loops see the change, and work on it, in vain.
  await Bun.sleep(300)
  expect(cluster.store.revision).toBe(after)
  await late.stop()
}, 60_000)
