import { afterAll, expect, test } from 'bun:test'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskUsage } from './disk-usage.ts'

const directory = mkdtempSync(join(tmpdir(), 'skein-usage-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('all below it, as du says; links are not followed, and a file of two names counts once', async () => {
  mkdirSync(join(directory, 'a/b'), { recursive: true })
  writeFileSync(join(directory, 'a/b/file'), Buffer.alloc(300_000, 1))
  linkSync(join(directory, 'a/b/file'), join(directory, 'a/again'))
  symlinkSync('/usr', join(directory, 'a/elsewhere'))
  writeFileSync(join(directory, 'small'), 'x')
  const said = Bun.spawnSync(['du', '-s', '--block-size=1', directory]).stdout.toString()
  expect(await diskUsage(directory)).toBe(Number.parseInt(said, 10))
  expect(await diskUsage(directory, (bytes) => bytes > 8192)).toBeGreaterThan(8192)
})

test('a directory that is not there', async () => {
  expect(await diskUsage(join(directory, 'absent')).catch((error) => error)).toMatchObject({ code: 'ENOENT' })
})
