import { expect, test } from 'bun:test'
import { systemClock } from '../clock/clock.ts'
import { StoreError } from '../store/store.ts'
import type { Outcome } from './datagram.ts'
import { Proposer } from './proposer.ts'

const deadlineMs = 60_000

/** What comes of a proposal whose leader, and whichever comes after it, answers so; at `closed` the node stops. */
async function outcome(...answers: (Outcome | 'closed')[]): Promise<string> {
  let isOpen = true
  const proposer = new Proposer({
    id: 'me',
    clock: systemClock,
    proposeHere: async () => 'unknown',
    assertOpen: () => {
      if (!isOpen) throw new StoreError('Closed', 'the log is closed')
    },
    send(_, datagram) {
      const answer = answers.shift()!
      if (answer === 'closed') isOpen = false
      if (datagram.kind === 'proposal') proposer.answered(datagram.number, answer === 'closed' ? 'unknown' : answer)
      // The next leader.
      queueMicrotask(() => proposer.leadershipChanged(`after ${answer}`))
    },
  })
  proposer.leadershipChanged('first')
  return await proposer.propose(new Uint8Array(1), deadlineMs).then(
    () => 'committed',
    (error: StoreError) => error.code,
  )
}

test('proposed again to the next leader until one has committed it', async () => {
  expect(await outcome('not committed', 'unknown', 'committed')).toBe('committed')
})

test('an overloaded leader is told of at once', async () => {
  expect(await outcome('not committed', 'overloaded')).toBe('Overloaded')
})

test('once a leader may have taken it nobody says that nothing was written', async () => {
  expect(await outcome('unknown', 'overloaded', 'committed')).toBe('committed')
  expect(await outcome('unknown', 'closed')).toBe('Unknown')
  expect(await outcome('closed')).toBe('Unknown')
})
