import { expect, test } from 'bun:test'
import { fuzz } from './fuzz.ts'

test('random work on the store and on a plain map gives the same, 10 seeds', async () => {
  const seeds = Array.from({ length: 10 }, (_, seed) => seed + 1)
  for (const seed of seeds) await fuzz(seed, 80)
  expect(seeds.length).toBe(10)
}, 60_000)
