import { expect, test } from 'bun:test'
import { Chaos } from './chaos.ts'

test.each(Array.from({ length: 10 }, (_, seed) => seed))(
  'after failures at random the state is as specified, seed %p',
  async (seed) => {
    await Chaos.run(seed, 60)
  },
  60_000,
)

test('a seed gives the same run again', async () => {
  expect(await Chaos.run(10, 60)).toBe(await Chaos.run(10, 60))
}, 60_000)
