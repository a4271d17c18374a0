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
