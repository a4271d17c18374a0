import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { output, run } from './command.ts'

/** A file system of its own on a directory, which can be filled without harm to the machine's. */
export class SmallDisk {
  readonly #directory: string
  readonly #image: string

  private constructor(directory: string, image: string) {
    this.#directory = directory
    this.#image = image
  }

  /** Mounts a new ext4 on `directory`, its image beside it. As for a data directory, nobody else may read it. */
  static async mount(directory: string, sizeMb: number): Promise<SmallDisk> {
    const image = `${directory}.img`
    await mkdir(directory, { recursive: true })
    await output(['truncate', '-s', `${sizeMb}M`, image])
    // No blocks kept for root: full is full.
    await output(['mkfs.ext4', '-q', '-m', '0', image])
    await output(['mount', '-o', 'loop', image, directory])
    await chmod(directory, 0o700)
    return new SmallDisk(directory, image)
  }

  /** Takes all the room that is left, to the last block. */
  async fill(): Promise<void> {
    for (const block of ['1M', '4k']) {
      await run(['dd', 'if=/dev/zero', `of=${this.#ballast}-${block}`, `bs=${block}`, 'conv=fsync'])
    }
  }

  /** Gives the room back. */
  async free(): Promise<void> {
    for (const block of ['1M', '4k']) await rm(`${this.#ballast}-${block}`, { force: true })
  }

  async unmount(): Promise<void> {
    await output(['umount', this.#directory])
    await rm(this.#image, { force: true })
  }

  get #ballast(): string {
    return join(this.#directory, 'ballast')
  }
}
