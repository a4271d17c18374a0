import { afterEach, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Hypercore from 'hypercore'

const directories: string[] = []

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hypercore-store-'))
  directories.push(path)
  return path
}

afterEach(async () => {
  for (const path of directories.splice(0)) await rm(path, { recursive: true })
})

test('a core holds after it is opened again what was appended', async () => {
  const path = await directory()
  const first = new Hypercore(path)
  await first.append(['a', 'b', 'c'].map((text) => Buffer.from(text)))
  await first.truncate(2)
  await first.append(Buffer.from('d'))
  await first.close()
  const again = new Hypercore(path)
  await again.ready()
  expect(again.length).toBe(3)
  expect(`${await again.get(0)}${await again.get(1)}${await again.get(2)}`).toBe('abd')
  await again.close()
})

test('blocks as large as hypercore takes, and more of them than the log has room for at once', async () => {
  const path = await directory()
  const core = new Hypercore(path)
  const large = Array.from({ length: 4 }, (_, index) => Buffer.alloc(15 * 2 ** 20 - 1000, index))
  for (const block of large) await core.append(block)
  await core.append(large.slice(0, 2))
  await core.append(Buffer.from('small'))
  await core.close()
  const again = new Hypercore(path)
  await again.ready()
  expect(again.length).toBe(7)
  for (const [index, block] of [...large, ...large.slice(0, 2)].entries()) {
    expect((await again.get(index))?.equals(block)).toBe(true)
  }
  await again.close()
}, 30_000)

test('what hypercore hands out may be changed: the store keeps its own', async () => {
  const core = new Hypercore(await directory())
  await core.append(Buffer.from('kept'))
  const block = await core.get(0)
  block!.fill(0)
  expect(String(await core.get(0))).toBe('kept')
  await core.close()
})
