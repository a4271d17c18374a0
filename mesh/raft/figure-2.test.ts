import { describe, expect, test } from 'bun:test'
import type { Configuration } from './configuration.ts'
import { bytesOf, groupOf } from './conversation/group.ts'
import type { Effects } from './effects.ts'
import type { Entry } from './entry.ts'
import type { Append, Message } from './message.ts'
import { Raft } from './raft.ts'

const configuration: Configuration = { voters: ['a', 'b', 'c'], outgoing: [], learners: [] }

/** Entries 1, 2, ... of these terms. */
function entriesOf(...terms: number[]): Entry[] {
  return terms.map((term, at) => ({ index: at + 1, term, kind: 'command', data: bytesOf(`${at + 1}`) }))
}

function nodeWith(terms: number[], hardState = { term: terms.at(-1) ?? 0, votedFor: null as string | null }): Raft {
  const base = { index: 0, term: 0, configuration }
  return new Raft({ id: 'a', base, entries: entriesOf(...terms), hardState, random: () => 0 })
}

function append(term: number, previous: { index: number; term: number }, entries: Entry[], commit = 0): Append {
  return { type: 'append', from: 'b', to: 'a', term, previous, entries, commit }
}

function step(raft: Raft, message: Message): Effects {
  raft.step(message)
  return raft.takeEffects()!
}

function allSent({ send, sendNow }: Effects): Message[] {
  return [...sendNow, ...send]
}

describe('AppendEntries, receiver', () => {
  test('1. refuses a leader of an older term, telling the newer one', () => {
    const effects = step(nodeWith([1, 3]), append(2, { index: 2, term: 3 }, []))
    expect(allSent(effects)).toEqual([{ type: 'stale-term', from: 'a', to: 'b', term: 3 }])
  })

  test('2. refuses when the entry before is missing or has another term', () => {
    const missing = allSent(step(nodeWith([1]), append(2, { index: 5, term: 2 }, [])))
    expect(missing).toMatchObject([{ type: 'append-rejected', rejected: 5, hint: { index: 1, term: 1 } }])
    const other = allSent(step(nodeWith([1, 1, 2]), append(4, { index: 3, term: 3 }, [])))
    expect(other).toMatchObject([{ type: 'append-rejected', rejected: 3, hint: { index: 3, term: 2 } }])
  })

  test('3. an entry that differs is cut off with all that follow it', () => {
    const [first, second] = entriesOf(1, 3)
    const { persist, send } = step(nodeWith([1, 2, 2, 2]), append(3, { index: 0, term: 0 }, [first!, second!]))
    expect(persist).toMatchObject({ truncateFrom: 2, entries: [{ index: 2, term: 3 }] })
    expect(send).toMatchObject([{ type: 'append-accepted', match: 2 }])
  })

  test('4. appends only what is missing; an old, shorter append cuts nothing off', () => {
    const raft = nodeWith([1, 1, 1])
    const { persist, send } = step(raft, append(1, { index: 0, term: 0 }, entriesOf(1)))
    expect(persist).toBeUndefined()
    // It vouches for what was checked, not for the rest of its log.
    expect(send).toMatchObject([{ type: 'append-accepted', match: 1 }])
    expect(raft.status.last.index).toBe(3)
  })

  test('5. takes the smaller of the leader commit index and the last entry checked', () => {
    const raft = nodeWith([1, 1, 1])
    step(raft, append(1, { index: 0, term: 0 }, entriesOf(1), 3))
    expect(raft.status.commit).toBe(1)
    step(raft, append(1, { index: 1, term: 1 }, entriesOf(1, 1, 1).slice(1), 2))
    expect(raft.status.commit).toBe(2)
  })

  test('a leader that contradicts what is committed is a broken invariant', () => {
    const raft = nodeWith([1, 1])
    step(raft, append(1, { index: 2, term: 1 }, [], 2))
    const bad = { ...entriesOf(1, 2)[1]!, term: 2 }
    expect(() => raft.step(append(2, { index: 1, term: 1 }, [bad]))).toThrow('diverged')
  })
})

