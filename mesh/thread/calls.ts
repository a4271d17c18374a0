import type { Logger } from '../logger/logger.ts'

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/**
 * Calls into a Worker that answers `{id, call, args}` by `{id, result}` or `{id, error}`, each in order. Bounding the
 * number of calls under way is the caller's duty.
 */
export class ThreadCalls {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #failure: Error | undefined

  constructor(worker: Worker, name: string, log: Logger) {
    this.#worker = worker
    worker.onmessage = ({ data }: MessageEvent<{ id: number; result?: unknown; error?: string }>) => {
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if (data.error === undefined) waiting?.resolve(data.result)
      else waiting?.reject(new Error(`${name}: ${data.error}`))
    }
    worker.onerror = (event) => {
      log.error(`thread ${name} failed`, { error: event.message })
      this.#fail(new Error(`thread ${name} failed: ${event.message}`))
    }
  }

  call<T>(call: string, ...args: unknown[]): Promise<T> {
    return this.callGiving([], call, ...args)
  }

  /** These buffers of the arguments become the Worker's; here they are empty from now on. */
  callGiving<T>(given: ArrayBuffer[], call: string, ...args: unknown[]): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const id = this.#nextId++
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject })
      this.#worker.postMessage({ id, call, args }, given)
    })
  }

  /** Ends the thread; calls that wait are rejected. */
  terminate(): void {
    this.#fail(new Error('the thread has ended'))
    this.#worker.terminate()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}
