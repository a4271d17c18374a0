import { startThread } from '../thread/thread.ts'
import type { LogRequest, LogResponse } from './log.worker.ts'

/** Every later write of a store that failed to write rejects with this; `cause` is the first failure, `code` its code. */
export class WriteFailed extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

type Call = LogRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never

/** The log's thread: calls in order, each answered when it is on the disk. */
export class LogWriter {
  readonly #worker = startThread('mesh/hypercore-store/log.worker.ts')
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>()
  #nextId = 1

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<LogResponse>) => {
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if (this.#waiting.size === 0) this.#worker.unref()
      if (data.error === undefined) waiting?.resolve()
      else waiting?.reject(new WriteFailed(data.error.code, data.error.message))
    }
    this.#worker.onerror = ({ message }) => {
      for (const { reject } of this.#waiting.values())
        reject(new WriteFailed('EIO', `the log's thread failed: ${message}`))
      this.#waiting.clear()
    }
    // An idle store keeps no process alive.
    this.#worker.unref()
  }

  call(request: Call): Promise<void> {
    const id = this.#nextId++
    const waiting = Promise.withResolvers<void>()
    this.#waiting.set(id, waiting)
    this.#worker.ref()
    this.#worker.postMessage({ ...request, id })
    return waiting.promise
  }

  terminate(): void {
    this.#worker.terminate()
  }
}
