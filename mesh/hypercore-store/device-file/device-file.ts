import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Stands in for device-file 2.3, whose setAttr crashes Bun 1.4.5. The file says that the directory holds a corestore; the
 * lock on it is the store's own (see DirectoryLock).
 */
export class DeviceFile {
  readonly filename: string

  constructor(filename: string) {
    this.filename = filename
  }

  async ready(): Promise<void> {
    await mkdir(dirname(this.filename), { recursive: true })
    await writeFile(this.filename, '', { flag: 'a' })
  }

  /** No descriptor to hand over. */
  transfer(): number {
    return -1
  }

  async suspend(): Promise<void> {}

  async resume(): Promise<void> {}

  async close(): Promise<void> {}
}
