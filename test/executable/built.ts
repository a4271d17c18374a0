import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dir, '../..')
export const dist = join(root, 'dist')

/** The executable that scripts/build left; throws where it did not. */
export const executable = join(dist, 'skein')
if (!existsSync(executable)) throw new Error(`${executable} is missing: run scripts/build`)

/**
 * A folder for one test that is neither in the repository nor in /tmp, so that either may be hidden from what is
 * tested. Remove it by `remove()`.
 */
export function makeScratch(name: string): { path: string; remove(): void } {
  const path = mkdtempSync(`/var/tmp/skein-${name}-`)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Ended {
  status: number | null
  out: string
  err: string
}

export function run(command: string[], env: Record<string, string> = {}, cwd?: string): Ended {
  const child = Bun.spawnSync(command, { env: { ...process.env, ...env }, cwd, stdin: 'ignore', stderr: 'pipe' })
  return { status: child.exitCode, out: child.stdout.toString(), err: child.stderr.toString() }
}

export function mustRun(command: string[], env: Record<string, string> = {}, cwd?: string): string {
  const { status, out, err } = run(command, env, cwd)
  if (status !== 0) throw new Error(`${command.join(' ')}: exit ${status}\n${out}${err}`)
  return out
}
