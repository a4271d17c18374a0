import { expect, test } from 'bun:test'
import { noPodStreams, startTestServer } from '../../test/kubectl/test-server.ts'
import { fuzzRequests } from './request-fuzz.ts'

const admin = { name: 'admin', groups: ['system:masters'] }

test('damaged requests are refused, never answered with 500', async () => {
  const problems: string[] = []
  const log = {
    ...{ debug() {}, info() {}, warn() {} },
    error: (message: string, fields?: object) => problems.push(`${message} ${JSON.stringify(fields)}`),
    child: () => log,
  }
  const t = await startTestServer({ podStreams: noPodStreams, log })
  const { failures, codes } = await fuzzRequests((request) => t.server.handle(request, admin), 1, 4000)
  expect([...failures, ...problems]).toEqual([])
  // The fuzz is worth something only when it gets beyond the first check.
  for (const code of [200, 201, 400, 404, 405, 409, 415, 422])
    expect([code, codes.get(code) ?? 0]).not.toEqual([code, 0])
  await t.stop()
}, 60_000)
