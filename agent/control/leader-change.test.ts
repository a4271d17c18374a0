import { afterEach, beforeEach, expect, test } from 'bun:test'
import { systemClock } from '../../mesh/clock/clock.ts'
import type { LogFields, Logger } from '../../mesh/logger/logger.ts'
import { type Control, startControl } from './control.ts'
import { SimulatedCluster } from './simulation/cluster.ts'
import { WatchedRollout } from './simulation/watched-rollout.ts'

// In one process; with voters that are killed and stopped: test/fault/control-leader.test.ts.

let cluster: SimulatedCluster
beforeEach(async () => {
  cluster = await SimulatedCluster.start()
})
afterEach(() => cluster.stop())

test('a rolling update of 50 goes on under other leaders and never leaves its limits', async () => {
  const rollout = await WatchedRollout.start(cluster)
  await rollout.update('two')
  await rollout.underWay('two', 10)
  await cluster.changeLeader()
  await rollout.underWay('two', 30)
  await cluster.changeLeader()
  await rollout.complete('two')
  expect(await rollout.violations()).toEqual([])
}, 120_000)

test('a leader that was stopped and goes on after its time is over changes nothing', async () => {
  const rollout = await WatchedRollout.start(cluster)
  // The next leader, of term 2, has written; the loops of term 1 never heard that they are over.
  let heard = () => {}
  const hear = (_: string, fields: LogFields = {}) => {
    if (fields.key === 'default/web' && String(fields.error).includes('term 2 has begun')) heard()
  }
  const log: Logger = { debug: hear, info: hear, warn: hear, error: hear, child: () => log }
  const late: Control = startControl({
    client: cluster.api.client('system:late'),
    ...{ term: 1, clock: systemClock, log, clusterCaPem: 'OTHER PEM' },
  })
  await late.ready()
  await cluster.changeLeader()
  await rollout.update('two')
  await rollout.complete('two')
  await cluster.control.stop()
  // Its loops see the change, and work on it, in vain.
  const refused = new Promise<void>((resolve) => {
    heard = resolve
  })
  await rollout.update('three')
  const after = cluster.store.revision
  await refused
  await late.stop()
  expect(cluster.store.revision).toBe(after)
  expect(await rollout.violations()).toEqual([])
}, 120_000)
