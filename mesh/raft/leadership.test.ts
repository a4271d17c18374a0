import { describe, expect, test } from 'bun:test'
import { bytesOf, type Group, groupOf } from './conversation/group.ts'
import type { Message } from './message.ts'

function ticks(group: Group, id: string, count: number): void {
  for (let at = 0; at < count; at++) group.run(id, (raft) => raft.tick())
}

describe('pre-vote and stickiness', () => {
  test('nobody who hears a leader grants a pre-vote, or looks at a vote request', () => {
    const group = groupOf(3)
    group.elect('1')
    const last = { index: 9, term: 9 }
    group.run('2', (raft) => raft.step({ type: 'pre-vote', from: '3', to: '2', term: 1, nextTerm: 2, last }))
    expect(group.messages).toMatchObject([{ type: 'pre-vote-response', granted: false }])
    group.messages = []
    group.run('2', (raft) => raft.step({ type: 'request-vote', from: '3', to: '2', term: 9, last, transfer: false }))
    expect(group.messages).toEqual([])
    expect(group.raft('2').status.term).toBe(1)
  })

  test('a pre-vote is granted by a node of an older term, and that counts', () => {
    const group = groupOf(3)
    group.member('1').hardState = { term: 8, votedFor: null }
    group.restart('1')
    ticks(group, '1', 11)
    group.settle()
    expect(group.raft('1').status).toMatchObject({ role: 'leader', term: 9 })
  })

  test('a pre-vote raises no term, however new it is', () => {
    const group = groupOf(3)
    const last = { index: 0, term: 0 }
    group.run('2', (raft) => raft.step({ type: 'pre-vote', from: '3', to: '2', term: 5, nextTerm: 6, last }))
    expect(group.raft('2').status.term).toBe(0)
  })

  test('a node of a newer term that is stuck makes the leader step down and is heard again', () => {
    const group = groupOf(3)
    group.elect('1')
    group.member('3').hardState = { term: 5, votedFor: '3' }
    group.restart('3')
    ticks(group, '1', 1)
    group.settle()
    expect(group.raft('1').status).toMatchObject({ role: 'follower', term: 5 })
    ticks(group, '1', 11)
    group.settle()
    expect(group.raft('1').status).toMatchObject({ role: 'leader', term: 6 })
    expect(group.raft('3').status).toMatchObject({ leader: '1', term: 6 })
  })
})

describe('a way to the leader is gone', () => {
  test('those who lost theirs elect another without an election timeout', () => {
    const group = groupOf(3)
    group.elect('1')
    for (const id of ['2', '3']) group.run(id, (raft) => raft.disconnected('1'))
    const lost = ({ from, to }: Message) => from === '1' || to === '1'
    // Node 2 has drawn 11 ticks, 10 of which count as over; the next tick after those begins.
    ticks(group, '2', 2)
    group.settle(lost)
    expect(group.raft('2').status).toMatchObject({ role: 'leader', term: 2 })
  })

  test('one alone elects nobody, and goes on with the leader as soon as it is heard again', () => {
    const group = groupOf(3)
    group.elect('1')
    group.run('2', (raft) => raft.disconnected('1'))
    ticks(group, '2', 2)
    group.settle()
    expect(group.raft('2').status).toMatchObject({ role: 'follower', leader: null, term: 1 })
    ticks(group, '1', 1)
    group.settle()
    expect(group.raft('2').status).toMatchObject({ role: 'follower', leader: '1', term: 1 })
  })

  test('a heartbeat ends the suspicion, and ways to others are none of its business', () => {
    const group = groupOf(3)
    group.elect('1')
    group.run('2', (raft) => raft.disconnected('1'))
    group.run('3', (raft) => raft.disconnected('2'))
    ticks(group, '1', 1)
    group.settle()
    ticks(group, '2', 10)
    ticks(group, '3', 10)
    expect(group.messages).toEqual([])
  })
})

describe('check-quorum', () => {
  test('a leader that hears no majority for an election timeout steps down', () => {
    const group = groupOf(3)
    group.elect('1')
    ticks(group, '1', 10)
    expect(group.raft('1').status.role).toBe('leader')
    ticks(group, '1', 10)
    expect(group.raft('1').status).toMatchObject({ role: 'follower', leader: null, term: 1 })
  })

  test('one answer of three is enough, and any answer counts', () => {
    const group = groupOf(3)
    group.elect('1')
    for (let at = 0; at < 50; at++) {
      ticks(group, '1', 1)
      group.settle(({ from, to }) => from === '3' || to === '3')
    }
    expect(group.raft('1').status.role).toBe('leader')
  })
})

describe('after a stall', () => {
  test('late ticks start no election, the tick after does', () => {
    const group = groupOf(3)
    ticks(group, '1', 10)
    for (let at = 0; at < 5; at++) group.run('1', (raft) => raft.tick(true))
    expect(group.raft('1').status.role).toBe('follower')
    ticks(group, '1', 1)
    expect(group.raft('1').status.role).toBe('pre-candidate')
  })

  test('a message read in between prevents it', () => {
    const group = groupOf(3)
    group.elect('1')
    ticks(group, '2', 11)
    group.run('2', (raft) => raft.tick(true))
    ticks(group, '1', 1)
    group.deliver()
    ticks(group, '2', 1)
    expect(group.raft('2').status).toMatchObject({ role: 'follower', leader: '1' })
  })
})

describe('transfer', () => {
  test('waits until the target has the whole log', () => {
    const group = groupOf(3)
    group.elect('1')
    group.run('1', (raft) => raft.propose(bytesOf('x')))
    group.run('1', (raft) => raft.transferLeadership('2'))
    const isTimeoutNow = ({ type }: Message) => type === 'timeout-now'
    expect(group.messages.some(isTimeoutNow)).toBe(false)
    group.settle()
    expect(group.raft('2').status).toMatchObject({ role: 'leader', term: 2, commit: 3 })
  })

  test('goes only to another voter, and only from the leader', () => {
    const group = groupOf(3)
    group.elect('1')
    expect(group.raft('1').transferLeadership('1')).toMatchObject({ code: 'InvalidTransferee' })
    expect(group.raft('1').transferLeadership('9')).toMatchObject({ code: 'InvalidTransferee' })
    expect(group.raft('2').transferLeadership('3')).toMatchObject({ code: 'NotLeader', leader: '1' })
  })

  test('an old request to campaign is ignored', () => {
    const group = groupOf(3)
    group.elect('1')
    group.elect('2')
    group.run('3', (raft) => raft.step({ type: 'timeout-now', from: '1', to: '3', term: 1 }))
    expect(group.raft('3').status.role).toBe('follower')
  })
})
