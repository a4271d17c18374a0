import { afterEach, beforeEach, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addonDirectories, placeAddon } from './addon.ts'

let scratch: string
let directory: string

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'skein-addon-test-'))
  directory = join(scratch, 'addons')
})

afterEach(() => rmSync(scratch, { recursive: true }))

function embed(content: string): { path: string; sha256: string } {
  const path = join(scratch, 'embedded')
  writeFileSync(path, content)
  return { path, sha256: createHash('sha256').update(content).digest('hex') }
}

test('is written once to a private directory', () => {
  const file = placeAddon(directory, 'tool', embed('bytes'))
  expect(readFileSync(file, 'utf8')).toBe('bytes')
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  const { ino } = statSync(file)
  expect(placeAddon(directory, 'tool', embed('bytes'))).toBe(file)
  expect(statSync(file).ino).toBe(ino)
})

test('what lies there is compared before it is used', () => {
  const file = placeAddon(directory, 'tool', embed('bytes'))
  writeFileSync(file, 'other')
  expect(placeAddon(directory, 'tool', embed('bytes'))).toBe(file)
  expect(readFileSync(file, 'utf8')).toBe('bytes')
})

test('copies of other builds are removed, other addons are not', () => {
  placeAddon(directory, 'tool', embed('bytes'))
  placeAddon(directory, 'saw', embed('saw'))
  placeAddon(directory, 'tool', embed('newer'))
  expect(
    readdirSync(directory)
      .map((name) => name.split('-')[0])
      .sort(),
  ).toEqual(['saw', 'tool'])
})

test('a directory that others may write is refused, and so is damage inside the executable', () => {
  mkdirSync(directory)
  chmodSync(directory, 0o777)
  expect(() => placeAddon(directory, 'tool', embed('bytes'))).toThrow('may be written by other users')
  chmodSync(directory, 0o700)
  expect(() => placeAddon(directory, 'tool', { ...embed('bytes'), sha256: '00' })).toThrow('is damaged')
})

test.if(process.geteuid!() === 0)('a file of another user is refused', () => {
  const file = placeAddon(directory, 'tool', embed('bytes'))
  chownSync(file, 12345, 12345)
  expect(() => placeAddon(directory, 'tool', embed('bytes'))).toThrow(`${file} belongs to user 12345`)
})

test('the directory is one that only its user can make', () => {
  expect(addonDirectories(0, {})[0]).toBe('/var/lib/skein/addons')
  expect(addonDirectories(1000, { HOME: '/home/a' })[0]).toBe('/home/a/.cache/skein/addons')
  expect(addonDirectories(1000, {})).toEqual(['/dev/shm/skein-addons-1000'])
  expect(addonDirectories(0, { SKEIN_ADDON_DIRECTORY: '/x' })).toEqual(['/x'])
})
