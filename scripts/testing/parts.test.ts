import { expect, test } from 'bun:test'
import { allParts, chosenParts, root } from './parts.ts'

test('every test file of the repository is in one part', () => {
  const listing = Bun.spawnSync(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.test.ts'], {
    cwd: root,
  })
  const files = listing.stdout.toString().trim().split('\n').sort()
  const inParts = allParts().flatMap((part) => part.files)
  expect(inParts.sort()).toEqual(files)
})

test('parts are chosen by name, by folder, by file', () => {
  const names = (...asked: string[]) => chosenParts(asked).map(({ name }) => name)
  expect(names('checks')).toEqual(['checks'])
  expect(names('agent')).toContain('agent/worker')
  expect(names('agent')).toContain('agent')
  expect(chosenParts(['agent/payload'])[0]!.files).toContain('agent/payload/tar.test.ts')
  expect(chosenParts(['./agent/payload/tar.test.ts'])[0]!.files).toEqual(['agent/payload/tar.test.ts'])
  expect(() => chosenParts(['nonsense'])).toThrow('no tests at nonsense; parts are checks, mesh,')
})
