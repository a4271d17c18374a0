import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nativeModules, nativeNode } from '../native-peer/native-peer.ts'

const root = join(import.meta.dir, '../../..')
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hypercore-store-comparison-'))
})

afterAll(() => rm(directory, { recursive: true }))

/** The lines that test/program.mjs prints. */
async function run(runtime: string, modules: string, data: string): Promise<string[]> {
  const program = join(import.meta.dir, 'program.mjs')
  const child = Bun.spawn([runtime, program, modules, join(directory, data)], { stdout: 'pipe', stderr: 'pipe' })
  const [out, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${data} failed: ${errors}${out}`)
  return out.trim().split('\n')
}

test('Hypercore on this store does as on rocksdb-native under Node', async () => {
  const native = await run(await nativeNode(), nativeModules, 'native')
  const ours = await run(process.execPath, root, 'ours')
  expect(ours).toEqual(native)
  expect(ours.length).toBeGreaterThan(18)
}, 120_000)
