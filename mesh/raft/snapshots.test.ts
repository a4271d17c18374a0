import { expect, test } from 'bun:test'
import { bytesOf, type Group, groupOf } from './conversation/group.ts'
import type { Message } from './message.ts'

/** Node 3 misses what the leader has forgotten. */
function lagging(): Group {
  const group = groupOf(3)
  group.elect('1')
  for (const text of ['alpha', 'beta', 'gamma', 'delta', 'epsilon'])
    group.run('1', (raft) => raft.propose(bytesOf(text)))
  group.settle(({ to }) => to === '3')
  group.run('1', (raft) => raft.compact(6))
  return group
}

function tickAndSettle(group: Group, count: number, isLost: (message: Message) => boolean = () => false): void {
  for (let at = 0; at < count; at++) {
    group.run('1', (raft) => raft.tick())
    group.settle(isLost)
  }
}

const everything = ['alpha', 'beta', 'gamma', 'delta', 'epsilon']

test('a node that needs what is compacted gets a snapshot, in chunks, then the log', () => {
  const group = lagging()
  group.run('1', (raft) => raft.propose(bytesOf('zeta')))
  tickAndSettle(group, 2)
  expect(group.member('3').state).toEqual([...everything, 'zeta'])
  expect(group.raft('3').status).toMatchObject({ base: { index: 6, term: 1 }, last: { index: 7 }, commit: 7 })
})

test('a lost chunk is sent again after an election timeout', () => {
  const group = lagging()
  let lost = 0
  tickAndSettle(group, 1, ({ type }) => type === 'snapshot-chunk' && lost++ === 0)
  expect(group.raft('3').status.base.index).toBe(0)
  tickAndSettle(group, 10)
  expect(lost).toBe(1)
  expect(group.member('3').state).toEqual(everything)
})

test('a lost answer makes the same chunk come again, and it is answered again', () => {
  const group = lagging()
  let lost = 0
  tickAndSettle(group, 1, ({ type }) => type === 'snapshot-progress' && lost++ === 0)
  tickAndSettle(group, 12)
  expect(group.member('3').state).toEqual(everything)
})

test('a receiver that was started again gets all of it again', () => {
  const group = lagging()
  let progress = 0
  tickAndSettle(group, 1, ({ type }) => type === 'snapshot-progress' && ++progress === 2)
  group.restart('3')
  tickAndSettle(group, 25)
  expect(group.member('3').state).toEqual(everything)
})

test('doubled and old chunks do no harm', () => {
  const group = lagging()
  const chunks: Message[] = []
  tickAndSettle(group, 2, (message) => {
    if (message.type === 'snapshot-chunk') chunks.push(message)
    return false
  })
  for (const chunk of [...chunks, ...chunks]) group.run('3', (raft) => raft.step(chunk))
  group.settle()
  expect(group.member('3').state).toEqual(everything)
  expect(group.raft('3').status.commit).toBe(6)
})

test('a snapshot whose place is in the log already keeps the entries behind it', () => {
  const group = groupOf(3)
  group.elect('1')
  for (const text of ['a', 'b', 'c']) group.run('1', (raft) => raft.propose(bytesOf(text)))
  group.settle(({ type, to }) => to === '3' && type === 'heartbeat')
  const { status } = group.raft('3')
  expect(status).toMatchObject({ last: { index: 4 } })
  const snapshot = { index: 3, term: 1, configuration: status.configuration }
  group.run('3', (raft) =>
    raft.step({
      type: 'snapshot-chunk',
      from: '1',
      to: '3',
      term: 1,
      transfer: 1,
      snapshot,
      offsetBytes: 0,
      data: bytesOf('not looked at'),
      done: true,
    }),
  )
  expect(group.raft('3').status).toMatchObject({ last: { index: 4 }, base: { index: 0 }, commit: 3 })
})

test('a snapshot that the driver no longer has is begun anew', () => {
  const group = lagging()
  group.run('1', (raft) => raft.tick())
  group.settle(({ type }) => type === 'snapshot-chunk')
  expect(group.raft('1').status.progress[1]).toMatchObject({ id: '3', state: 'snapshot' })
  group.run('1', (raft) => raft.snapshotUnavailable('3', 1))
  tickAndSettle(group, 2)
  expect(group.member('3').state).toEqual(everything)
})

test('the configuration comes with the snapshot', () => {
  const group = lagging()
  group.run('1', (raft) => raft.proposeConfiguration({ voters: ['1', '2', '3'], learners: ['9'] }))
  group.settle(({ to }) => to === '3')
  group.run('1', (raft) => raft.compact(7))
  tickAndSettle(group, 2)
  expect(group.raft('3').status).toMatchObject({ base: { index: 7 }, configuration: { learners: ['9'] } })
})
