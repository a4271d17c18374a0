import { expect, test } from 'bun:test'
import { bytesOf, type Group, groupOf } from './conversation/group.ts'
import type { Append } from './message.ts'

function propose(group: Group, text: string): unknown {
  return group.run('1', (raft) => raft.propose(bytesOf(text)))
}

function appendsTo(group: Group, id: string): Append[] {
  return group.messages.filter((message): message is Append => message.type === 'append' && message.to === id)
}

test('proposals beyond the count are refused, and welcome again once there is room', () => {
  const group = groupOf(3, { maxUncommittedEntries: 2 })
  group.elect('1')
  propose(group, 'a')
  propose(group, 'b')
  expect(propose(group, 'c')).toMatchObject({ code: 'Overloaded', message: expect.stringContaining('2 entries wait') })
  group.settle()
  expect(propose(group, 'c')).toEqual({ index: 4, term: 1 })
})

test('proposals beyond the bytes are refused, and welcome again once there is room', () => {
  const group = groupOf(3, { maxUncommittedBytes: 100 })
  group.elect('1')
  propose(group, 'x'.repeat(90))
  expect(propose(group, 'y')).toMatchObject({ code: 'Overloaded' })
  group.settle()
  expect(propose(group, 'y')).toMatchObject({ index: 3 })
  group.settle()
  for (let at = 0; at < 50; at++) {
    propose(group, 'x'.repeat(90))
    group.settle()
  }
  expect(group.raft('2').status.commit).toBe(53)
})

test('an entry that is too large is refused with both sizes', () => {
  const group = groupOf(1, { maxEntryBytes: 10 })
  group.elect('1')
  expect(propose(group, 'x'.repeat(11))).toMatchObject({
    code: 'TooLarge',
    message: expect.stringMatching(/11 bytes.* 10 /),
  })
})

test('a follower refuses proposals and names the leader', () => {
  const group = groupOf(3)
  expect(group.raft('2').propose(bytesOf('x'))).toMatchObject({ code: 'NotLeader', leader: null })
  group.elect('1')
  expect(group.raft('2').propose(bytesOf('x'))).toMatchObject({ code: 'NotLeader', leader: '1' })
})

test('only so many appends are under way; the rest is coalesced into the next', () => {
  const group = groupOf(3, { maxInflightAppends: 2 })
  group.elect('1')
  for (const text of 'abcdef') propose(group, text)
  expect(appendsTo(group, '2').map(({ entries }) => entries.length)).toEqual([1, 1])
  group.deliver(({ to }) => to === '2')
  group.persist('2')
  group.deliver(({ from }) => from === '2')
  expect(appendsTo(group, '2').map(({ entries }) => entries.length)).toEqual([4])
})

test('only so many bytes are under way', () => {
  const group = groupOf(3, { maxInflightBytes: 100, maxAppendBytes: 60 })
  group.elect('1')
  group.run('1', (raft) => {
    for (let at = 0; at < 8; at++) raft.propose(bytesOf('x'.repeat(28)))
  })
  expect(appendsTo(group, '2').map(({ entries }) => entries.length)).toEqual([1, 1])
})

test('a slow state machine holds back what is handed out to it', () => {
  const group = groupOf(1, { maxApplyingEntries: 2 })
  group.elect('1')
  const raft = group.raft('1')
  for (let at = 0; at < 5; at++) raft.propose(bytesOf('x'))
  const { sequence } = raft.takeEffects()!
  raft.persisted(sequence)
  expect(raft.takeEffects()?.apply.map(({ index }) => index)).toEqual([2, 3])
  expect(raft.takeEffects()).toBeUndefined()
  raft.applied(3)
  expect(raft.takeEffects()?.apply.map(({ index }) => index)).toEqual([4, 5])
})

test('a dead follower costs one append, then only heartbeats', () => {
  const group = groupOf(3)
  group.elect('1')
  const toThree: string[] = []
  for (let at = 0; at < 100; at++) {
    propose(group, 'x')
    group.run('1', (raft) => raft.tick())
    group.settle((message) => message.to === '3' && toThree.push(message.type) > 0)
  }
  // At most the window is sent, not the log again and again.
  expect(toThree.filter((type) => type === 'append').length).toBeLessThanOrEqual(64)
})
