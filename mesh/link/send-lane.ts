import { type DataFrame, type LaneIndex, maxPayloadBytes } from './frame.ts'
import { LinkViolation } from './violation.ts'

/** Who sent a message: told when bytes of it are on their way. */
export interface Sender {
  protocol: number
  queuedBytes: number
}

interface Waiting {
  sender: Sender
  message: Uint8Array
  /** How much of it was cut into frames. */
  offset: number
}

/**
 * One lane's messages on their way out: waiting ones are cut into frames only when there is room for them, and frames are
 * kept until they are acknowledged, to be sent again on another way.
 */
export class SendLane {
  readonly lane: LaneIndex
  /** Frames kept for resending hold at most this many bytes; then nothing new is cut. */
  readonly maxKeptBytes: number
  /** Bytes of messages that were not cut yet. */
  waitingBytes = 0
  /** Bytes kept, and of those the ones sent on the present way. */
  keptBytes = 0
  inFlightBytes = 0
  resentBytes = 0
  #waiting: Waiting[] = []
  #waitingHead = 0
  #kept: DataFrame[] = []
  /** Index of the oldest not acknowledged, and of the next to send (again). */
  #keptHead = 0
  #sendIndex = 0
  #firstSeq = 0
  /** Frames before this were sent on an earlier way. */
  #freshSeq = 0

  constructor(lane: LaneIndex, maxKeptBytes: number) {
    this.lane = lane
    this.maxKeptBytes = maxKeptBytes
  }

  /** The seq of the next frame to be cut. */
  get next(): number {
    return this.#firstSeq + this.#kept.length - this.#keptHead
  }

  /** The oldest seq not acknowledged. */
  get unacknowledged(): number {
    return this.#firstSeq
  }

  get hasFrame(): boolean {
    return this.#sendIndex < this.#kept.length || this.#mayCut
  }

  get #mayCut(): boolean {
    return this.#waitingHead < this.#waiting.length && this.keptBytes < this.maxKeptBytes
  }

  /** Takes ownership of the message. */
  push(sender: Sender, message: Uint8Array): void {
    this.#waiting.push({ sender, message, offset: 0 })
    sender.queuedBytes += message.length
    this.waitingBytes += message.length
  }

  /** The next frame to send; undefined when there is none, or too much is kept. */
  take(): DataFrame | undefined {
    if (this.#sendIndex === this.#kept.length) {
      const frame = this.#cut()
      if (frame === undefined) return undefined
      this.#kept.push(frame)
      this.keptBytes += costOf(frame)
    }
    const frame = this.#kept[this.#sendIndex++]!
    this.inFlightBytes += frame.payload.length
    if (frame.seq < this.#freshSeq) this.resentBytes += frame.payload.length
    return frame
  }

  /** All before `seq` have come. Bytes that were acknowledged and had been sent on the present way. */
  acknowledged(seq: number): number {
    if (seq > this.next) throw new LinkViolation(`frame ${seq} of ${this.next} acknowledged`)
    let bytes = 0
    while (this.#firstSeq < seq) {
      const frame = this.#kept[this.#keptHead]!
      this.#kept[this.#keptHead] = nothing
      this.keptBytes -= costOf(frame)
      if (this.#keptHead < this.#sendIndex) bytes += frame.payload.length
      else this.#sendIndex++
      this.#keptHead++
      this.#firstSeq++
    }
    this.inFlightBytes -= bytes
    this.#compact()
    return bytes
  }

  /** The present way is another: all that is not acknowledged is sent again. */
  rewind(): void {
    if (this.#sendIndex > this.#keptHead)
      this.#freshSeq = Math.max(this.#freshSeq, this.#kept[this.#sendIndex - 1]!.seq + 1)
    this.#sendIndex = this.#keptHead
    this.inFlightBytes = 0
  }

  #cut(): DataFrame | undefined {
    if (!this.#mayCut) return undefined
    const first = this.#waiting[this.#waitingHead]!
    const { sender, message, offset } = first
    const end = Math.min(offset + maxPayloadBytes, message.length)
    first.offset = end
    sender.queuedBytes -= end - offset
    this.waitingBytes -= end - offset
    const isLast = end === message.length
    if (isLast) this.#dropWaitingHead()
    return {
      kind: 'data',
      lane: this.lane,
      seq: this.next,
      protocol: sender.protocol,
      messageBytes: offset === 0 ? message.length : undefined,
      isLast,
      payload: message.subarray(offset, end),
    }
  }

  #dropWaitingHead(): void {
    this.#waiting[this.#waitingHead++] = none
    if (this.#waitingHead === this.#waiting.length) {
      this.#waiting = []
      this.#waitingHead = 0
    } else if (this.#waitingHead > 256 && this.#waitingHead * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#waitingHead)
      this.#waitingHead = 0
    }
  }

  #compact(): void {
    if (this.#keptHead < this.#kept.length && (this.#keptHead < 256 || this.#keptHead * 2 < this.#kept.length)) return
    this.#kept = this.#kept.slice(this.#keptHead)
    this.#sendIndex -= this.#keptHead
    this.#keptHead = 0
  }
}

/** A frame costs its payload and what keeping it takes. */
function costOf(frame: DataFrame): number {
  return frame.payload.length + 64
}

/** In the place of what is gone, so that its bytes are not held. */
const none: Waiting = { sender: { protocol: 0, queuedBytes: 0 }, message: new Uint8Array(0), offset: 0 }
const nothing: DataFrame = { kind: 'data', lane: 0, seq: 0, protocol: 0, isLast: true, payload: none.message }
