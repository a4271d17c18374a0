import { describe, expect, test } from 'bun:test'
import { decodeConfiguration, encodeConfiguration, hasMajority, majorityIndex } from './configuration.ts'
import { bytesOf, type Group, groupOf } from './conversation/group.ts'
import { Refusal } from './refusal.ts'

const nobody = { voters: [], outgoing: [], learners: [] }

function change(group: Group, voters: string[], learners: string[] = []): unknown {
  return group.run('1', (raft) => raft.proposeConfiguration({ voters, learners }))
}

function proposeAndSettle(
  group: Group,
  text: string,
  lost: (message: { from: string; to: string }) => boolean = () => false,
): void {
  group.run('1', (raft) => raft.propose(bytesOf(text)))
  group.settle(lost)
}

test('a joint configuration asks both majorities, for votes and for commits', () => {
  const joint = { voters: ['3', '4', '5'], outgoing: ['1', '2', '3'], learners: [] }
  expect(hasMajority(joint, (id) => '345'.includes(id))).toBe(false)
  expect(hasMajority(joint, (id) => '123'.includes(id))).toBe(false)
  expect(hasMajority(joint, (id) => '134'.includes(id))).toBe(true)
  const matches: Record<string, number> = { 1: 9, 2: 9, 3: 5, 4: 3, 5: 1 }
  expect(majorityIndex(joint, (id) => matches[id]!)).toBe(3)
  expect(hasMajority(nobody, () => true)).toBe(false)
})

test('a configuration counts from the moment it is appended, and a cut brings the old one back', () => {
  const group = groupOf(3)
  group.elect('1')
  change(group, ['1', '2'])
  expect(group.raft('1').status.configuration).toMatchObject({ voters: ['1', '2'], outgoing: ['1', '2', '3'] })
  group.messages = []
  group.persist('1')
  group.elect('2')
  expect(group.raft('1').status.configuration).toEqual({ voters: ['1', '2', '3'], outgoing: [], learners: [] })
})

test('a learner gets the log, has no vote and does not count', () => {
  const group = groupOf(1)
  group.add('2', nobody)
  group.elect('1')
  change(group, ['1'], ['2'])
  group.settle()
  proposeAndSettle(group, 'x')
  expect(group.member('2').state).toEqual(['x'])
  proposeAndSettle(group, 'y', ({ to }) => to === '2')
  expect(group.raft('1').status).toMatchObject({ commit: 4, applied: 4 })
  for (let at = 0; at < 50; at++) group.run('2', (raft) => raft.tick())
  expect(group.raft('2').status.role).toBe('follower')
})

test('one change at a time, and none before an entry of the own term is committed', () => {
  const group = groupOf(3)
  group.run('1', (raft) => raft.parts.election.campaign(false))
  group.settle(({ type }) => type === 'append')
  expect(change(group, ['1', '2'])).toMatchObject({ code: 'NotReady' })
  group.run('1', (raft) => raft.tick())
  group.settle()
  expect(change(group, ['1', '2'])).not.toBeInstanceOf(Refusal)
  expect(change(group, ['1'])).toMatchObject({ code: 'ChangePending' })
  group.settle()
  expect(change(group, ['1', '2', '3'])).not.toBeInstanceOf(Refusal)
})

test('nonsense is refused with the reason', () => {
  const group = groupOf(3)
  group.elect('1')
  expect(change(group, [])).toMatchObject({
    code: 'InvalidConfiguration',
    message: expect.stringContaining('at least one'),
  })
  expect(change(group, ['1', '1'])).toMatchObject({ message: expect.stringContaining('twice') })
  expect(change(group, ['1'], ['1'])).toMatchObject({ message: expect.stringContaining('voter and learner') })
  const elsewhere = group.run('2', (raft) => raft.proposeConfiguration({ voters: ['2'], learners: [] }))
  expect(elsewhere).toMatchObject({ code: 'NotLeader', leader: '1' })
})

test('the old majority alone cannot commit during a change', () => {
  const group = groupOf(3)
  group.add('4', nobody)
  group.add('5', nobody)
  group.elect('1')
  change(group, ['1', '4', '5'])
  group.settle(({ to }) => to === '4' || to === '5')
  expect(group.raft('1').status).toMatchObject({ commit: 1, isChangingConfiguration: true })
})

