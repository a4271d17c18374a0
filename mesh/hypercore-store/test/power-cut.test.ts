import { expect, test } from 'bun:test'
import { cutPower } from './power-cut.ts'

test('after a power cut all acknowledged batches are there, and no half ones: 60 cut points', async () => {
  expect(await cutPower(150, 60, 1)).toBeGreaterThan(0)
}, 120_000)
