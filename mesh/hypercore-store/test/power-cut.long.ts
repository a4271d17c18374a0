import { expect, test } from 'bun:test'
import { cutPower } from './power-cut.ts'

test('after a power cut all acknowledged batches are there, and no half ones: 1,000 cut points', async () => {
  let torn = 0
  for (let seed = 1; seed <= 4; seed++) torn += await cutPower(400, 250, seed)
  expect(torn).toBeGreaterThan(0)
}, 1_800_000)
