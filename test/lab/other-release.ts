import { join, resolve } from 'node:path'
import { output } from './command.ts'

const root = resolve(import.meta.dir, '../..')

export interface OtherRelease {
  /** What it is built from; HEAD by default. */
  commit?: string
  /** A change to one file of it, which stays no longer than the build. */
  change?: { file: string; from: string; to: string }
}

/** Builds the executable of another commit, or of a changed tree, in `directory`, and gives its path. Takes minutes. */
export async function buildRelease(directory: string, { commit = 'HEAD', change }: OtherRelease): Promise<string> {
  const hash = (await output(['git', '-C', root, 'rev-parse', commit])).trim()
  await output(['git', 'clone', '--quiet', '--shared', '--no-checkout', root, directory])
  await output(['git', '-C', directory, 'checkout', '--quiet', hash])
  if (change !== undefined) {
    const file = Bun.file(join(directory, change.file))
    const source = await file.text()
    if (!source.includes(change.from)) throw new Error(`${change.file} has no ${change.from}`)
    await file.write(source.replace(change.from, change.to))
  }
  await output([join(directory, 'scripts/build')], { timeoutMs: 600_000 })
  return join(directory, 'dist/skein')
}
