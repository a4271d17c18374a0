import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nativeNode } from '../../mesh/hypercore-store/native-peer/native-peer.ts'
import { Lab } from '../lab/lab.ts'
import type { Server } from '../lab/server.ts'
import { until } from '../lab/until.ts'

const watcher = join(import.meta.dir, '../kubectl/client-node-watcher.mjs')

describe('a cluster restored from a snapshot on a server that has nothing else', () => {
  let lab: Lab
  let server: Server
  let informer: Bun.Subprocess<'ignore', 'pipe', 'inherit'>
  /** What the informer of a client of before has, newest last. */
  const seen: string[] = []
  const file = (name: string) => join(server.directory, name)

  beforeAll(async () => {
    lab = await Lab.forTest('restore')
    server = await lab.publicServer('s1', 1)
    await server.start(['--recovery-key-file', file('recovery-key')])
    await server.ready()
    await server.writeKubeconfig()
    await copyFile(server.kubeconfig, file('client-kubeconfig'))
    for (const name of ['one', 'two']) await server.kubectl(['create', 'configmap', name])
    const program = [await nativeNode(), watcher, file('client-kubeconfig')]
    informer = Bun.spawn(server.host.command(program), { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
    void collectLines(informer.stdout, seen)
    await until('the informer has a list', async () => seen.at(-1) === names('one', 'two'))
  }, 120_000)

  afterAll(async () => {
    informer?.kill()
    await informer?.exited
    await lab.close()
  }, 60_000)

  test('an informer of before goes on: it forgets what came after the snapshot, and hears what comes now', async () => {
    const place = ['--data-dir', server.dataDirectory]
    const saved = await server.skein(['snapshot', 'save', file('snapshot'), ...place])
    expect(saved.stderr).toBe('')
    await server.kubectl(['create', 'configmap', 'late'])
    await until('the informer hears it', async () => seen.at(-1) === names('late', 'one', 'two'))
    await server.remove()
    await rm(server.kubeconfig)

    const keys = ['--recovery-key-file', file('recovery-key')]
    const name = ['--name', server.name]
    const restored = await server.skein(['snapshot', 'restore', file('snapshot'), ...keys, ...name, ...place])
    expect(restored.exitCode).toBe(0)
    await server.start()
    await server.ready()
    await until('the informer has the list of then', async () => seen.at(-1) === names('one', 'two'))
    await server.writeKubeconfig()
    await server.kubectl(['create', 'configmap', 'new'])
    await until('the informer hears what is new', async () => seen.at(-1) === names('new', 'one', 'two'))
  }, 240_000)
})

/** Every cluster has the first in each namespace. */
function names(...rest: string[]): string {
  return JSON.stringify(['kube-root-ca.crt', ...rest].sort())
}

async function collectLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>, lines: string[]): Promise<void> {
  let rest = ''
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    lines.push(...parts)
  }
}
