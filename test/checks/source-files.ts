import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dir, '../..')

/** Every file that git knows or would take, by its path from the root. */
export function sourceFiles(): string[] {
  const listing = Bun.spawnSync(['git', 'ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  if (listing.exitCode !== 0) throw new Error(`git ls-files: ${listing.stderr}`)
  const files = listing.stdout.toString().trim().split('\n')
  return files.filter((file) => Bun.file(join(root, file)).size > 0 || file.endsWith('.ts'))
}

export function readSource(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
