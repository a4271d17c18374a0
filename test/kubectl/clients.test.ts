import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { nativeNode } from '../../mesh/hypercore-store/native-peer/native-peer.ts'
import { startTestServer, type TestServer } from './test-server.ts'

// Other programs than kubectl that speak to a Kubernetes API.

let t: TestServer

beforeAll(async () => {
  t = await startTestServer()
})
afterAll(() => t.stop())

test("client-node's informer, by client certificate: list, then what changes", async () => {
  const program = join(import.meta.dir, 'client-node-informer.mjs')
  const kubeconfig = await t.kubeconfig('informer', ['system:masters'])
  const child = Bun.spawn([await nativeNode(), program, kubeconfig], { stdout: 'pipe', stderr: 'inherit' })
  expect((await new Response(child.stdout).text()).split('\n')).toEqual([
    'add before 1',
    'add after 2',
    'update after 3',
    'delete before 1',
    'cached after 3',
    '',
  ])
  expect(await child.exited).toBe(0)
}, 60_000)
