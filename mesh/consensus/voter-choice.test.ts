import { expect, test } from 'bun:test'
import type { Configuration } from '../raft/configuration.ts'
import { chooseVoters, type MemberFacts, type VoterRules, voterRules } from './voter-choice.ts'

const minute = 60_000

/** `a: new` names a member and what is not as it should be: new, lost, silent, behind, slow, untold, -x (no link), ~x (relayed). */
function members(text: string): MemberFacts[] {
  const named = text.split(',').map((one) => one.trim().split(/:\s*/))
  const ids = named.map(([id]) => id!)
  return named.map(([id, notes = '']) => {
    const words = notes.split(/\s+/)
    const links = ids
      .filter((peer) => peer !== id && !words.includes(`-${peer}`))
      .map((peer) => [peer, { isDirect: !words.includes(`~${peer}`) }] as const)
    return {
      id: id!,
      joinedForMs: words.includes('new') ? minute : 60 * minute,
      silentForMs: words.includes('lost') ? 10 * minute : words.includes('silent') ? minute : 0,
      isCaughtUp: !words.includes('behind'),
      writeP99Ms: words.includes('slow') ? 200 : 5,
      links: words.includes('untold') ? undefined : new Map(links),
    }
  })
}

/** `abc/de`: voters and learners. */
function configuration(text: string): Configuration {
  const [voters = '', learners = ''] = text.split('/')
  return { voters: [...voters], outgoing: [], learners: [...learners] }
}

function choose(current: string, text: string, rules: Partial<VoterRules> = {}): string {
  const { target } = chooseVoters('a', configuration(current), members(text), { ...voterRules, ...rules })
  if (target === undefined) return 'stays'
  return `${target.voters.join('')}/${target.learners.join('')}: ${target.reason}`
}

test.each([
  // Growing.
  ['a node alone', 'a', 'a', 'stays'],
  ['a second node learns', 'a', 'a, b', 'a/b: b joined'],
  ['two nodes have one voter', 'a/b', 'a, b', 'stays'],
  ['a third node learns first', 'a/b', 'a, b, c: behind untold', 'a/bc: c joined'],
  ['at three there are three voters, at once', 'a/bc', 'a, b: new, c: new', 'abc/: b votes, c votes'],
  ['not while one has not caught up', 'a/bc', 'a, b, c: behind', 'stays'],
  ['nor while one is silent', 'a/bc', 'a, b, c: silent', 'stays'],
  ['nor while one has not reported', 'a/bc', 'a, b, c: untold', 'stays'],
  ['nor when two are not connected', 'a/bc', 'a, b: -c, c: -b', 'stays'],
  ['a relay is better than nothing', 'a/bc', 'a, b: ~c, c: ~b', 'abc/: b votes, c votes'],
  ['and a slow disk', 'a/bc', 'a, b: slow, c', 'abc/: b votes, c votes'],
  ['further nodes learn', 'abc', 'a, b, c, d, e', 'abc/de: d joined, e joined'],
  // Choosing.
  ['the faster disk', 'a/bcd', 'a, b: slow, c, d', 'acd/b: c votes, d votes'],
  ['the direct links', 'a/bcd', 'a, b: ~c ~d, c: ~b, d: ~b', 'acd/b: c votes, d votes'],
  ['connected with each other', 'a/bcd', 'a, b: -c, c: -b, d', 'abd/c: b votes, d votes'],
  ['a link counts from either end', 'a/bc', 'a, b: -c, c', 'abc/: b votes, c votes'],
  // Replacing.
  [
    'a lost voter, by the best learner',
    'abc/de',
    'a, b, c: lost, d: slow, e',
    'abe/cd: e votes, c was not heard for too long',
  ],
  ['not before its time', 'abc/d', 'a, b, c: silent, d', 'stays'],
  ['not by a newcomer', 'abc/d', 'a, b, c: lost, d: new', 'stays'],
  ['not by one that is behind', 'abc/d', 'a, b, c: lost, d: behind', 'stays'],
  ['it stays when there is nobody else', 'abc', 'a, b, c: lost', 'stays'],
  ['when it returns it learns', 'abd/c', 'a, b, c, d', 'stays'],
  ['the leader is never lost to itself', 'abc/d', 'a: lost, b, c, d', 'stays'],
  // Removing.
  ['a learner', 'abc/d', 'a, b, c', 'abc/: d is no member any more'],
  ['a voter, with another to follow', 'abc/d', 'a, b, d', 'abd/: d votes, c is no member any more'],
  ['a newcomer is better than two voters', 'abc/d', 'a, b, d: new', 'abd/: d votes, c is no member any more'],
  ['from three to two: one voter', 'abc', 'a, b', 'a/b: c is no member any more, b votes no longer'],
  ['from three to two, the leader is removed', 'abc', 'b, c', 'b/c: a is no member any more, c votes no longer'],
  ['two of three', 'abc', 'a', 'a/: b is no member any more, c is no member any more'],
  ['the last one cannot be', 'a', 'b: behind untold', 'stays'],
  // A majority must be there to take the change.
  ['no majority of the new voters is heard', 'abcde/f', 'a, b: silent, c: silent, f: behind', 'stays'],
])('%s', (_, current, text, expected) => {
  expect(choose(current, text)).toBe(expected)
})

test('one voter on request, the leader', () => {
  expect(choose('bac', 'a, b, c', { wantedVoters: 1 })).toBe('a/bc: b votes no longer, c votes no longer')
  expect(choose('a/bc', 'a, b, c', { wantedVoters: 1 })).toBe('stays')
})

test('five voters only on request', () => {
  const five = 'a, b, c, d, e'
  expect(choose('abc/de', five)).toBe('stays')
  expect(choose('abc/de', five, { wantedVoters: 5 })).toBe('abcde/: d votes, e votes')
  expect(choose('abc/d', 'a, b, c, d', { wantedVoters: 5 })).toBe('stays')
  expect(choose('abcde', five, { wantedVoters: 3 })).toBe('abc/de: d votes no longer, e votes no longer')
  expect(choose('abcde', 'a, b, c, d', { wantedVoters: 5 })).toBe('abc/d: e is no member any more, d votes no longer')
  expect(choose('abcde/f', 'a, b, c, d: lost, e, f', { wantedVoters: 5 })).toBe(
    'abcef/d: f votes, d was not heard for too long',
  )
})

test('who is held back is told, with the reason', () => {
  const facts = members('a, b, c, d: behind, e: new, f: silent, g: -a')
  const { heldBack } = chooseVoters('a', configuration('abc/defg'), facts, { ...voterRules, wantedVoters: 5 })
  expect(Object.fromEntries(heldBack)).toEqual({
    d: 'it has not caught up',
    e: 'it joined a short while ago',
    f: 'its log is not heard',
  })
})
