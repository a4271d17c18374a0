import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './source-files.ts'

const scratch = mkdtempSync(join(tmpdir(), 'skein-generated-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** Generates anew and compares with what is committed; gives what differs. */
async function differences(generator: string, committed: string): Promise<string> {
  const fresh = join(scratch, generator.replaceAll('/', '-'))
  const run = async (...command: string[]) => {
    const child = Bun.spawn(command, { cwd: root, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
    const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
    return { status: await child.exited, text: `${out}${err}` }
  }
  const made = await run(process.execPath, join(root, generator), fresh)
  if (made.text.includes('NotOfferedError')) {
    // Debian's development release moves on; what is committed can then only be read, not made again.
    console.log(`${generator} cannot be run any more: Debian no longer offers its sources\n${made.text}`)
    return ''
  }
  if (made.status !== 0) throw new Error(`${generator} failed:\n${made.text}`)
  const compared = await run('diff', '-r', join(root, committed), fresh)
  return compared.text.slice(0, 4000)
}

test.each([
  ['scripts/generator/generate.ts', 'api/schema/generated'],
  ['scripts/runtime-protocol/main.ts', 'agent/worker/runtime/generated'],
])(
  'what %s makes is committed: run scripts/generate',
  async (generator, committed) => {
    expect(await differences(generator, committed)).toBe('')
  },
  180_000,
)

test('no other folder is called generated', () => {
  const listing = Bun.spawnSync(['git', 'ls-files', '*/generated/*'], { cwd: root }).stdout.toString()
  const folders = new Set(
    listing
      .trim()
      .split('\n')
      .map((file) => file.replace(/\/generated\/.*/, '/generated')),
  )
  expect([...folders].sort()).toEqual(['agent/worker/runtime/generated', 'api/schema/generated'])
})
