import { afterEach, beforeEach, expect, test } from 'bun:test'
import { leases, namespaces, nodes } from '../../../../api/schema/generated/resources.ts'
import { SimulatedCluster } from '../../simulation/cluster.ts'
import { VirtualTime } from '../../simulation/virtual-time.ts'
import { leaseNamespace } from './lease-renewal.ts'

let time: VirtualTime
let cluster: SimulatedCluster
/** Nodes whose workers the leader hears over the mesh, by the time it last did. */
const heard = new Map<string, number>()
const silent = new Set<string>()
let life: ReturnType<typeof setInterval>

beforeEach(async () => {
  heard.clear()
  silent.clear()
  time = new VirtualTime(1)
  cluster = await SimulatedCluster.start({ clock: time, heard: () => heard })
  // These workers write nothing by themselves.
  for (const name of ['node-0', 'node-1', 'node-2']) cluster.workers.dead.add(name)
  const say = () => {
    for (const name of ['node-0', 'node-1', 'node-2']) if (!silent.has(name)) heard.set(name, time.monotonicMs())
  }
  say()
  life = setInterval(say, 5000)
  await cluster.client.resource(namespaces).create({ metadata: { name: leaseNamespace } })
  for (const name of heard.keys()) {
    const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: '2020-01-01T00:00:00.000000Z' }
    await cluster.client
      .resource(leases, leaseNamespace)
      .create({ metadata: { name, namespace: leaseNamespace }, spec })
  }
})

afterEach(async () => {
  clearInterval(life)
  await cluster.stop()
  time.restore()
})

const renewedAt = async (name: string) =>
  Date.parse((await cluster.client.resource(leases, leaseNamespace).get(name)).spec!.renewTime!)

const isReady = async (name: string) => {
  const { status } = await cluster.client.resource(nodes).get(name)
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
}

test('the leader renews the Leases of the nodes it hears, all at one time, before they end', async () => {
  let lastMs = 0
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => setTimeout(resolve, 31_000))
    const times = await Promise.all([...heard.keys()].map(renewedAt))
    expect(new Set(times).size).toBe(1)
    expect(times[0]).toBeGreaterThan(lastMs)
    expect(time.nowMs() - times[0]!).toBeLessThan(40_000)
    lastMs = times[0]!
  }
  expect(await isReady('node-0')).toBe(true)
})

test('a node that falls silent is unknown after its grace, not before, and its Lease stays old', async () => {
  await new Promise((resolve) => setTimeout(resolve, 61_000))
  silent.add('node-1')
  const sinceMs = time.monotonicMs()
  const lastMs = heard.get('node-1')!
  while (await isReady('node-1')) await new Promise((resolve) => setTimeout(resolve, 500))
  const silentMs = time.monotonicMs() - lastMs
  expect(silentMs).toBeGreaterThanOrEqual(50_000)
  // A renewal may have vouched for it up to 8 s after it was last heard.
  expect(silentMs).toBeLessThan(60_000)
  expect(time.nowMs() - (await renewedAt('node-1'))).toBeGreaterThan(40_000)
  expect(await isReady('node-0')).toBe(true)
  expect(time.monotonicMs()).toBeGreaterThan(sinceMs)
}, 20_000)
