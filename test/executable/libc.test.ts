import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { unpackArchive } from '../../agent/payload/unpack.ts'
import { archivePath } from '../../scripts/payload/pack.ts'
import { debianNames, type Target } from '../../scripts/payload/packages.ts'
import { dist, executable, makeScratch } from './built.ts'
import { glibcOrder, isElf, neededGlibc, neededVersions } from './elf.ts'

/** What Ubuntu 22.04, Ubuntu 24.04 and Debian 12 all have (2.35, 2.39, 2.36), with one to spare. */
const newestGlibc = '2.34'

const scratch = makeScratch('libc')
afterAll(() => scratch.remove())

/** Programs and libraries below a folder, by their path in it. */
function elfFiles(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    const bytes = statSync(path).isFile() ? readFileSync(path) : undefined
    if (bytes && isElf(bytes)) files.set(name, bytes)
  }
  return files
}

function tooNew(files: Map<string, Buffer>): string[] {
  return [...files].flatMap(([name, bytes]) => {
    const needed = neededGlibc(bytes)
    return needed && glibcOrder(needed) > glibcOrder(newestGlibc) ? [`${name} needs GLIBC_${needed}`] : []
  })
}

test('the symbol versions are read as readelf reads them', () => {
  const bytes = readFileSync('/proc/self/exe')
  expect(neededVersions(bytes)).toContain('GLIBC_2.17')
  expect(glibcOrder(neededGlibc(bytes)!)).toBeGreaterThanOrEqual(glibcOrder('2.17'))
})

test.each(Object.keys(debianNames) as Target[])('%s: the payload needs no glibc newer than 2.34', async (target) => {
  const folder = join(scratch.path, target)
  const path = archivePath(target, dist)
  mkdirSync(folder)
  await unpackArchive({ path, offsetBytes: 0, sizeBytes: statSync(path).size }, folder)
  const files = elfFiles(folder)
  const needs = [...files].map(([name, bytes]) => `${name} ${neededGlibc(bytes) ?? 'static'}`)
  console.log(`${target}: ${needs.sort().join(', ')}`)
  expect(files.size).toBe(15)
  expect(tooNew(files)).toEqual([])
  expect(neededGlibc(files.get('bin/pause')!)).toBeUndefined()
})

test.each(['x64', 'arm64'])('linux-%s: nor do the executable and its addons', (processor) => {
  const name = process.arch === processor ? executable : `${executable}-linux-${processor}`
  const files = elfFiles(join(dist, 'addons', `linux-${processor}`))
  files.set('skein', readFileSync(name))
  expect(files.size).toBe(4)
  expect(tooNew(files)).toEqual([])
})
