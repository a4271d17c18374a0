import type { Logger } from '../../mesh/logger/logger.ts'
import type { ObjectKey, WorkQueue } from './informer.ts'

export interface WorkQueueOptions {
  /** Does the work of one key; a rejection makes it be done again after a back-off. */
  work(key: ObjectKey): Promise<void>
  log: Logger
  /** Keys worked on at the same time. Default 1. */
  concurrency?: number
  /** First back-off; doubles with each failure in a row, up to `maxDelayMs`. Defaults 50 ms and 60 s. */
  baseDelayMs?: number
  maxDelayMs?: number
  /** [0, 1), for the jitter. */
  random?: () => number
}

/** A WorkQueue that works by itself as soon as keys come. */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  return new KeyedQueue(options)
}

class KeyedQueue implements WorkQueue {
  #options: WorkQueueOptions
  #waiting = new Set<ObjectKey>()
  #active = new Set<ObjectKey>()
  /** Added again while being worked on. */
  #again = new Set<ObjectKey>()
  #failures = new Map<ObjectKey, number>()
  #delayed = new Map<ObjectKey, { timer: ReturnType<typeof setTimeout>; dueMs: number }>()
  #stopped = false
  #isScheduled = false
  #idle: (() => void) | undefined

  constructor(options: WorkQueueOptions) {
    this.#options = options
  }

  get length(): number {
    return this.#waiting.size + this.#again.size + this.#delayed.size
  }

  add(key: ObjectKey): void {
    if (this.#stopped) return
    this.#cancelDelay(key)
    if (this.#active.has(key)) this.#again.add(key)
    else this.#waiting.add(key)
    this.#schedule()
  }

  addAfter(key: ObjectKey, delayMs: number): void {
    if (this.#stopped) return
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const dueMs = performance.now() + delayMs
    const known = this.#delayed.get(key)
    if (known && known.dueMs <= dueMs) return
    this.#cancelDelay(key)
    const timer = setTimeout(() => this.add(key), Math.min(delayMs, 2 ** 31 - 1))
    this.#delayed.set(key, { timer, dueMs })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting.clear()
    this.#again.clear()
    for (const key of [...this.#delayed.keys()]) this.#cancelDelay(key)
    if (this.#active.size > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
  }

  #cancelDelay(key: ObjectKey): void {
    const known = this.#delayed.get(key)
    if (!known) return
    clearTimeout(known.timer)
    this.#delayed.delete(key)
  }

  /** Once the present turn is over, so that adds of one batch fold into one. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => this.#next())
  }

  #next(): void {
    this.#isScheduled = false
    const concurrency = this.#options.concurrency ?? 1
    while (this.#active.size < concurrency && this.#waiting.size > 0) {
      const key = this.#waiting.values().next().value!
      this.#waiting.delete(key)
      this.#active.add(key)
      void this.#work(key)
    }
  }

  async #work(key: ObjectKey): Promise<void> {
    try {
      await this.#options.work(key)
      this.#failures.delete(key)
    } catch (error) {
      this.#fail(key, error)
    }
    this.#active.delete(key)
    if (this.#again.delete(key) && !this.#stopped) this.#waiting.add(key)
    if (this.#stopped && this.#active.size === 0) this.#idle?.()
    this.#next()
  }

  #fail(key: ObjectKey, error: unknown): void {
    const { baseDelayMs = 50, maxDelayMs = 60_000, random = Math.random, log } = this.#options
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    const delayMs = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(failures - 1, 30)) * (0.9 + 0.2 * random())
    const fields = { key, failures, delayMs: Math.round(delayMs), error: String(error) }
    if (failures < 4) log.debug('work failed, again after a back-off', fields)
    else log.warn('work keeps failing, again after a back-off', fields)
    if (!this.#again.has(key)) this.addAfter(key, delayMs)
  }
}
