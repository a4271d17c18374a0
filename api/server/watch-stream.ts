import { ApiError } from '../client/client.ts'
import { statusOf, toApiError } from '../resource/status.ts'
import type { ResourceWatch, SeenEvent } from '../resource/watch.ts'

const eventsPerPull = 256
/** TCP keeps dead peers for long: something is written at least this often. */
export const heartbeatMs = 50_000

const newline = Buffer.from('\n')

/** How the events of one watch are written. */
export interface EventWriter {
  contentType: string
  event(event: SeenEvent): Buffer
  /** A BOOKMARK at this revision. */
  bookmark(revision: number, isInitialEnd: boolean): Buffer
  error(status: ReturnType<typeof statusOf>): Buffer
  /** Bytes that mean nothing: sent first, since no header leaves before a body byte. Absent: there are none. */
  nothing: Buffer | undefined
}

export const jsonNothing = newline

export interface WatchStreamOptions {
  watch: ResourceWatch
  writer: EventWriter
  bookmarks: boolean
  /** End the initial events with an annotated bookmark. */
  markInitialEnd: boolean
  timeoutMs: number
  signal: AbortSignal
  /** Called once, when the stream is over for whatever reason. */
  done(): void
}

/**
 * A pull stream over a watch: nothing is buffered for a slow client, whose cursor simply stays behind until it falls
 * off the ring and gets ERROR 410.
 */
export function watchStream(options: WatchStreamOptions): ReadableStream<Uint8Array> {
  const stream = new WatchBody(options)
  return new ReadableStream<Uint8Array>(
    { pull: (controller) => stream.pull(controller), cancel: () => stream.close() },
    { highWaterMark: 0 },
  )
}

class WatchBody {
  #options: WatchStreamOptions
  #isFirst = true
  #initialEndDue: boolean
  #heartbeatDue = false
  #timedOut = false
  #closed = false
  #timeout: ReturnType<typeof setTimeout>
  #heartbeat: ReturnType<typeof setInterval>
  #wake: (() => void) | undefined

  constructor(options: WatchStreamOptions) {
    this.#options = options
    this.#initialEndDue = options.markInitialEnd
    this.#timeout = setTimeout(() => {
      this.#timedOut = true
      this.#wake?.()
    }, options.timeoutMs)
    this.#heartbeat = setInterval(() => {
      this.#heartbeatDue = true
      this.#wake?.()
    }, heartbeatMs)
    options.signal.addEventListener('abort', this.close)
  }

  close = (): void => {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timeout)
    clearInterval(this.#heartbeat)
    this.#options.signal.removeEventListener('abort', this.close)
    this.#options.watch.close()
    this.#wake?.()
    this.#options.done()
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        if (this.#closed || this.#timedOut || this.#options.watch.isClosed) break
        const chunk = this.#take()
        if (chunk) {
          controller.enqueue(chunk)
          return
        }
        await this.#wait()
      }
    } catch (error) {
      const status = statusOf(error instanceof ApiError ? error : toApiError(error))
      controller.enqueue(this.#options.writer.error(status))
    }
    this.close()
    controller.close()
  }

  /** Everything there is to say now, as one chunk. */
  #take(): Buffer | undefined {
    const { watch, writer, bookmarks } = this.#options
    const pieces: Buffer[] = []
    if (this.#isFirst && writer.nothing) pieces.push(writer.nothing)
    this.#isFirst = false
    for (const event of watch.take(eventsPerPull)) pieces.push(writer.event(event))
    if (this.#initialEndDue && watch.initialDone) {
      this.#initialEndDue = false
      pieces.push(writer.bookmark(watch.initialRevision, true))
    }
    if (this.#heartbeatDue && pieces.length === 0) {
      if (bookmarks) pieces.push(writer.bookmark(watch.revision, false))
      else if (writer.nothing) pieces.push(writer.nothing)
    }
    this.#heartbeatDue = false
    if (pieces.length === 0) return undefined
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
  }

  async #wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    await Promise.race([promise, this.#options.watch.wait()])
    this.#wake = undefined
  }
}
