import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestCluster, type TestNode } from './test-cluster.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-consensus-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a newcomer gets the operations from a peer, and one that was stopped opens what it has', async () => {
  const cluster = new TestCluster(mkdtempSync(join(root, 'a-')))
  const first = await cluster.start('1')
  for (let at = 0; at < 300; at++) await first.log.propose(Buffer.from(`p${at}`))
  const second = await cluster.start('2')
  expect(second.log.length).toBe(first.log.length)
  expect(second.log.status.configuration.voters).toEqual([])
  first.log.changeMembers({ voters: ['1'], learners: ['2'] })
  await second.log.propose(Buffer.from('from the newcomer'))
  expect(await cluster.caughtUp('2')).toEqual(await cluster.caughtUp('1'))
  await cluster.stop('2')
  await first.log.propose(Buffer.from('meanwhile'))
  await cluster.start('2')
  expect((await cluster.caughtUp('2')).at(-1)).toBe('meanwhile')
  await cluster.close()
}, 120_000)

test('a newcomer waits for a peer, and closing ends the wait', async () => {
  const cluster = new TestCluster(mkdtempSync(join(root, 'b-')))
  const waiting = cluster.start('2')
  await cluster.stop('2')
  const outcome = await waiting.then(
    () => 'open',
    (error: Error) => error.message,
  )
  expect(outcome).toBe('consensus is closed')
  await cluster.close()
}, 120_000)

test('a member with the log of another cluster, or of another generation, is refused on both ends', async () => {
  const cluster = new TestCluster(mkdtempSync(join(root, 'c-')))
  const first = await cluster.start('1')
  const other = await cluster.start('2', { cluster: 'another', isFounder: true })
  const older = await cluster.start('3', { generation: 2, isFounder: true })
  await first.log.propose(Buffer.from('x'))
  const refused = (node: TestNode, id: string) =>
    node.consensus.status.refused.find((refusal) => refusal.id === id)?.reason
  expect(refused(first, '2')).toContain('of cluster another')
  expect(refused(first, '3')).toContain('our log is from before the cluster was restored')
  expect(refused(other, '1')).toContain('of cluster k')
  expect(refused(older, '1')).toContain('its log is from before the cluster was restored')
  await cluster.close()
}, 120_000)

test('what metrics tell: elections, how long the disk takes, how far the log is', async () => {
  const cluster = new TestCluster(mkdtempSync(join(root, 'metrics-')))
  const { consensus, log } = await cluster.start('1')
  for (let at = 0; at < 3; at++) await log.propose(Buffer.from(`p${at}`))
  const { elections, commit, applied } = consensus.status
  expect(elections).toEqual({ campaigns: 1, leaders: 1 })
  expect([commit, applied]).toEqual([log.length, log.length])
  const { fsync, append } = consensus.durations
  for (const durations of [fsync, append]) {
    expect(durations.count).toBeGreaterThan(3)
    expect(durations.sumMs).toBeGreaterThan(0)
  }
  await cluster.close()
}, 120_000)

test('the leader hears which nodes work, and of each when it last said so', async () => {
  const cluster = new TestCluster(mkdtempSync(join(root, 'alive-')))
  const first = await cluster.start('1')
  const second = await cluster.start('2')
  cluster.setMembers('12')
  await cluster.settled('1/2')
  expect([...first.consensus.alive.keys()]).toEqual([])
  const beginMs = first.consensus.clock.monotonicMs()
  first.consensus.live()
  second.consensus.live()
  while (!first.consensus.alive.has('2')) await Bun.sleep(5)
  expect([...first.consensus.alive.keys()].sort()).toEqual(['1', '2'])
  for (const atMs of first.consensus.alive.values()) expect(atMs).toBeGreaterThanOrEqual(beginMs)
  // Who does not lead is told nothing.
  expect([...second.consensus.alive.keys()]).toEqual(['2'])
  await cluster.close()
}, 120_000)
