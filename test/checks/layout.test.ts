import { expect, test } from 'bun:test'
import { readSource, sourceFiles } from './source-files.ts'

const topLevel = [
  '.ci',
  '.gitignore',
  'CONTRIBUTING.md',
  'LICENSE',
  'NOTICE',
  'README.md',
  'agent',
  'api',
  'biome.json',
  'bun.lock',
  'bunfig.toml',
  'docs',
  'mesh',
  'package.json',
  'scripts',
  'test',
  'tsconfig.json',
]

const longestFile = 400

test('the top level holds what the architecture names, and nothing else', () => {
  const names = new Set(sourceFiles().map((file) => file.split('/')[0]!))
  expect([...names].sort()).toEqual(topLevel)
})

test(`no file has more than ${longestFile} lines, but for generated ones`, () => {
  const long = sourceFiles()
    .filter((file) => /\.(ts|cts|sh|proto)$|^scripts\/[^./]+$/.test(file) && !file.includes('/generated/'))
    .map((file) => ({ file, lines: readSource(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > longestFile)
  expect(long).toEqual([])
})

test('every dependency is pinned exactly', () => {
  const { dependencies, devDependencies } = JSON.parse(readSource('package.json')) as Record<
    string,
    Record<string, string>
  >
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  )
  expect(loose).toEqual([])
})

test('the repository names no registry, mirror or path of a machine', () => {
  const named = sourceFiles()
    .filter((file) => file !== 'test/checks/layout.test.ts' && !file.includes('/generated/'))
    .filter((file) =>
      /\/work\/(main|shared)|\/tmp\/skein\/|registry\.npmjs|deb\.debian\.org|ftp\.debian/.test(readSource(file)),
    )
  expect(named).toEqual([])
})
