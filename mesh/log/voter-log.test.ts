import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../logger/logger.ts'
import { fetchOperations } from './fetch-operations.ts'
import { seed, TestLogs } from './test-logs.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-voter-log-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const logsOf = (ids: string[], maxKeptBytes?: number) =>
  new TestLogs(mkdtempSync(join(root, 'logs-')), ids, maxKeptBytes)

test('three voters: proposals at any of them reach all, in one order, as the same bytes', async () => {
  const cluster = await logsOf(['1', '2', '3']).all()
  await Promise.all(
    Array.from({ length: 60 }, (_, at) => cluster.logs.get(`${(at % 3) + 1}`)!.propose(Buffer.from(`p${at}`))),
  )
  const expected = await cluster.caughtUp('1')
  expect(expected.toSorted()).toEqual(Array.from({ length: 60 }, (_, at) => `p${at}`).toSorted())
  const blocks = cluster.delivered.get('1')!
  for (const id of ['2', '3']) {
    expect(await cluster.caughtUp(id)).toEqual(expected)
    expect(cluster.delivered.get(id)!.map(({ timeMs, term }) => [timeMs, term])).toEqual(
      blocks.map(({ timeMs, term }) => [timeMs, term]),
    )
  }
  const times = blocks.map(({ timeMs }) => timeMs)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  await cluster.close()
}, 30_000)

test('the leader is gone: the others go on, and it catches up when it returns', async () => {
  const cluster = await logsOf(['1', '2', '3']).all()
  await cluster.logs.get('1')!.propose(Buffer.from('before'))
  const leader = await cluster.leader()
  await cluster.stop(leader)
  const [other] = cluster.ids.filter((id) => id !== leader)
  for (let at = 0; at < 20; at++) await cluster.logs.get(other!)!.propose(Buffer.from(`during ${at}`))
  await cluster.start(leader)
  await cluster.logs.get(leader)!.propose(Buffer.from('after'))
  const expected = await cluster.caughtUp(other!)
  expect(expected).toEqual(['before', ...Array.from({ length: 20 }, (_, at) => `during ${at}`), 'after'])
  expect(await cluster.caughtUp(leader)).toEqual(expected)
  await cluster.close()
}, 30_000)

test('without a majority nothing is written, nothing is read, and both say so', async () => {
  const cluster = await logsOf(['1', '2', '3']).all()
  const [kept] = cluster.ids
  for (const id of cluster.ids.slice(1)) await cluster.stop(id)
  const log = cluster.logs.get(kept!)!
  const [write, read] = await Promise.allSettled([log.propose(Buffer.from('x')), log.readIndex()])
  expect(write).toMatchObject({ status: 'rejected', reason: { code: expect.stringMatching(/NoQuorum|Unknown/) } })
  expect(read).toMatchObject({ status: 'rejected', reason: { code: 'NoQuorum' } })
  await cluster.close()
}, 30_000)

test('all are stopped and started again: everything is there', async () => {
  const cluster = await logsOf(['1', '2', '3']).all()
  for (let at = 0; at < 10; at++) await cluster.logs.get('2')!.propose(Buffer.from(`p${at}`))
  await cluster.close()
  await cluster.all()
  await cluster.logs.get('3')!.propose(Buffer.from('again'))
  const expected = [...Array.from({ length: 10 }, (_, at) => `p${at}`), 'again']
  for (const id of cluster.ids) expect(await cluster.caughtUp(id)).toEqual(expected)
  await cluster.close()
}, 30_000)

test('leadership goes where it is sent', async () => {
  const cluster = await logsOf(['1', '2', '3']).all()
  const leader = await cluster.leader()
  const [next] = cluster.ids.filter((id) => id !== leader)
  expect(cluster.logs.get(leader)!.transferLeadership(next!)).toBeUndefined()
  while ((await cluster.leader()) !== next) await Bun.sleep(5)
  await cluster.close()
}, 30_000)

test('one voter grows to three, the new ones starting where the operations are', async () => {
  const cluster = logsOf(['1'])
  await cluster.all()
  const first = cluster.logs.get('1')!
  for (let at = 0; at < 300; at++) await first.propose(Buffer.from(`p${at}`))
  for (const id of ['2', '3']) {
    const directory = join(cluster.directory, id)
    const fetched = () =>
      fetchOperations({ directory, seed, generation: 1, stream: first.replicate(true), logger: silentLogger })
    // Of the newest some may still be on their way to the first one's disk.
    while ((await fetched()) < 301) {}
    await cluster.start(id, [])
    cluster.ids.push(id)
  }
  expect(first.changeMembers({ voters: ['1', '2', '3'], learners: [] })).toBeUndefined()
  while (first.status.isChangingConfiguration) await Bun.sleep(5)
  await first.propose(Buffer.from('three'))
  const expected = await cluster.caughtUp('1')
  for (const id of ['2', '3']) expect(await cluster.caughtUp(id)).toEqual(expected)
  await cluster.stop('1')
  await cluster.logs.get('2')!.propose(Buffer.from('without the first'))
  expect(await cluster.caughtUp('3')).toEqual([...expected, 'without the first'])
  await cluster.close()
}, 60_000)