describe('RequestVote, receiver', () => {
  const request = (term: number, last: { index: number; term: number }, from = 'b'): Message => ({
    type: 'request-vote',
    from,
    to: 'a',
    term,
    last,
    transfer: false,
  })

  test('1. refuses a candidate of an older term', () => {
    const { send } = step(nodeWith([3]), request(2, { index: 9, term: 2 }))
    expect(send).toMatchObject([{ type: 'vote', term: 3, granted: false }])
  })

  test('2. one vote a term, and the same again to the same candidate', () => {
    const raft = nodeWith([1], { term: 2, votedFor: 'b' })
    expect(step(raft, request(2, { index: 1, term: 1 }, 'c')).send).toMatchObject([{ granted: false }])
    expect(step(raft, request(2, { index: 1, term: 1 }, 'b')).send).toMatchObject([{ granted: true }])
  })

  const logs: [string, number[], { index: number; term: number }, boolean][] = [
    ['equal', [1, 2], { index: 2, term: 2 }, true],
    ['longer', [1, 2], { index: 3, term: 2 }, true],
    ['shorter', [1, 2], { index: 1, term: 2 }, false],
    ['shorter, of a newer term', [1, 2, 2], { index: 1, term: 3 }, true],
    ['longer, of an older term', [1, 2], { index: 9, term: 1 }, false],
  ]
  for (const [name, terms, last, granted] of logs) {
    test(`2. a candidate whose log is ${name}: ${granted ? 'vote' : 'no vote'}`, () => {
      expect(step(nodeWith(terms), request(9, last)).send).toMatchObject([{ type: 'vote', granted }])
    })
  }

  test('the vote is in the record that has to be durable before the answer leaves', () => {
    const { persist, send, sendNow } = step(nodeWith([1]), request(5, { index: 1, term: 1 }))
    expect(persist?.hardState).toEqual({ term: 5, votedFor: 'b' })
    expect(send).toHaveLength(1)
    expect(sendNow).toEqual([])
  })

  test('term and vote survive a restart', () => {
    const group = groupOf(3)
    group.elect('1')
    group.restart('2')
    expect(group.raft('2').status).toMatchObject({ term: 1, votedFor: '1' })
  })
})

describe('all servers', () => {
  test('apply what is committed, in order, once', () => {
    const raft = nodeWith([1, 1, 1])
    expect(step(raft, append(1, { index: 3, term: 1 }, [], 2)).apply.map(({ index }) => index)).toEqual([1, 2])
    expect(step(raft, append(1, { index: 3, term: 1 }, [], 3)).apply.map(({ index }) => index)).toEqual([3])
  })

  test('a newer term in any message makes a follower of it', () => {
    const group = groupOf(3)
    group.elect('1')
    group.run('1', (raft) => raft.step({ type: 'stale-term', from: '2', to: '1', term: 7 }))
    expect(group.raft('1').status).toMatchObject({ role: 'follower', term: 7, leader: null })
  })

  test('committed entries wait for the own disk before they are applied', () => {
    const raft = nodeWith([])
    const effects = step(raft, append(1, { index: 0, term: 0 }, entriesOf(1), 1))
    expect(effects.apply).toEqual([])
    raft.persisted(effects.sequence)
    expect(raft.takeEffects()?.apply).toMatchObject([{ index: 1 }])
  })
})

describe('followers and candidates', () => {
  test('a follower that hears nobody campaigns; a leader and a vote given put that off', () => {
    const raft = nodeWith([])
    const ticks = (count: number) => {
      for (let at = 0; at < count; at++) raft.tick()
    }
    ticks(10)
    step(raft, append(1, { index: 0, term: 0 }, []))
    ticks(10)
    raft.step({ type: 'request-vote', from: 'c', to: 'a', term: 2, last: { index: 0, term: 0 }, transfer: false })
    ticks(10)
    expect(raft.status.role).toBe('follower')
    ticks(1)
    expect(raft.status.role).toBe('pre-candidate')
  })

  test('a refused vote does not put the own campaign off', () => {
    const raft = nodeWith([5])
    for (let at = 0; at < 10; at++) raft.tick()
    raft.step({ type: 'request-vote', from: 'c', to: 'a', term: 6, last: { index: 0, term: 0 }, transfer: false })
    raft.tick()
    expect(raft.status.role).toBe('pre-candidate')
  })

  test('timeouts are drawn between once and twice the election timeout', () => {
    for (const [random, expected] of [
      [0, 11],
      [0.5, 16],
      [0.99, 20],
    ] as const) {
      const raft = new Raft({ id: 'a', base: { index: 0, term: 0, configuration }, random: () => random })
      let ticks = 0
      for (; raft.status.role === 'follower'; ticks++) raft.tick()
      expect(ticks).toBe(expected)
    }
  })

  test('every term draws another timeout: else the death of a leader leaves those with the longest', () => {
    let random = 0.99
    const raft = new Raft({ id: 'a', base: { index: 0, term: 0, configuration }, random: () => random })
    random = 0
    step(raft, append(1, { index: 0, term: 0 }, []))
    for (let at = 0; at < 11; at++) raft.tick()
    expect(raft.status.role).toBe('pre-candidate')
  })

  test('a candidate votes for itself in a new term, and counts that vote only when it is durable', () => {
    const raft = new Raft({
      id: 'a',
      base: { index: 0, term: 0, configuration: { voters: ['a'], outgoing: [], learners: [] } },
      random: () => 0,
    })
    for (let at = 0; at < 11; at++) raft.tick()
    const effects = raft.takeEffects()!
    expect(effects.persist?.hardState).toEqual({ term: 1, votedFor: 'a' })
    expect(raft.status.role).toBe('candidate')
    raft.persisted(effects.sequence)
    expect(raft.status.role).toBe('leader')
  })

  test('a sole voter has nobody to hear from: it campaigns at its first tick, and once', () => {
    const raft = new Raft({
      id: 'a',
      base: { index: 0, term: 0, configuration: { voters: ['a'], outgoing: [], learners: ['b'] } },
      random: () => 0,
    })
    raft.tick()
    raft.tick()
    expect(raft.takeEffects()!.persist?.hardState).toEqual({ term: 1, votedFor: 'a' })
  })

  test('a candidate that hears the leader of its term follows it', () => {
    const group = groupOf(3)
    group.run('1', (raft) => raft.parts.election.campaign(false))
    group.run('1', (raft) =>
      raft.step({
        type: 'append',
        from: '2',
        to: '1',
        term: 1,
        previous: { index: 0, term: 0 },
        entries: [],
        commit: 0,
      }),
    )
    expect(group.raft('1').status).toMatchObject({ role: 'follower', leader: '2', term: 1 })
  })

  test('a candidate without a majority tries again in a later term', () => {
    const group = groupOf(3)
    group.run('1', (raft) => raft.parts.election.campaign(false))
    group.settle((message) => message.from === '1')
    for (let at = 0; at < 11; at++) group.run('1', (raft) => raft.tick())
    group.settle()
    expect(group.raft('1').status).toMatchObject({ role: 'leader', term: 2 })
  })
})

