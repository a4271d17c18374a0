import { afterEach, beforeEach, expect, test } from 'bun:test'
import { chmod, chown, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openKeyring, parseKeyring } from './keyring.ts'
import { openNodeKey } from './node-key.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skein-identity-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('a private file is 0600 and replaced whole', async () => {
  const path = join(directory, 'deep', 'secret')
  await writePrivateFile(path, 'one')
  await writePrivateFile(path, 'two')
  expect(await readPrivateFile(path)).toBe('two')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(directory, 'deep'))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(directory, 'deep'))).toEqual(['secret'])
  expect(await readPrivateFile(join(directory, 'absent'))).toBeUndefined()
})

test('a file that others can read or own is refused, and the message says what to do', async () => {
  const path = join(directory, 'secret')
  await writePrivateFile(path, 'one')
  await chmod(path, 0o640)
  expect(readPrivateFile(path)).rejects.toThrow(/mode 640.*chmod 600/)
  await chmod(path, 0o600)
  if (process.getuid!() !== 0) return
  await chown(path, 12345, 0)
  expect(readPrivateFile(path)).rejects.toThrow(/belongs to user 12345/)
})

test('keyring and node key are made once and read again', async () => {
  const keyring = await openKeyring(join(directory, 'keyring.json'), 'home', Date.now())
  expect(await openKeyring(join(directory, 'keyring.json'), 'other', Date.now())).toEqual(keyring)
  const key = await openNodeKey(join(directory, 'node.json'))
  expect(await openNodeKey(join(directory, 'node.json'))).toEqual(key)
})

test('damaged and newer keyrings are refused without showing their content', () => {
  expect(() => parseKeyring('k', '{"format":1,"clusterSeed":"secret"')).toThrow(/^k is not a keyring \(no JSON\)/)
  expect(() => parseKeyring('k', '{"format":2}')).toThrow('k has format 2, this build knows 1: upgrade this node')
  expect(() => parseKeyring('k', '{"format":1,"clusterName":"a"}')).toThrow('k lacks clusterSeed')
})
