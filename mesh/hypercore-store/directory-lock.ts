import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tryLock } from './libc.ts'

/**
 * Lets one process at a time use a directory: a lock that the kernel drops with the process, on a file that tells who
 * holds it.
 */
export class DirectoryLock {
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Makes the directory when absent. */
  static async take(directory: string): Promise<DirectoryLock> {
    await mkdir(directory, { recursive: true })
    const path = join(directory, 'LOCK')
    const file = await open(path, 'a+', 0o600)
    try {
      if (!tryLock(file.fd, path)) throw await inUse(directory, path)
      await file.truncate(0)
      await file.write(`${process.pid}\n`)
    } catch (error) {
      await file.close()
      throw error
    }
    return new DirectoryLock(file)
  }

  async release(): Promise<void> {
    await this.#file.close()
  }
}

/** A second use of a directory; `code` is EBUSY. */
export class DirectoryInUse extends Error {
  readonly code = 'EBUSY'
}

async function inUse(directory: string, lockPath: string): Promise<DirectoryInUse> {
  const pid = (await readFile(lockPath, 'utf8')).trim()
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const words = command.split('\0').filter((word) => word !== '')
  const name = words.length > 0 ? ` (${words.slice(0, 3).join(' ')})` : ''
  const advice = Number(pid) === process.pid ? 'close it there first' : `stop that first: kill ${pid}`
  return new DirectoryInUse(`${directory} is in use by process ${pid}${name}: ${advice}, or choose another directory`)
}
