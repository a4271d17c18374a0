import { expect, test } from 'bun:test'
import { measureControlBesideBulk, measureIdleLinks } from '../lab/links.ts'

test.each(['udp', 'websocket'] as const)(
  'control messages beside 20 MB of bulk on 20 Mbit/s, by %s',
  async (way) => {
    const figures = await measureControlBesideBulk(way, 20e6)
    console.log(`${way}: ${JSON.stringify(figures)}`)
    // A queue that nobody bounds is the router's 400 ms, or a kernel's megabytes.
    expect(figures.bulkP99Ms - figures.idleP99Ms).toBeLessThan(250)
    expect(figures.megabitsPerSecond).toBeGreaterThan(12)
  },
  60_000,
)

test('50 idle links', async () => {
  const figures = await measureIdleLinks(50, 10)
  console.log(JSON.stringify(figures))
  expect(figures.rssMb).toBeLessThan(100)
  expect(figures.cpuPercent).toBeLessThan(5)
}, 60_000)
