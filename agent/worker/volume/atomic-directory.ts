import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'

export interface VolumeFile {
  /** Relative; may have folders. */
  path: string
  content: Uint8Array
  /** Permission bits. */
  mode: number
}

export interface Ownership {
  uid?: number
  gid?: number
}

/** A path that would leave the volume, or is one of ours. */
export class VolumePathError extends Error {
  override readonly name = 'VolumePathError'
}

export function checkRelativePath(path: string): void {
  if (path === '' || path.startsWith('/') || path.split('/').includes('..') || path.startsWith('..')) {
    throw new VolumePathError(
      `invalid path ${JSON.stringify(path)}: must be relative and must not contain or begin with ".."`,
    )
  }
}

/**
 * Replaces a directory's files all at once: they are written into a new folder, and one rename points `..data` at it;
 * the visible names are links through `..data`. Readers see either all old or all new files. Upstream: AtomicWriter.
 * Returns false when there was nothing to change.
 */
export async function writeAtomically(
  directory: string,
  files: readonly VolumeFile[],
  owner: Ownership,
): Promise<boolean> {
  for (const { path } of files) checkRelativePath(path)
  await mkdir(directory, { recursive: true, mode: 0o755 })
  const data = join(directory, '..data')
  const old = await readlink(data).catch(() => undefined)
  if (old !== undefined && (await isSame(join(directory, old), files))) return false
  const fresh = await mkdtemp(join(directory, '..new-'))
  await chmod(fresh, 0o755)
  for (const { path, content, mode } of files) {
    const file = join(fresh, normalize(path))
    await mkdir(dirname(file), { recursive: true, mode: 0o755 })
    await writeFile(file, content, { mode })
    // The process's umask must not take bits away.
    await chmod(file, mode)
    if (owner.uid !== undefined || owner.gid !== undefined) await chown(file, owner.uid ?? 0, owner.gid ?? 0)
  }
  const link = join(directory, '..data_tmp')
  await rm(link, { force: true })
  await symlink(fresh.slice(directory.length + 1), link)
  await rename(link, data)
  await updateNames(directory, files)
  for (const name of await readdir(directory)) {
    if (name.startsWith('..new-') && join(directory, name) !== fresh)
      await rm(join(directory, name), { recursive: true })
  }
  return true
}

async function isSame(folder: string, files: readonly VolumeFile[]): Promise<boolean> {
  const names = new Set<string>()
  const walk = async (path: string): Promise<void> => {
    for (const entry of await readdir(join(folder, path), { withFileTypes: true })) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isDirectory()) await walk(child)
      else names.add(child)
    }
  }
  try {
    await walk('')
    if (names.size !== files.length) return false
    for (const { path, content, mode } of files) {
      const file = join(folder, path)
      if (!names.has(normalize(path)) || ((await lstat(file)).mode & 0o7777) !== mode) return false
      if (Buffer.compare(await Bun.file(file).bytes(), content) !== 0) return false
    }
    return true
  } catch {
    return false
  }
}

async function updateNames(directory: string, files: readonly VolumeFile[]): Promise<void> {
  const wanted = new Set(files.map(({ path }) => normalize(path).split('/')[0]!))
  const present = (await readdir(directory)).filter((name) => !name.startsWith('..'))
  for (const name of present) if (!wanted.has(name)) await rm(join(directory, name), { recursive: true, force: true })
  for (const name of wanted) {
    if (!present.includes(name)) await symlink(join('..data', name), join(directory, name))
  }
}
