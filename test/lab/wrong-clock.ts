import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const libraries = ['/usr/lib/x86_64-linux-gnu/faketime', '/usr/lib/aarch64-linux-gnu/faketime']

/** A wall clock of one server's agent that goes wrong, by Debian's libfaketime; the monotonic clock stays right. */
export class WrongClock {
  readonly #file: string

  /** The offset is kept in a file in `directory`, which has to be there. */
  constructor(directory: string) {
    this.#file = join(directory, 'clock')
  }

  /** From now on the clock is off by this, as `+2y`, `-30d`, `+0`. */
  set(offset: string): Promise<void> {
    return writeFile(this.#file, offset)
  }

  /** What the agent is started with. Throws when libfaketime is not there. */
  get env(): Record<string, string> {
    const library = libraries.map((folder) => join(folder, 'libfaketimeMT.so.1')).find(existsSync)
    if (library === undefined) throw new Error('libfaketime is missing: apt-get install libfaketime')
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    }
  }
}
