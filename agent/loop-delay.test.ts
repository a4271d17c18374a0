import { afterAll, expect, test } from 'bun:test'
import { LoopDelay } from './loop-delay.ts'

const delay = new LoopDelay()
afterAll(() => delay.stop())

test('a loop that was held up is seen once, and stays in the sum', async () => {
  // The first sample says when the loop is looked at.
  await Bun.sleep(150)
  delay.read()
  Bun.sleepSync(400)
  await Bun.sleep(150)
  const held = delay.read()
  expect(held.longestMs).toBeGreaterThan(200)
  expect(held.count).toBeGreaterThan(0)
  expect(held.sumMs).toBeGreaterThan(200)
  const empty = delay.read()
  expect(empty.longestMs).toBe(0)
  expect(empty).toMatchObject({ p50Ms: 0, p99Ms: 0, sumMs: held.sumMs, count: held.count })
})
