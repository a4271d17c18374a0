/**
 * `scripts/bench control`: pods scheduled a second on 100 pretend nodes, a Deployment scaled from 0 to 1,000 with
 * pretend workers, and what the loops take of a core with 5,000 idle pods on nodes that report each ten seconds. In
 * process, over the store in memory.
 */
import { parseArgs } from 'node:util'
import { deployments, pods } from '../../api/schema/generated/resources.ts'
import type { Pod } from '../../api/schema/generated/types/core-v1.ts'
import { SimulatedCluster } from './simulation/cluster.ts'

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '1000' },
    nodes: { type: 'string', default: '100' },
    idle: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '20' },
  },
})
/** Nothing is waited for longer. */
const patienceMs = 300_000
const podCount = Number(values.pods)
const nodeCount = Number(values.nodes)
const labels = { app: 'web' }
const containers = [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '100m', memory: '64Mi' } } }]

async function inBatches(count: number, size: number, run: (index: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i += size) {
    await Promise.all(Array.from({ length: Math.min(size, count - i) }, (_, k) => run(i + k)))
  }
}

function podNamed(name: string): Pod {
  return { metadata: { name, labels }, spec: { containers } }
}

/** Pods are there first; then the leader's loops start. */
async function measureScheduling(): Promise<number> {
  const cluster = await SimulatedCluster.start({ nodes: nodeCount, fateOf: () => 'pend' })
  await cluster.control.stop()
  const all = cluster.client.resource(pods, 'default')
  await inBatches(podCount, 100, (i) => all.create(podNamed(`pod-${i}`)))
  const beginMs = performance.now()
  await cluster.changeLeader()
  const areScheduled = async () => {
    await Bun.sleep(5)
    const { items } = await all.list({ fieldSelector: 'spec.nodeName=', limit: 1, resourceVersion: '0' })
    return items.length === 0
  }
  await cluster.until('all have a node', areScheduled, patienceMs)
  const elapsedMs = performance.now() - beginMs
  await cluster.stop()
  return (podCount / elapsedMs) * 1000
}

async function measureScaling(): Promise<number> {
  const cluster = await SimulatedCluster.start({ nodes: nodeCount })
  const all = cluster.client.resource(deployments, 'default')
  const spec = {
    replicas: 0,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
  }
  await all.create({ metadata: { name: 'web' }, spec })
  const available = async () => (await all.get('web')).status?.availableReplicas ?? 0
  await cluster.until('it is seen', async () => (await all.get('web')).status?.observedGeneration === 1)
  const made = await all.get('web')
  const beginMs = performance.now()
  await all.update({ ...made, spec: { ...made.spec!, replicas: podCount } })
  await cluster.until(
    'all are available',
    async () => {
      await Bun.sleep(20)
      return (await available()) === podCount
    },
    patienceMs,
  )
  const elapsedMs = performance.now() - beginMs
  await cluster.stop()
  return elapsedMs / 1000
}

/** What 5,000 pods leave behind when they are made is collected within this. */
const settleMs = 10_000

/** Percent of one core that this process takes, garbage collection included. */
async function measureUse(): Promise<number> {
  await Bun.sleep(settleMs)
  const before = process.cpuUsage()
  const beginMs = performance.now()
  await Bun.sleep(Number(values.seconds) * 1000)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 10 / (performance.now() - beginMs)
}

/** With the loops; and without, when only the nodes report. */
async function measureIdle(): Promise<{ withLoops: number; without: number }> {
  const cluster = await SimulatedCluster.start({ nodes: nodeCount })
  const all = cluster.client.resource(pods, 'default')
  const count = Number(values.idle)
  await inBatches(count, 100, (i) => all.create(podNamed(`pod-${i}`)))
  const running = async () => {
    await Bun.sleep(50)
    const { items } = await all.list({ fieldSelector: 'status.phase!=Running', limit: 1, resourceVersion: '0' })
    return items.length === 0
  }
  await cluster.until('all run', running, patienceMs)
  const withLoops = await measureUse()
  await cluster.control.stop()
  const without = await measureUse()
  await cluster.stop()
  return { withLoops, without }
}

const scheduled = await measureScheduling()
console.log(`scheduled ${podCount} pods on ${nodeCount} nodes: ${scheduled.toFixed(0)} a second`)
const scale = await measureScaling()
console.log(`a Deployment from 0 to ${podCount}, all available: ${scale.toFixed(1)} s`)
const { withLoops, without } = await measureIdle()
const [total, loops] = [withLoops, withLoops - without].map((percent) => percent.toFixed(1))
console.log(`${values.idle} idle pods: ${loops} % of a core for the loops (${total} % with API and pretend workers)`)
console.log(`control: scheduled ${scheduled.toFixed(0)}/s, scale ${scale.toFixed(1)} s`)
