import { expect, test } from 'bun:test'
import { spaceRun } from './space.ts'

/** A sixteenth of the real sizes, and of the 64 MB that the store may take beside twice its live bytes. */
const sizes = { segmentBytes: 2 ** 18, tableBytes: 2 ** 19, cacheBytes: 2 ** 20, freeableBytes: 2 ** 20 }

test('cleared blocks come back to the disk: at most twice the live bytes and 4 MB, small sizes, 20,000 appends', async () => {
  const { samples } = await spaceRun(20_000, sizes)
  expect(samples.length).toBeGreaterThan(18)
  expect(samples.filter(({ liveBytes, diskBytes }) => diskBytes > 2 * liveBytes + 4 * 2 ** 20)).toEqual([])
}, 60_000)
