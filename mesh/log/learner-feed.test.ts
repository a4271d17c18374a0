import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeDatagram } from './datagram.ts'
import { decodeMessage } from './message-codec.ts'
import { leaveHalfFed, storedIn, TestLogs } from './test-logs.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-learner-feed-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Three voters, and learners 4 and 5. */
async function withLearners(): Promise<TestLogs> {
  const logs = await new TestLogs(mkdtempSync(join(root, 'logs-')), ['1', '2', '3']).all()
  await logs.logs.get('1')!.propose(Buffer.from('before'))
  for (const id of ['4', '5']) await logs.join(id)
  await logs.changeVoters(['1', '2', '3'])
  return logs
}

/** Proposes at one node, a few at a time. */
async function write(logs: TestLogs, id: string, what: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += 10) {
    await Promise.all(
      Array.from({ length: 10 }, (_, more) => logs.logs.get(id)!.propose(Buffer.from(`${what} ${at + more}`))),
    )
  }
}

/** Entries that each node is sent by Raft from now on. */
function countEntries(logs: TestLogs): Map<string, number> {
  const sent = new Map<string, number>()
  logs.network.observe = (from, to, bytes) => {
    const datagram = decodeDatagram(bytes)
    if (datagram.kind !== 'raft') return
    const message = decodeMessage(datagram.message, from, to)
    if (message.type === 'append') sent.set(to, (sent.get(to) ?? 0) + message.entries.length)
  }
  return sent
}

test('learners get operations from peers that do not lead, and no entry from the leader', async () => {
  const logs = await withLearners()
  for (const id of ['4', '5']) expect(await logs.fed(id)).not.toBe(await logs.leader())
  const sent = countEntries(logs)
  await write(logs, '4', 'p', 200)
  const expected = await logs.caughtUp('1')
  expect(expected).toHaveLength(201)
  for (const id of ['2', '3', '4', '5']) expect(await logs.caughtUp(id)).toEqual(expected)
  const leader = await logs.leader()
  for (const id of ['1', '2', '3']) if (id !== leader) expect(sent.get(id)).toBeGreaterThanOrEqual(200)
  for (const id of ['4', '5']) expect(sent.get(id) ?? 0).toBe(0)
  await logs.close()
}, 30_000)

test('the leader goes, and with it a peer that gave: learners go on, and know who votes and leads', async () => {
  const logs = await withLearners()
  await logs.fed('4')
  const old = await logs.leader()
  await logs.stop(old)
  const next = await logs.leader()
  await write(logs, '5', 'p', 50)
  expect(await logs.fed('4')).not.toBe(old)
  const [gave] = ['1', '2', '3'].filter((id) => id !== old && id !== next)
  const writing = write(logs, '4', 'q', 50)
  await logs.start(old)
  await logs.stop(gave!)
  await writing
  const expected = await logs.caughtUp(await logs.leader())
  for (const id of ['4', '5']) {
    expect(await logs.caughtUp(id)).toEqual(expected)
    expect(logs.logs.get(id)!.status.configuration.voters).toEqual(['1', '2', '3'])
  }
  await logs.close()
}, 60_000)

test('a learner becomes a voter, a voter a learner, and the first a voter again, while all goes on', async () => {
  const logs = await withLearners()
  for (const [round, voters] of [
    ['1', '2', '4'],
    ['4', '5', '1'],
    ['1', '2', '3'],
  ].entries()) {
    for (const id of logs.ids)
      if (!logs.logs.get(await logs.leader())!.status.configuration.voters.includes(id)) await logs.fed(id)
    const writing = write(logs, '3', `round ${round}`, 300)
    await logs.changeVoters(voters)
    await writing
  }
  const expected = await logs.caughtUp(await logs.leader())
  // A write whose fate a change of leader leaves unknown is proposed again: the store drops the second by its id.
  expect(new Set(expected).size).toBe(901)
  for (const id of logs.ids) expect(await logs.caughtUp(id)).toEqual(expected)
  await logs.close()
  for (const id of ['1', '2', '3', '4', '5']) await logs.start(id, [])
  for (const id of logs.ids) expect(await logs.caughtUp(id)).toEqual(expected)
  await logs.close()
}, 60_000)

test('a learner is started again while peers give, and is told who votes', async () => {
  const logs = await withLearners()
  for (let round = 0; round < 5; round++) {
    await logs.fed('4')
    const writing = write(logs, '1', `round ${round}`, 200)
    await logs.stop('4')
    await logs.start('4', [])
    await writing
  }
  expect(await logs.caughtUp('4')).toEqual(await logs.caughtUp('1'))
  // With one of the next heartbeats.
  while (logs.logs.get('4')!.status.configuration.voters.length === 0) await Bun.sleep(5)
  expect(logs.logs.get('4')!.status.configuration.learners).toEqual(['4', '5'])
  await logs.close()
}, 60_000)

test('peers that give nothing: the leader sends entries after all', async () => {
  const logs = await withLearners()
  await logs.fed('4')
  for (const id of logs.ids) logs.silent.add(id)
  await logs.stop('4')
  await logs.start('4', [])
  await logs.fed('4')
  await write(logs, '1', 'p', 20)
  expect(await logs.caughtUp('4')).toEqual(await logs.caughtUp('1'))
  expect(logs.logs.get('4')!.status.isFed).toBe(false)
  await logs.close()
}, 60_000)

test('a crash amid a feed, and then entries from the leader: what the feed began is fetched first', async () => {
  const logs = await withLearners()
  await logs.caughtUp('4')
  await logs.stop('4')
  await write(logs, '1', 'p', 2000)
  const whole = logs.logs.get(await logs.leader())!
  await leaveHalfFed(join(logs.directory, '4'), whole.replicate(true))
  for (const id of logs.ids) logs.silent.add(id)
  const { length } = await logs.start('4', [])
  expect(length).toBeLessThan(whole.length)
  await write(logs, '1', 'q', 20)
  const expected = await logs.caughtUp('1')
  expect(await logs.caughtUp('4')).toEqual(expected)
  await logs.stop('4')
  expect(await storedIn(join(logs.directory, '4'))).toEqual({ length: whole.length, isWhole: true })
  await logs.start('4', [])
  expect(await logs.caughtUp('4')).toEqual(expected)
  await logs.close()
}, 60_000)
