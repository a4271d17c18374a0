import type { Clock } from '../../../mesh/clock/clock.ts'
import { Heap } from '../scheduler/heap.ts'
import { seededRandom } from './seeded-random.ts'

type Run = (...args: unknown[]) => void

/** What a virtual `setTimeout` returns: as much of Node's Timeout as anybody uses. */
class VirtualTimer {
  dueMs: number
  readonly order: number
  readonly run: () => void
  /** Undefined for one that runs once. */
  readonly everyMs: number | undefined
  isOver = false

  constructor(dueMs: number, order: number, run: () => void, everyMs?: number) {
    this.dueMs = dueMs
    this.order = order
    this.run = run
    this.everyMs = everyMs
  }

  ref = () => this
  unref = () => this
}

/** Turns of the event loop in which nothing was due, after which everybody waits for a timer. */
const restingTurns = 2

/**
 * For simulations: clock and timers that leap to the next timer as soon as nobody has anything to do, so that back-offs
 * and grace periods take no time and a slow machine changes nothing. The process's timers, `performance.now` and random
 * sources are replaced until `restore`: with the same seed all goes the same way again. Whatever waits for the machine
 * (disks, sockets, threads) cannot be simulated with it: time runs away meanwhile.
 */
export class VirtualTime implements Clock {
  #nowMs = 0
  #order = 0
  #rested = 0
  #isOver = false
  readonly #timers = new Heap<VirtualTimer>((a, b) => (a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs))
  readonly #restores: (() => void)[] = []

  constructor(seed: number) {
    this.#replace(globalThis, 'setTimeout', ((run: Run, ms?: number, ...args: unknown[]) =>
      this.#add(run, args, ms)) as unknown as typeof setTimeout)
    this.#replace(globalThis, 'setInterval', ((run: Run, ms?: number, ...args: unknown[]) =>
      this.#add(run, args, ms, Math.max(1, ms ?? 1))) as unknown as typeof setInterval)
    for (const name of ['clearTimeout', 'clearInterval'] as const) {
      const clear: (timer?: NodeJS.Timeout) => void = globalThis[name]
      this.#replace(globalThis, name, ((timer?: NodeJS.Timeout | VirtualTimer) => {
        if (timer instanceof VirtualTimer) timer.isOver = true
        else clear(timer)
      }) as typeof clearTimeout)
    }
    this.#replace(performance, 'now', () => this.#nowMs)
    const random = seededRandom(seed)
    this.#replace(Math, 'random', random)
    const fill = (bytes: Uint8Array) =>
      bytes.forEach((_, i) => {
        bytes[i] = Math.floor(random() * 256)
      })
    this.#replace(crypto, 'getRandomValues', (<T>(array: T): T => {
      const { buffer, byteOffset, byteLength } = array as ArrayBufferView
      fill(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength))
      return array
    }) as typeof crypto.getRandomValues)
    this.#replace(crypto, 'randomUUID', () => {
      const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('')
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') as ReturnType<typeof crypto.randomUUID>
    })
    setImmediate(() => this.#turn())
  }

  nowMs(): number {
    return Date.parse('2026-01-01T00:00:00Z') + this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  restore(): void {
    this.#isOver = true
    for (const restore of this.#restores) restore()
  }

  #replace<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): void {
    const own = Object.getOwnPropertyDescriptor(target, key)
    Object.defineProperty(target, key, { value, writable: true, configurable: true })
    this.#restores.push(() => {
      if (own) Object.defineProperty(target, key, own)
      else delete target[key]
    })
  }

  #add(run: Run, args: unknown[], ms = 0, everyMs?: number): VirtualTimer {
    const timer = new VirtualTimer(this.#nowMs + Math.max(1, ms), this.#order++, () => run(...args), everyMs)
    this.#timers.push(timer)
    return timer
  }

  #turn(): void {
    if (this.#isOver) return
    setImmediate(() => this.#turn())
    if (this.#rested++ < restingTurns) return
    let timer = this.#timers.pop()
    while (timer?.isOver) timer = this.#timers.pop()
    if (!timer) return
    this.#rested = 0
    this.#nowMs = timer.dueMs
    if (timer.everyMs !== undefined) {
      timer.dueMs += timer.everyMs
      this.#timers.push(timer)
    } else {
      timer.isOver = true
    }
    timer.run()
  }
}
