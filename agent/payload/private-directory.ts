import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What is wrong with a directory that only this process's user may touch. The message names the way out. */
export class PrivateDirectoryError extends Error {
  constructor(
    readonly code: 'not-a-directory' | 'foreign-owner' | 'writable-by-others',
    message: string,
  ) {
    super(message)
    this.name = 'PrivateDirectoryError'
  }
}

function refuseForeign(path: string, uid: number): void {
  const self = process.geteuid!()
  if (uid === self) return
  throw new PrivateDirectoryError(
    'foreign-owner',
    `${path} belongs to user ${uid}, not to user ${self}, and will not be used: remove it`,
  )
}

/**
 * Makes `directory` (mode 0700) where it is missing and checks it where it exists: it must be a real directory, it
 * and everything in it must belong to this process's user, and nobody else may write to it. What is read or executed
 * from it can then have been put there by nobody else.
 */
export function openPrivateDirectory(directory: string): void {
  mkdirSync(dirname(directory), { recursive: true })
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const stat = lstatSync(directory)
  if (!stat.isDirectory()) {
    throw new PrivateDirectoryError('not-a-directory', `${directory} is no directory: remove it`)
  }
  refuseForeign(directory, stat.uid)
  if ((stat.mode & 0o022) !== 0) {
    throw new PrivateDirectoryError(
      'writable-by-others',
      `${directory} may be written by other users: check what is in it, then chmod 700 ${directory}`,
    )
  }
  if ((stat.mode & 0o777) !== 0o700) chmodSync(directory, 0o700)
  refuseForeignFiles(directory)
}

function refuseForeignFiles(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    // Another process may be removing its temporary files at this moment.
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (!stat) continue
    refuseForeign(path, stat.uid)
    if (stat.isDirectory()) refuseForeignFiles(path)
  }
}