describe('leaders', () => {
  test('begin with an empty entry and send heartbeats when idle', () => {
    const group = groupOf(3)
    group.elect('1')
    expect(group.raft('1').status.last).toEqual({ index: 1, term: 1 })
    group.run('1', (raft) => raft.tick())
    expect(group.messages.map(({ type, to }) => `${type} ${to}`)).toEqual(['heartbeat 2', 'heartbeat 3'])
  })

  test('an entry counts at the leader itself only when its own disk has it', () => {
    const group = groupOf(3)
    group.elect('1')
    group.run('1', (raft) => raft.propose(bytesOf('x')))
    group.deliver(({ to }) => to === '2')
    group.persist('2')
    group.deliver()
    expect(group.raft('1').status.commit).toBe(1)
    group.persist('1')
    expect(group.raft('1').status.commit).toBe(2)
  })

  test('two followers are a majority without the disk of the leader', () => {
    const group = groupOf(3)
    group.elect('1')
    group.run('1', (raft) => raft.propose(bytesOf('x')))
    group.deliver()
    group.persist('2')
    group.persist('3')
    group.deliver(({ to }) => to === '1')
    expect(group.raft('1').status).toMatchObject({ commit: 2, applied: 1, stable: 1 })
  })

  test('go back in a log that differs, a term at a time, until it matches', () => {
    const [common, ...old] = entriesOf(1, 2, 2, 2, 2)
    const group = groupOf(3)
    group.member('2').entries = [common!, ...old]
    group.member('1').entries = [common!, ...entriesOf(1, 3, 3).slice(1)]
    group.member('1').hardState = { term: 3, votedFor: '1' }
    group.restart('1')
    group.restart('2')
    group.elect('1')
    expect(group.raft('2').status).toMatchObject({ last: { index: 4, term: 4 }, commit: 4 })
    expect(group.member('2').entries.map(({ term }) => term)).toEqual([1, 3, 3, 4])
  })

  test('figure 8: entries of an older term are committed only together with one of the own', () => {
    const group = groupOf(3, { maxAppendBytes: 1 })
    group.member('1').entries = entriesOf(1)
    group.member('1').hardState = { term: 1, votedFor: '1' }
    group.restart('1')
    group.run('1', (raft) => raft.parts.election.campaign(false))
    // Up to where entry 1 of term 1 is on a majority and entry 2 of term 2 is not.
    const isEntry2 = (message: Message) =>
      message.type === 'append' && message.entries[0]?.index === 2 && group.raft(message.to).status.last.index === 1
    const held: Message[] = []
    group.settle((message) => isEntry2(message) && held.push(message) > 0)
    expect(group.raft('1').status).toMatchObject({ role: 'leader', term: 2, commit: 0 })
    expect(group.raft('1').status.progress).toMatchObject([{ match: 1 }, { match: 1 }])
    for (const message of held) group.run(message.to, (raft) => raft.step(message))
    group.settle()
    expect(group.raft('1').status.commit).toBe(2)
  })
})
