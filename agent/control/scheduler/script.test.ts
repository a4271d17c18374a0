import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runScript } from './script-runner.ts'

/**
 * Each file in `script/` is a conversation with the scheduler's core: blocks of input, `----`, the expected answers.
 * `SKEIN_REWRITE=1 bun test` writes the present answers into the files, to be read before they are kept.
 */
const folder = join(import.meta.dir, 'script')

for (const file of readdirSync(folder)) {
  test(`script ${file}`, async () => {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    const answered = runScript(text)
    if (process.env.SKEIN_REWRITE) await Bun.write(path, answered)
    else expect(answered).toBe(text)
  })
}
