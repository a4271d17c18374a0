import { ApiError } from '../client/client.ts'
import { statusOf, toApiError } from '../resource/status.ts'
import type { ResourceWatch, SeenEvent } from '../resource/watch.ts'

const eventsPerPull = 256
/** TCP keeps dead peers for long: something is written at least this often. */
export const heartbeatMs = 50_000

/** How the events of one watch are written. */
export interface EventWriter {
  contentType: string
  event(event: SeenEvent): Buffer
  /** A BOOKMARK at this revision. */
  bookmark(revision: number, isInitialEnd: boolean): Buffer
  error(status: ReturnType<typeof statusOf>): Buffer
  /** Bytes that mean nothing: sent when there is no event yet, since no header leaves before a body byte. Absent: there are none. */
  nothing: Buffer | undefined
}

/** White space that ends no line: some clients read lines, and take an empty one for an event. */
export const jsonNothing = Buffer.from(' ')

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
    { pull: (controller) => stream.pull(controller), cancel: () => stream.cancel() },
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
  /** The client has read everything and waits; answered by `#advance`. */
  #pulling: { controller: ReadableStreamDefaultController<Uint8Array>; pulled: () => void } | undefined

  constructor(options: WatchStreamOptions) {
    this.#options = options
    this.#initialEndDue = options.markInitialEnd
    this.#timeout = setTimeout(() => {
      this.#timedOut = true
      this.#advance()
    }, options.timeoutMs)
    this.#heartbeat = setInterval(() => {
      this.#heartbeatDue = true
      this.#advance()
    }, heartbeatMs)
    options.signal.addEventListener('abort', this.close)
    // Called directly, without a promise between: an event may have thousands of watches to go to.
    options.watch.changed = () => this.#advance()
  }

  close = (): void => {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timeout)
    clearInterval(this.#heartbeat)
    this.#options.signal.removeEventListener('abort', this.close)
    this.#options.watch.close()
    this.#advance()
    this.#options.done()
  }

  pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | undefined {
    if (this.#write(controller)) return undefined
    return new Promise((pulled) => {
      this.#pulling = { controller, pulled }
    })
  }

  #advance(): void {
    const pulling = this.#pulling
    if (!pulling || !this.#write(pulling.controller)) return
    this.#pulling = undefined
    pulling.pulled()
  }

  /** The client is gone, and its stream with it. */
  cancel(): void {
    this.#pulling?.pulled()
    this.#pulling = undefined
    this.close()
  }

  /** True when something was written, or the stream was ended. */
  #write(controller: ReadableStreamDefaultController<Uint8Array>): boolean {
    const { watch, writer } = this.#options
    try {
      if (!this.#closed && !this.#timedOut && !watch.isClosed) {
        let chunk = this.#take()
        while (!chunk && watch.hasMore) chunk = this.#take()
        if (chunk) controller.enqueue(chunk)
        return chunk !== undefined
      }
    } catch (error) {
      controller.enqueue(writer.error(statusOf(error instanceof ApiError ? error : toApiError(error))))
    }
    this.#pulling?.pulled()
    this.#pulling = undefined
    this.close()
    controller.close()
    return true
  }

  /** Everything there is to say now, as one chunk. */
  #take(): Buffer | undefined {
    const { watch, writer, bookmarks } = this.#options
    const pieces: Buffer[] = []
    for (const event of watch.take(eventsPerPull)) pieces.push(writer.event(event))
    if (this.#initialEndDue && watch.initialDone) {
      this.#initialEndDue = false
      pieces.push(writer.bookmark(watch.initialRevision, true))
    }
    // Not before what it would say was seen.
    if (pieces.length === 0 && (this.#heartbeatDue || this.#isFirst) && !watch.hasMore) {
      // Where no bytes mean nothing a bookmark takes the headers along.
      if (bookmarks && (this.#heartbeatDue || !writer.nothing)) pieces.push(writer.bookmark(watch.revision, false))
      else if (writer.nothing) pieces.push(writer.nothing)
    }
    if (pieces.length === 0) return undefined
    this.#isFirst = false
    this.#heartbeatDue = false
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
  }
}
