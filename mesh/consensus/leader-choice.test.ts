import { expect, test } from 'bun:test'
import { chooseLeader, type VoterFacts } from './leader-choice.ts'

const well = { silentForMs: 0, isCaughtUp: true, writeP99Ms: 3 }
const hourMs = 3600_000

test.each<[string, number, Partial<VoterFacts>[], string | undefined]>([
  ['the nearest to the rest', hourMs, [{ medianRttMs: 40 }, { medianRttMs: 12 }, { medianRttMs: 25 }], 'b'],
  ['not twice in ten minutes', 599_000, [{ medianRttMs: 40 }, { medianRttMs: 12 }], undefined],
  ['stays where it is nearest', hourMs, [{ medianRttMs: 12 }, { medianRttMs: 40 }], undefined],
  ['not for little', hourMs, [{ medianRttMs: 40 }, { medianRttMs: 34 }], undefined],
  ['not for less than measuring errs', hourMs, [{ medianRttMs: 4 }, { medianRttMs: 1 }], undefined],
  ['not to a slow disk', hourMs, [{ medianRttMs: 40 }, { medianRttMs: 12, writeP99Ms: 200 }], undefined],
  ['not to one that is silent', hourMs, [{ medianRttMs: 40 }, { medianRttMs: 12, silentForMs: 5000 }], undefined],
  ['not to one that is behind', hourMs, [{ medianRttMs: 40 }, { medianRttMs: 12, isCaughtUp: false }], undefined],
  ['not to one that has not measured', hourMs, [{ medianRttMs: 40 }, {}], undefined],
  ['not before this one has measured', hourMs, [{}, { medianRttMs: 1 }], undefined],
])('%s', (_, ledForMs, facts, expected) => {
  const voters = facts.map((one, at) => ({ id: 'abc'[at]!, ...well, ...one }))
  expect(chooseLeader('a', ledForMs, voters)?.to).toBe(expected)
})
