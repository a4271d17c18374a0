import { expect, test } from 'bun:test'
import { spaceRun } from './space.ts'

test('cleared blocks come back to the disk: at most twice the live bytes and 64 MB, 500,000 appends', async () => {
  const { samples } = await spaceRun(500_000)
  for (const { entries, liveBytes, diskBytes } of samples) {
    const [live, disk] = [liveBytes, diskBytes].map((bytes) => (bytes / 1e6).toFixed(1))
    console.log(`${entries} entries: ${live} MB live, ${disk} MB on the disk`)
  }
  expect(samples.filter(({ liveBytes, diskBytes }) => diskBytes > 2 * liveBytes + 64 * 2 ** 20)).toEqual([])
}, 1_800_000)
