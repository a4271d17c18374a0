import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { output } from '../lab/command.ts'
import { measureControlBesideBulk, measureIdleLinks } from '../lab/links.ts'

const program = join(import.meta.dir, '../../mesh/link/test/soak.ts')

test.each(['udp', 'websocket'] as const)(
  'control messages are at most 100 ms later beside 1 GB of bulk on 20 Mbit/s, by %s',
  async (way) => {
    const figures = await measureControlBesideBulk(way, 1e9)
    console.log(`${way}: ${JSON.stringify(figures)}`)
    expect(figures.bulkP99Ms - figures.idleP99Ms).toBeLessThanOrEqual(100)
  },
  1_200_000,
)

test('50 idle links take at most 70 MB and 1 % of a core', async () => {
  const figures = await measureIdleLinks(50, 120)
  console.log(JSON.stringify(figures))
  expect(figures.rssMb).toBeLessThanOrEqual(70)
  expect(figures.cpuPercent).toBeLessThanOrEqual(1)
}, 300_000)

test('20 peers, 30 minutes of churn: no message wrong, all linked in the end, memory flat', async () => {
  const printed = await output([process.execPath, program, '20', '1800'], { timeoutMs: 2_000_000 })
  console.log(printed)
  const { errors, missing, thirdsMb } = JSON.parse(printed)
  expect({ errors, missing }).toEqual({ errors: [], missing: 0 })
  expect(thirdsMb[2]).toBeLessThanOrEqual(thirdsMb[1] * 1.05)
}, 2_100_000)
