/** What was saved cannot be read back. Nothing is changed on the disk. */
export class DamagedFile extends Error {
  readonly code = 'EDAMAGED'
  readonly file: string
  readonly offset: number
  readonly what: string

  constructor(file: string, offset: number, what: string) {
    super(
      `${file} is damaged at offset ${offset}: ${what}. Restore the directory from a copy, or let this node join anew`,
    )
    this.file = file
    this.offset = offset
    this.what = what
  }
}

/** Every later write of a store that failed to write once: nobody knows what of it reached the disk. */
export class StorePoisoned extends Error {
  /** Of the first failure: ENOSPC, EIO ... */
  readonly code: string

  constructor(directory: string, code: string, cause: Error) {
    const advice = code === 'ENOSPC' ? 'make room on the disk and restart' : 'check the disk and restart'
    super(`${directory} takes no more writes: ${cause.message}; what was acknowledged is safe: ${advice}`, { cause })
    this.code = code
  }
}
