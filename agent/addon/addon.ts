import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { openPrivateDirectory } from '../payload/private-directory.ts'
import { embeddedAddons } from './embedded.ts'

/**
 * Loads the native addon of the package that `bindingFile` belongs to.
 *
 * Bun itself would write an embedded addon to TMPDIR under a name that anybody can guess, and load what it finds
 * there. So addons are embedded as plain bytes, and the copy to load lies in a directory that only we may touch.
 */
export function loadAddon(bindingFile: string): unknown {
  const name = basename(dirname(bindingFile))
  if (embeddedAddons === undefined) {
    return open(join(dirname(bindingFile), 'prebuilds', `linux-${process.arch}`, `${name}.node`))
  }
  const embedded = embeddedAddons[name]
  if (!embedded) throw new Error(`the native addon ${name} is not part of this executable`)
  const failures: string[] = []
  for (const directory of addonDirectories(process.geteuid!(), process.env)) {
    try {
      return open(placeAddon(directory, name, embedded))
    } catch (error) {
      failures.push(`${directory}: ${(error as Error).message}`)
    }
  }
  throw new Error(`cannot load ${name}; name a directory by SKEIN_ADDON_DIRECTORY (tried ${failures.join('; ')})`)
}

/** Where the copies may lie, best first: some places are read-only or mounted noexec on some machines. */
export function addonDirectories(uid: number, env: NodeJS.ProcessEnv): string[] {
  if (env.SKEIN_ADDON_DIRECTORY) return [env.SKEIN_ADDON_DIRECTORY]
  if (uid === 0) return ['/var/lib/skein/addons', '/run/skein/addons', '/dev/shm/skein-addons']
  const directories = [`/dev/shm/skein-addons-${uid}`]
  if (env.XDG_RUNTIME_DIR) directories.unshift(join(env.XDG_RUNTIME_DIR, 'skein-addons'))
  const cache = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache'))
  if (cache) directories.unshift(join(cache, 'skein', 'addons'))
  return directories
}

/** The path of a copy in `directory` that is equal, byte by byte, to the embedded addon. */
export function placeAddon(directory: string, name: string, embedded: { path: string; sha256: string }): string {
  openPrivateDirectory(directory)
  const file = join(directory, `${name}-${embedded.sha256.slice(0, 16)}.node`)
  const bytes = readFileSync(embedded.path)
  if (createHash('sha256').update(bytes).digest('hex') !== embedded.sha256) {
    throw new Error(`the addon ${name} inside this executable is damaged: copy the executable here again`)
  }
  if (existsSync(file) && readFileSync(file).equals(bytes)) return file
  const fresh = `${file}.${process.pid}`
  try {
    writeFileSync(fresh, bytes, { mode: 0o600, flag: 'wx' })
    renameSync(fresh, file)
  } finally {
    rmSync(fresh, { force: true })
  }
  removeOlder(directory, name, file)
  return file
}

/** Copies of other builds; a process that has one loaded keeps it. */
function removeOlder(directory: string, name: string, current: string): void {
  for (const other of readdirSync(directory)) {
    const path = join(directory, other)
    if (other.startsWith(`${name}-`) && other.endsWith('.node') && path !== current) rmSync(path, { force: true })
  }
}

function open(file: string): unknown {
  const module = { exports: {} }
  process.dlopen(module, file)
  return module.exports
}
