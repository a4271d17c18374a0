import type { ByteString, Operation } from '../backend.ts'
import { type Bytes, bytesOf, isHintKey, keyOf } from './key.ts'
import type { Snapshot, State } from './state.ts'

export interface BatchOptions {
  /** Taken for true: a batch is used once. */
  autoDestroy?: boolean
}

abstract class Batch {
  protected readonly state: State
  protected readonly snapshot: Snapshot | null
  #destroyed = false
  #flushed = false

  constructor(state: State, snapshot: Snapshot | null) {
    this.state = state
    this.snapshot = snapshot
    snapshot?.retain()
    state.enter()
  }

  /** Gives up what was not flushed. */
  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    // An error costs some microseconds: it writes the stack down.
    if (this.isAwaited) this.abort(new Error('Batch is destroyed'))
    this.snapshot?.release()
    this.state.leave()
  }

  async flush(): Promise<void> {
    if (this.#destroyed) throw new Error('Batch is destroyed')
    if (this.#flushed) throw new Error('Request in progress')
    this.#flushed = true
    try {
      const admitted = this.state.admitted()
      if (admitted !== true && !(await admitted)) throw new Error('RocksDB session is closed')
      await this.run()
    } catch (error) {
      this.abort(error as Error)
      throw error
    } finally {
      this.destroy()
    }
  }

  /** Like flush; what fails is told by the single operations' promises. */
  tryFlush(): void {
    this.flush().catch(() => {})
  }

  protected abstract run(): Promise<void> | void
  protected abstract abort(error: Error): void
  /** Whether somebody still waits for an operation of it. */
  protected abstract get isAwaited(): boolean
}

interface Get {
  key: ByteString
  resolve(value: Buffer | null | Promise<Buffer | null>): void
  reject(error: Error): void
}

export class ReadBatch extends Batch {
  #gets: Get[] = []

  constructor(state: State, snapshot: Snapshot | null, _options: BatchOptions = {}) {
    super(state, snapshot)
  }

  get(key: Bytes): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      this.#gets.push({ key: keyOf(key), resolve, reject })
    })
  }

  protected run(): Promise<void> | void {
    const source = this.snapshot?.view ?? this.state.backend
    const gets = this.#gets
    this.#gets = []
    this.state.stats.gets += gets.length
    this.state.stats.readBatches++
    const reads: Promise<unknown>[] = []
    for (const { key, resolve, reject } of gets) {
      const value = source.get(key)
      if (value instanceof Promise) reads.push(value.then(resolve, reject))
      else resolve(value)
    }
    if (reads.length > 0) return Promise.all(reads).then(() => {})
  }

  protected abort(error: Error): void {
    for (const { reject } of this.#gets) reject(error)
    this.#gets = []
  }

  protected get isAwaited(): boolean {
    return this.#gets.length > 0
  }
}

export class WriteBatch extends Batch {
  #operations: Operation[] = []
  #waiting: PromiseWithResolvers<void>[] = []

  constructor(state: State, _options: BatchOptions = {}) {
    super(state, null)
  }

  tryPut(key: Bytes, value: Bytes): void {
    this.state.stats.puts++
    this.#operations.push({ kind: 'put', key: keyOf(key), value: bytesOf(value) })
  }

  tryDelete(key: Bytes): void {
    this.state.stats.deletes++
    this.#operations.push({ kind: 'delete', key: keyOf(key) })
  }

  tryDeleteRange(start: Bytes, end: Bytes): void {
    this.state.stats.rangeDeletes++
    this.#operations.push({ kind: 'deleteRange', start: keyOf(start), end: keyOf(end) })
  }

  put(key: Bytes, value: Bytes): Promise<void> {
    this.tryPut(key, value)
    return this.#wait()
  }

  delete(key: Bytes): Promise<void> {
    this.tryDelete(key)
    return this.#wait()
  }

  deleteRange(start: Bytes, end: Bytes): Promise<void> {
    this.tryDeleteRange(start, end)
    return this.#wait()
  }

  protected async run(): Promise<void> {
    this.state.stats.writeBatches++
    const [first] = this.#operations
    if (first === undefined) return
    const hint = this.#operations.length === 1 && first.kind === 'put' && isHintKey(first.key)
    await this.state.backend.write(this.#operations, hint)
    for (const { resolve } of this.#waiting) resolve()
    this.#waiting = []
  }

  protected abort(error: Error): void {
    for (const { reject } of this.#waiting) reject(error)
    this.#waiting = []
  }

  protected get isAwaited(): boolean {
    return this.#waiting.length > 0
  }

  #wait(): Promise<void> {
    const waiting = Promise.withResolvers<void>()
    this.#waiting.push(waiting)
    return waiting.promise
  }
}
