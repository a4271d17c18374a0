import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The file is there but may not be trusted: another user owns it or may read or write it. */
export class UnsafeFileError extends Error {
  override readonly name = 'UnsafeFileError'
}

/** Reads a secret; undefined when there is no such file. Throws UnsafeFileError when others could have read or changed it. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  let handle: FileHandle
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const { uid, mode } = await handle.stat()
    if (uid !== process.getuid!()) {
      throw new UnsafeFileError(
        `${path} belongs to user ${uid}, not to ${process.getuid!()}: remove it or give it back`,
      )
    }
    if ((mode & 0o077) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(3, '0')
      throw new UnsafeFileError(`${path} may be read or written by others (mode ${shown}): run chmod 600 ${path}`)
    }
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Writes a secret so that after a crash either the old or the new one is there, whole, and only its owner reads it. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const directory = dirname(path)
  await makePrivateDirectory(directory)
  const temporary = `${path}.new`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.chmod(0o600)
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, path)
  const parent = await open(directory, 'r')
  try {
    await parent.sync()
  } finally {
    await parent.close()
  }
}

/** Makes a directory that only its owner enters; refuses one that belongs to another user. */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const { uid } = await stat(path)
  if (uid === process.getuid!()) return
  throw new UnsafeFileError(`${path} belongs to user ${uid}, not to ${process.getuid!()}: choose another directory`)
}
