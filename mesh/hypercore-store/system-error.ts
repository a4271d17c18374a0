/** A failed system call, or damage; `code` as node's errors have it (ENOSPC, EIO ...). */
export class SystemError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