test('a voter that lagged fetches operations and goes on from there', async () => {
  const cluster = await logsOf(['1', '2', '3']).all()
  await cluster.stop('3')
  for (let at = 0; at < 50; at++) await cluster.logs.get('1')!.propose(Buffer.from(`p${at}`))
  await cluster.caughtUp('2')
  const stream = cluster.logs.get('2')!.replicate(true)
  await fetchOperations({ directory: join(cluster.directory, '3'), seed, generation: 1, stream, logger: silentLogger })
  const third = await cluster.start('3')
  expect(third.status.base.index).toBe(third.length)
  await third.propose(Buffer.from('x'))
  expect(await cluster.caughtUp('3')).toEqual(await cluster.caughtUp('1'))
  await cluster.close()
}, 60_000)

test('kill -9 of all voters at once: everything acknowledged is there, the same on each', async () => {
  const cluster = logsOf(['1', '2', '3'])
  for (const round of [1, 2, 3]) {
    const writer = join(import.meta.dir, 'voter-log-writer.ts')
    const child = Bun.spawn([process.execPath, writer, cluster.directory], { stdout: 'pipe' })
    let acknowledged = 0
    let rest = ''
    for await (const chunk of child.stdout) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n')
      rest = lines.pop()!
      for (const line of lines) acknowledged = Number(line)
      if (acknowledged >= 40 * round) child.kill('SIGKILL')
    }
    await child.exited
    await cluster.all()
    const found = await cluster.caughtUp('1')
    for (let number = 1; number <= acknowledged; number++) expect(found.includes(`${number}`)).toBe(true)
    for (const id of ['2', '3']) expect(await cluster.caughtUp(id)).toEqual(found)
    await cluster.close()
  }
}, 60_000)

test('a voter that was cut off for long fetches what the others have compacted, while all goes on', async () => {
  const cluster = await logsOf(['1', '2', '3'], 2000).all()
  const leader = await cluster.leader()
  const [lagging] = cluster.ids.filter((id) => id !== leader)
  cluster.network.cut(lagging!)
  const log = cluster.logs.get(leader)!
  for (let at = 0; at < 100; at++) await log.propose(Buffer.from(`cut off ${at}`))
  expect(log.status.base.index).toBeGreaterThan(cluster.logs.get(lagging!)!.length)
  cluster.network.heal(lagging!)
  for (let at = 0; at < 100; at++) await log.propose(Buffer.from(`back ${at}`))
  const expected = [...Array.from({ length: 100 }, (_, at) => `cut off ${at}`)]
  expected.push(...Array.from({ length: 100 }, (_, at) => `back ${at}`))
  expect(await cluster.caughtUp(lagging!)).toEqual(expected)
  expect(cluster.logs.get(lagging!)!.status.configuration.voters).toEqual(['1', '2', '3'])
  await cluster.logs.get(lagging!)!.propose(Buffer.from('from there'))
  await cluster.close()
  await cluster.all()
  expect(await cluster.caughtUp(lagging!)).toEqual([...expected, 'from there'])
  await cluster.close()
}, 60_000)

test('a peer that has less than is needed is asked again after a pause, which leaves it time to get there', async () => {
  const cluster = await logsOf(['1', '2', '3', '4', '5'], 2000).all()
  const leader = await cluster.leader()
  const [lagging, behind] = cluster.ids.filter((id) => id !== leader) as [string, string]
  cluster.network.cut(lagging)
  cluster.network.cut(behind)
  for (let at = 0; at < 100; at++) await cluster.logs.get(leader)!.propose(Buffer.from(`${at}`))
  cluster.source = behind
  cluster.network.heal(lagging)
  while (cluster.fetches < 2) await Bun.sleep(5)
  expect(cluster.fetches).toBeLessThan(10)
  cluster.source = undefined
  expect(await cluster.caughtUp(lagging)).toHaveLength(100)
  await cluster.close()
}, 60_000)

test('damaged datagrams are dropped', async () => {
  const cluster = await logsOf(['1', '2', '3']).all()
  const stranger = cluster.network.transport('9')
  for (const bytes of [[], [0], [0, 1, 2, 3], [1, 2], [2, 0, 0, 0, 0, 0, 0, 0, 0, 77], [9, 9]]) {
    for (const id of cluster.ids) stranger.send(id, new Uint8Array(bytes))
  }
  await cluster.logs.get('1')!.propose(Buffer.from('x'))
  expect(await cluster.caughtUp('2')).toEqual(['x'])
  await cluster.close()
}, 30_000)