test('a new leader finishes the change of the old one', () => {
  const group = groupOf(3)
  group.elect('1')
  change(group, ['1', '2'])
  // The joint entry reaches 2 and 3, the leader hears nothing any more.
  group.settle(({ to }) => to === '1')
  group.run('2', (raft) => raft.parts.election.campaign(true))
  group.settle()
  expect(group.raft('2').status).toMatchObject({ isChangingConfiguration: false, role: 'leader' })
  expect(group.raft('2').status.configuration).toEqual({ voters: ['1', '2'], outgoing: [], learners: [] })
})

test('a leader that removes itself leads until that is committed, and does not count itself', () => {
  const group = groupOf(3)
  group.elect('1')
  change(group, ['2', '3'])
  group.settle(({ to }) => to === '3')
  // Only 2 of the new voters has answered.
  expect(group.raft('1').status).toMatchObject({ role: 'leader', commit: 1 })
  group.run('1', (raft) => raft.tick())
  group.settle()
  expect(group.raft('1').status).toMatchObject({ role: 'follower', commit: 3 })
  expect(['2', '3'].map((id) => group.raft(id).status.role)).toContain('leader')
})

test('a server that its newest configuration leaves out campaigns until that is committed', () => {
  const group = groupOf(2)
  group.elect('1')
  change(group, ['2'])
  group.settle(({ from, to, type, ...rest }) => {
    const entries = 'entries' in rest ? rest.entries : []
    return from === '1' && to === '2' && type === 'append' && entries.some(({ index }) => index === 3)
  })
  // 1 alone has entry 3, by which it is out; 2 cannot win against it.
  expect(group.raft('1').status.configuration.voters).toEqual(['2'])
  group.restart('1')
  group.restart('2')
  for (let at = 0; at < 12; at++) group.run('1', (raft) => raft.tick())
  group.settle()
  expect(group.raft('2').status.configuration).toEqual({ voters: ['2'], outgoing: [], learners: [] })
  expect(group.raft('2').status.commit).toBeGreaterThanOrEqual(3)
})

test('a removed server cannot disturb those who hear a leader', () => {
  const group = groupOf(3)
  group.elect('1')
  change(group, ['1', '2'])
  group.settle(({ to }) => to === '3')
  const before = group.raft('1').status.term
  for (let at = 0; at < 100; at++) {
    group.run('3', (raft) => raft.tick())
    if (at % 5 === 0) group.run('1', (raft) => raft.tick())
    group.settle(({ from, to }) => from === '1' && to === '3')
  }
  expect(group.raft('1').status).toMatchObject({ role: 'leader', term: before })
})

describe('a voter that starts at an offset', () => {
  test('takes the log from there', () => {
    const group = groupOf(1)
    group.elect('1')
    for (const text of ['a', 'b', 'c']) proposeAndSettle(group, text)
    const base = group.raft('1').snapshotMetadata(4)!
    group.run('1', (raft) => raft.compact(3))
    group.add('2', nobody, { base, state: ['a', 'b', 'c'] })
    change(group, ['1', '2'])
    group.settle()
    proposeAndSettle(group, 'd')
    expect(group.member('2').state).toEqual(['a', 'b', 'c', 'd'])
    expect(group.raft('2').status.base.index).toBe(4)
  })

  test('keeps the configuration of its base, and of any index it still knows', () => {
    const group = groupOf(1)
    group.elect('1')
    change(group, ['1'], ['2'])
    group.settle()
    expect(group.raft('1').snapshotMetadata(1)).toMatchObject({ configuration: { learners: [] } })
    expect(group.raft('1').snapshotMetadata(2)).toMatchObject({ configuration: { learners: ['2'] } })
    group.run('1', (raft) => raft.compact(2))
    expect(group.raft('1').snapshotMetadata(2)).toMatchObject({ configuration: { learners: ['2'] } })
    expect(group.raft('1').snapshotMetadata(1)).toBeUndefined()
  })
})

test('encoded configurations come back; damage and newer formats are refused', () => {
  const configuration = { voters: ['1', '2'], outgoing: ['3'], learners: ['4'] }
  expect(decodeConfiguration(encodeConfiguration(configuration))).toEqual(configuration)
  expect(() => decodeConfiguration(bytesOf('{"format":2}'))).toThrow('upgrade this node')
  expect(() => decodeConfiguration(bytesOf('{"format":1,"voters":"x"}'))).toThrow('damaged')
})
