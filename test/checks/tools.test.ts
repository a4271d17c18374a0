import { expect, test } from 'bun:test'
import { root } from './source-files.ts'

async function run(...command: string[]): Promise<string> {
  const child = Bun.spawn(command, { cwd: root, stdout: 'pipe', stderr: 'pipe', stdin: 'ignore' })
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return status === 0 ? '' : `${out}${err}`.slice(-4000)
}

test('Biome finds nothing to format or to mend', async () => {
  expect(await run(process.execPath, 'node_modules/.bin/biome', 'ci', '--colors=off', '.')).toBe('')
}, 120_000)

test('the types are right (tsc --noEmit, strict)', async () => {
  expect(await run(process.execPath, 'node_modules/.bin/tsc', '--noEmit', '--pretty', 'false')).toBe('')
}, 300_000)
