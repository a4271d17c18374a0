import { startThread } from '../thread/thread.ts'
import { DamagedFile } from './damage.ts'
import { SystemError } from './system-error.ts'

export interface DiskRequest {
  id: number
  call: string
  args: unknown[]
}

export interface DiskResponse {
  id: number
  result?: unknown
  error?: { code: string; message: string; damage?: { file: string; offset: number; what: string } }
}

/** A Worker that makes blocking calls, one after the other. Errors are SystemErrors or DamagedFiles. It keeps no process alive when idle. */
export class DiskThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>()
  #nextId = 1

  constructor(path: `${string}.worker.ts`) {
    this.#worker = startThread(path)
    this.#worker.onmessage = ({ data }: MessageEvent<DiskResponse>) => {
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if (this.#waiting.size === 0) this.#worker.unref()
      if (data.error === undefined) waiting?.resolve(data.result)
      else waiting?.reject(errorOf(data.error))
    }
    this.#worker.onerror = ({ message }) => this.#fail(new SystemError('EIO', `${path} failed: ${message}`))
    this.#worker.unref()
  }

  /** The number of calls under way is for the caller to bound. */
  call<T = void>(call: string, ...args: unknown[]): Promise<T> {
    const id = this.#nextId++
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.set(id, waiting)
    this.#worker.ref()
    this.#worker.postMessage({ id, call, args } satisfies DiskRequest)
    return waiting.promise as Promise<T>
  }

  terminate(): void {
    this.#fail(new SystemError('ECANCELED', 'the store is closed'))
    this.#worker.terminate()
  }

  #fail(error: SystemError): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

function errorOf({ code, message, damage }: NonNullable<DiskResponse['error']>): Error {
  return damage === undefined
    ? new SystemError(code, message)
    : new DamagedFile(damage.file, damage.offset, damage.what)
}

/** The Worker's side: answers every request by the method that it names. */
export function serveDisk(self: Worker, calls: Record<string, (...args: never[]) => unknown>): void {
  self.onmessage = ({ data: { id, call, args } }: MessageEvent<DiskRequest>) => {
    try {
      self.postMessage({ id, result: calls[call]!(...(args as never[])) } satisfies DiskResponse)
    } catch (error) {
      const { code = 'EIO', message } = error as SystemError
      const damage =
        error instanceof DamagedFile ? { file: error.file, offset: error.offset, what: error.what } : undefined
      self.postMessage({ id, error: { code, message, damage } } satisfies DiskResponse)
    }
  }
}
