import { ApiError, type Client } from '../../../api/client/client.ts'
import { events } from '../../../api/schema/generated/resources.ts'
import type { Event } from '../../../api/schema/generated/types/core-v1.ts'
import type { Clock } from '../../../mesh/clock/clock.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { EventCorrelator, type EventWrite } from './event-correlator.ts'
import type { EventSink, Happening } from './event-sink.ts'

/** Events that wait to be written; more are dropped and counted. Source: client-go's record, maxQueuedEvents. */
const maxWaiting = 1000
const concurrency = 8

/** Writes events behind the loops' backs. */
export class EventRecorder implements EventSink {
  #client: Client
  #clock: Clock
  #log: Logger
  #correlator = new EventCorrelator()
  #waiting: EventWrite[] = []
  #active = 0
  #dropped = 0
  #counter = 0
  #isStopped = false
  #idle: (() => void) | undefined

  constructor(client: Client, clock: Clock, log: Logger) {
    this.#client = client
    this.#clock = clock
    this.#log = log.child('events')
  }

  record(happening: Happening): void {
    if (this.#isStopped) return
    if (this.#waiting.length >= maxWaiting) {
      if (this.#dropped++ % maxWaiting === 0) this.#log.warn('too many events wait, some are dropped')
      return
    }
    const nowMs = this.#clock.nowMs()
    // Upstream's suffix is the time in nanoseconds; the counter stands for what a millisecond does not tell apart.
    const suffix = (BigInt(Math.floor(nowMs)) * 1_000_000n + BigInt(this.#counter++ % 1_000_000)).toString(16)
    const write = this.#correlator.correlate(happening, nowMs, suffix)
    if (!write) return
    this.#waiting.push(write)
    this.#next()
  }

  /** Drops what waits; resolves when nothing is being written. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#waiting = []
    if (this.#active === 0) return
    await new Promise<void>((resolve) => {
      this.#idle = resolve
    })
  }

  #next(): void {
    while (this.#active < concurrency && this.#waiting.length > 0) {
      this.#active++
      void this.#write(this.#waiting.shift()!).then(() => {
        this.#active--
        if (this.#active === 0) this.#idle?.()
        this.#next()
      })
    }
  }

  async #write({ kind, event }: EventWrite): Promise<void> {
    try {
      if (kind === 'update' && (await this.#update(event))) return
      await this.#client.resource(events).create(event)
    } catch (error) {
      this.#correlator.forget(event)
      // An event of a namespace that is going, or of a leader that is no longer one, is no loss.
      if (!(error instanceof ApiError)) this.#log.warn('an event could not be written', { error: String(error) })
    }
  }

  /** False when the event is no longer there: events expire. */
  async #update(event: Event): Promise<boolean> {
    try {
      await this.#client.resource(events).update(event)
      return true
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'NotFound') return false
      throw error
    }
  }
}
