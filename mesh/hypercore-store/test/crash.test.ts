import { expect, test } from 'bun:test'
import { killRounds } from './crash.ts'

test('kill -9 during appends, truncates and merges loses nothing acknowledged: 10 rounds', async () => {
  const rounds = 10
  await killRounds(rounds, 1)
  expect(rounds).toBe(10)
}, 60_000)
