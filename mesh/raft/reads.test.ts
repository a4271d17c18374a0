import { expect, test } from 'bun:test'
import { Group, groupOf } from './conversation/group.ts'
import type { ReadyReads } from './effects.ts'
import type { Message } from './message.ts'

/** Three voters, and what each may read, as it was told. */
function observed(): { group: Group; ready: (ReadyReads & { id: string })[] } {
  const ready: (ReadyReads & { id: string })[] = []
  const group = new Group({}, (id, { reads }) => {
    if (reads !== undefined) ready.push({ id, ...reads })
  })
  for (const id of ['1', '2', '3']) group.add(id, { voters: ['1', '2', '3'], outgoing: [], learners: [] })
  return { group, ready }
}

const isHeartbeatAnswer = ({ type }: Message) => type === 'heartbeat-response'

test('a read waits for a majority that still follows the leader', () => {
  const { group, ready } = observed()
  group.elect('1')
  group.run('1', (raft) => raft.readIndex())
  expect(ready).toEqual([])
  group.settle(({ from }) => from === '3')
  expect(ready).toEqual([{ id: '1', ticket: 1, index: 1 }])
})

test('an answer to an earlier heartbeat confirms nothing', () => {
  const { group, ready } = observed()
  group.elect('1')
  group.run('1', (raft) => raft.tick())
  group.deliver()
  group.run('1', (raft) => raft.readIndex())
  group.deliver(isHeartbeatAnswer)
  expect(ready).toEqual([])
})

test('reads that come while a round is under way share the next one', () => {
  const { group, ready } = observed()
  group.elect('1')
  for (let at = 0; at < 5; at++) group.run('1', (raft) => raft.readIndex())
  expect(group.messages.filter(({ type }) => type === 'heartbeat')).toHaveLength(2)
  group.settle()
  expect(ready.map(({ ticket }) => ticket)).toEqual([1, 5])
})

test('a new leader answers no read before an entry of its own term is committed', () => {
  const { group, ready } = observed()
  group.run('1', (raft) => raft.parts.election.campaign(false))
  group.settle(({ type }) => type === 'append-accepted')
  expect(group.raft('1').status.role).toBe('leader')
  group.run('1', (raft) => raft.readIndex())
  group.settle(({ type }) => type === 'append-accepted')
  expect(ready).toEqual([])
  group.run('1', (raft) => raft.tick())
  group.settle()
  expect(ready).toEqual([{ id: '1', ticket: 1, index: 1 }])
})

test('a leader of one answers at once', () => {
  const ready: number[] = []
  const group = new Group({}, (_, { reads }) => {
    if (reads !== undefined) ready.push(reads.index)
  })
  group.add('1', { voters: ['1'], outgoing: [], learners: [] })
  group.elect('1')
  group.run('1', (raft) => raft.readIndex())
  expect(ready).toEqual([1])
})

test('a follower asks its leader, again when the question was lost, and the next leader after a change', () => {
  const { group, ready } = observed()
  group.elect('1')
  group.run('2', (raft) => raft.readIndex())
  group.messages = []
  for (let at = 0; at < 4; at++) group.run('2', (raft) => raft.tick())
  expect(group.messages).toMatchObject([{ type: 'read-index', to: '1' }])
  group.messages = []
  group.elect('3')
  expect(ready).toEqual([{ id: '2', ticket: 1, index: 2 }])
})

test('an answer to a question before the restart serves no read after it', () => {
  const { group, ready } = observed()
  group.elect('1')
  const answer = {
    type: 'read-index-response',
    from: '1',
    to: '2',
    term: 1,
    incarnation: 5,
    ticket: 1,
    index: 0,
  } as const
  group.run('2', (raft) => raft.readIndex())
  group.run('2', (raft) => raft.step(answer))
  expect(ready).toEqual([])
})

test('a leader that loses its place asks the next one for the reads it took', () => {
  const { group, ready } = observed()
  group.elect('1')
  group.run('1', (raft) => raft.readIndex())
  group.messages = []
  group.elect('2')
  expect(ready).toEqual([{ id: '1', ticket: 1, index: 2 }])
})

test('only so many nodes wait at once; the others ask again', () => {
  const group = groupOf(3, { maxForwardingNodes: 2 })
  group.elect('1')
  group.run('1', (raft) => raft.readIndex())
  for (const from of ['7', '8', '9']) {
    group.run('1', (raft) => raft.step({ type: 'read-index', from, to: '1', term: 1, incarnation: 1, ticket: 1 }))
  }
  const answered: string[] = []
  group.settle(({ type, to }) => type === 'read-index-response' && answered.push(to) > 0)
  expect(answered).toEqual(['7', '8'])
})
