import { afterEach, beforeEach, expect, test } from 'bun:test'
import { isReady } from '../../agent/control/object/pod.ts'
import { PodCount } from '../../agent/control/simulation/pod-count.ts'
import { deployments, pods } from '../../api/schema/generated/resources.ts'
import type { Deployment } from '../../api/schema/generated/types/apps-v1.ts'
import { QuorumCluster } from './quorum-cluster.ts'

// Three voters, two of them processes of their own; the leader's loops run where the leader is.

const replicas = 50
const maxSurge = 5
const maxUnavailable = 3

let cluster: QuorumCluster
beforeEach(async () => {
  cluster = await QuorumCluster.start()
}, 60_000)
afterEach(() => cluster.stop(), 60_000)

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

const list = () => cluster.client.resource(pods, 'default').list()

const isComplete = async (image: string) => {
  const { items } = await list()
  const { status } = await cluster.client.resource(deployments, 'default').get('web')
  const isAll = items.length === replicas && items.every((pod) => pod.spec?.containers[0]?.image === image)
  return isAll && items.every(isReady) && status?.updatedReplicas === replicas && status.availableReplicas === replicas
}

const isUnderWay = async (image: string, count: number) => {
  const { items } = await list()
  return items.filter((pod) => pod.spec?.containers[0]?.image === image).length >= count
}

async function update(image: string): Promise<void> {
  const all = cluster.client.resource(deployments, 'default')
  await all.patch('web', { spec: web(image).spec }, { type: 'merge' })
}

/** Counts pods from now on. */
async function count(): Promise<PodCount> {
  const { items, metadata } = await list()
  return new PodCount(cluster.client.resource(pods, 'default'), metadata.resourceVersion, items)
}

test('kill -9 of the leader in a rolling update of 50: it completes and never leaves its limits', async () => {
  await cluster.client.resource(deployments).create(web('one'))
  await cluster.until('50 run', () => isComplete('one'))
  const watcher = await count()
  const { id, term } = await cluster.leader()
  await update('two')
  await cluster.until('it is under way', () => isUnderWay('two', 10))
  const begin = performance.now()
  await cluster.kill(id)
  const next = await cluster.nextLeader(term)
  const totalMs = performance.now() - begin
  console.log(`loops worked ${next.tookMs!.toFixed(0)} ms after the election, ${totalMs.toFixed(0)} ms after the kill`)
  expect(next.id).not.toBe(id)
  await cluster.until('it is complete', () => isComplete('two'))
  await watcher.stop()
  expect(watcher.most).toBeLessThanOrEqual(replicas + maxSurge)
  expect(watcher.fewestReady).toBeGreaterThanOrEqual(replicas - maxUnavailable)
}, 120_000)

test('a leader stopped in a rolling update that goes on 10 s later changes nothing', async () => {
  await cluster.client.resource(deployments).create(web('one'))
  await cluster.until('50 run', () => isComplete('one'))
  const watcher = await count()
  const { id, term } = await cluster.leader()
  await update('two')
  await cluster.until('it is under way', () => isUnderWay('two', 10))
  cluster.signal(id, 'SIGSTOP')
  const next = await cluster.nextLeader(term)
  expect(next.id).not.toBe(id)
  await cluster.until('it is complete', () => isComplete('two'))
  await Bun.sleep(10_000)
  const { store } = cluster.first
  const changes = store.watch('', store.revision)
  const seen = collect(changes)
  // There is work, for whoever believes to lead.
  await update('three')
  cluster.signal(id, 'SIGCONT')
  await cluster.until('the next one is complete', () => isComplete('three'))
  await cluster.until('it has heard of the new term', async () => cluster.termOf(id) > term)
  await Bun.sleep(500)
  changes.close()
  const peers = new Set<string>()
  for (const { key, revision } of await seen) {
    const items = await store.history(key, 100)
    peers.add(items.find((item) => item.revision === revision)!.author.peer)
  }
  expect([...peers].sort()).toEqual([...new Set(['1', next.id])].sort())
  await watcher.stop()
  expect(watcher.most).toBeLessThanOrEqual(replicas + maxSurge)
  expect(watcher.fewestReady).toBeGreaterThanOrEqual(replicas - maxUnavailable)
}, 120_000)

async function collect(changes: AsyncIterable<{ events: { key: string; revision: number }[] }>) {
  const all: { key: string; revision: number }[] = []
  for await (const { events } of changes) all.push(...events.map(({ key, revision }) => ({ key, revision })))
  return all
}
