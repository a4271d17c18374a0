import { afterEach, beforeEach, expect, test } from 'bun:test'
import { WatchedRollout } from '../../agent/control/simulation/watched-rollout.ts'
import { QuorumCluster } from './quorum-cluster.ts'

// Three voters, two of them processes of their own; the leader's loops run where the leader is.

/** Any one of them takes a minute at most, on a machine with nothing else to do ten seconds. */
const patienceMs = 300_000

let cluster: QuorumCluster
beforeEach(async () => {
  cluster = await QuorumCluster.start()
}, patienceMs)
afterEach(() => cluster.stop(), patienceMs)

test(
  'kill -9 of the leader in a rolling update of 50: it completes and never leaves its limits',
  async () => {
    const rollout = await WatchedRollout.start(cluster)
    const { id, term } = await cluster.leader()
    await rollout.update('two')
    await rollout.underWay('two', 10)
    const begin = performance.now()
    await cluster.kill(id)
    const next = await cluster.nextLeader(term)
    const totalMs = performance.now() - begin
    console.log(
      `loops worked ${next.tookMs!.toFixed(0)} ms after the election, ${totalMs.toFixed(0)} ms after the kill`,
    )
    expect(next.id).not.toBe(id)
    await rollout.complete('two')
    expect(await rollout.violations()).toEqual([])
  },
  patienceMs,
)

test(
  'a leader stopped in a rolling update that goes on 10 s later changes nothing',
  async () => {
    const rollout = await WatchedRollout.start(cluster)
    const { id, term } = await cluster.leader()
    await rollout.update('two')
    await rollout.underWay('two', 10)
    cluster.signal(id, 'SIGSTOP')
    const stoppedMs = performance.now()
    const next = await cluster.nextLeader(term)
    expect(next.id).not.toBe(id)
    await rollout.complete('two')
    await Bun.sleep(Math.max(0, 10_000 - (performance.now() - stoppedMs)))
    const { store } = cluster.first
    const changes = store.watch('', store.revision)
    const seen = collect(changes)
    // There is work, for whoever believes to lead.
    await rollout.update('three')
    cluster.signal(id, 'SIGCONT')
    await rollout.complete('three')
    await cluster.loopsEnded(id, term)
    // All that it wrote before is behind this.
    await store.barrier()
    changes.close()
    const peers = new Set<string>()
    for (const { key, revision } of await seen) {
      const items = await store.history(key, 100)
      peers.add(items.find((item) => item.revision === revision)!.author.peer)
    }
    expect([...peers]).not.toContain(id)
    expect([...peers]).toContain(next.id)
    expect(await rollout.violations()).toEqual([])
  },
  patienceMs,
)

async function collect(changes: AsyncIterable<{ events: { key: string; revision: number }[] }>) {
  const all: { key: string; revision: number }[] = []
  for await (const { events } of changes) all.push(...events.map(({ key, revision }) => ({ key, revision })))
  return all
}
