import { expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { commandTable } from '../../agent/command/table.ts'
import { readSource, root, sourceFiles } from './source-files.ts'

/** Lines of the shell examples in a document. */
function shellLines(document: string): string[] {
  const blocks = [...readSource(document).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!)
  return blocks.flatMap((block) => block.trim().split('\n'))
}

test.each(['README.md', 'CONTRIBUTING.md'])('the commands in %s exist', (document) => {
  const lines = shellLines(document)
  expect(lines.length).toBeGreaterThan(5)
  for (const line of lines) {
    const [program = '', name = ''] = line.split(/\s+/)
    if (program === 'skein') {
      expect(['help', ...commandTable.map((entry) => entry.name)]).toContain(name)
    } else if (program.startsWith('scripts/')) {
      expect([program, statSync(join(root, program)).mode & 0o111]).toEqual([program, 0o111])
    }
  }
})

test('links within the repository lead somewhere', () => {
  for (const document of sourceFiles().filter((file) => file.endsWith('.md'))) {
    for (const [, target] of readSource(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const path = join(document, '..', target!)
      expect(sourceFiles().filter((file) => file === path || file.startsWith(`${path}/`))).not.toEqual([])
    }
  }
})
