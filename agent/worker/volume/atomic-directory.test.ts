import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeAtomically } from './atomic-directory.ts'
import { dataFiles } from './content.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'skein-atomic-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const file = (path: string, text: string, mode = 0o644) => ({ path, content: Buffer.from(text), mode })
const read = (path: string) => readFileSync(join(directory, path), 'utf8')

test('files and folders come, change and go; unchanged ones are not written again', async () => {
  expect(await writeAtomically(directory, [file('a', '1'), file('deep/b', '2', 0o400)], {})).toBe(true)
  expect([read('a'), read('deep/b')]).toEqual(['1', '2'])
  expect(statSync(join(directory, 'deep/b')).mode & 0o777).toBe(0o400)
  const first = readlinkSync(join(directory, '..data'))
  expect(await writeAtomically(directory, [file('a', '1'), file('deep/b', '2', 0o400)], {})).toBe(false)
  expect(readlinkSync(join(directory, '..data'))).toBe(first)
  expect(await writeAtomically(directory, [file('a', '3'), file('c', '4')], {})).toBe(true)
  expect(read('a')).toBe('3')
  expect(
    readdirSync(directory)
      .filter((name) => !name.startsWith('..'))
      .sort(),
  ).toEqual(['a', 'c'])
  expect(readdirSync(directory).filter((name) => name.startsWith('..new-')).length).toBe(1)
})

test('an update that was broken off is made whole by the next', async () => {
  await writeAtomically(directory, [file('a', '1')], {})
  symlinkSync('nowhere', join(directory, '..data_tmp'))
  await writeAtomically(directory, [file('a', '2')], {})
  expect(read('a')).toBe('2')
})

test.each(['/etc/passwd', '../x', 'a/../../x', '..data', ''])('path %j is refused', async (path) => {
  await expect(writeAtomically(directory, [file(path, 'x')], {})).rejects.toThrow('invalid path')
})

test('keys of a secret: all, chosen ones, missing ones', () => {
  const secret = { data: { user: Buffer.from('eve').toString('base64'), pass: '' } }
  const source = { name: 's', namespace: 'n', defaultMode: 0o600 }
  const texts = (items?: { key: string; path: string; mode?: number }[], optional?: boolean) =>
    dataFiles('secret', secret, { ...source, items, optional }).map(({ path, content, mode }) => [
      path,
      Buffer.from(content).toString(),
      mode,
    ])
  expect(texts()).toEqual([
    ['user', 'eve', 0o600],
    ['pass', '', 0o600],
  ])
  expect(texts([{ key: 'user', path: 'x/y', mode: 0o444 }])).toEqual([['x/y', 'eve', 0o444]])
  expect(() => texts([{ key: 'none', path: 'x' }])).toThrow('references non-existent secret key: none')
  expect(texts([{ key: 'none', path: 'x' }], true)).toEqual([])
  expect(() => dataFiles('configmap', undefined, source)).toThrow('configmap "s" not found')
})
