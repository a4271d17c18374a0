import { expect, test } from 'bun:test'
import { startTestServer } from '../../test/kubectl/test-server.ts'
import { fuzzRequests } from './request-fuzz.ts'

const admin = { name: 'admin', groups: ['system:masters'] }
const seeds = 25
const requestsPerSeed = 4000

test('100,000 damaged requests: no crash, no 500, memory flat', async () => {
  const t = await startTestServer()
  let afterWarmUp = 0
  for (let seed = 100; seed < 100 + seeds; seed++) {
    const { failures } = await fuzzRequests((request) => t.server.handle(request, admin), seed, requestsPerSeed)
    expect(failures).toEqual([])
    Bun.gc(true)
    const { heapUsed } = process.memoryUsage()
    if (seed === 105) afterWarmUp = heapUsed
    if (afterWarmUp > 0) expect(heapUsed).toBeLessThan(afterWarmUp + 100 * 1024 * 1024)
  }
  await t.stop()
}, 3600_000)
