import { tooManyRequests } from '../resource/status.ts'

/** Requests being worked on, reads and writes apart, each with a bound. Upstream: --max-requests-inflight. */
export class InFlight {
  #reading = 0
  #writing = 0
  #streaming = 0

  constructor(
    readonly maxReading: number,
    readonly maxWriting: number,
    readonly maxStreaming: number,
  ) {}

  get reading(): number {
    return this.#reading
  }

  get writing(): number {
    return this.#writing
  }

  /** Watches, logs and other requests that stay. */
  get streaming(): number {
    return this.#streaming
  }

  /** Returns how to leave, once. Throws ApiError 429 when there is no room. */
  enter(kind: 'read' | 'write' | 'stream'): () => void {
    if (kind === 'read') {
      if (this.#reading >= this.maxReading) throw full()
      this.#reading++
    } else if (kind === 'write') {
      if (this.#writing >= this.maxWriting) throw full()
      this.#writing++
    } else {
      if (this.#streaming >= this.maxStreaming) throw full()
      this.#streaming++
    }
    let isInside = true
    return () => {
      if (!isInside) return
      isInside = false
      if (kind === 'read') this.#reading--
      else if (kind === 'write') this.#writing--
      else this.#streaming--
    }
  }
}

const full = () => tooManyRequests('The server has received too many requests and has asked us to try again later', 1)
