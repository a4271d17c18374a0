import { expect, test } from 'bun:test'
import { killRounds } from './crash.ts'

test('kill -9 during appends, truncates and merges loses nothing acknowledged: 200 rounds', async () => {
  const seeds = [1, 2, 3, 4]
  for (const seed of seeds) await killRounds(50, seed)
  expect(seeds.length * 50).toBe(200)
}, 1_800_000)
