import { expect, test } from 'bun:test'
import { fuzz } from './fuzz.ts'

test('random work on the store and on a plain map gives the same, 200 seeds', async () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed + 1000)
  for (const seed of seeds) await fuzz(seed, 400)
  expect(seeds.length).toBe(200)
}, 1_800_000)
