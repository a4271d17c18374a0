import { BulkWindow } from './bulk-window.ts'
import {
  type Acknowledgement,
  bulkLane,
  controlLane,
  type DataFrame,
  type LaneIndex,
  lanes,
  maxPayloadBytes,
} from './frame.ts'
import { type Hello, isSameHalf, type SessionHalf } from './hello.ts'
import { type Received, ReceiveLane } from './receive-lane.ts'
import { type Sender, SendLane } from './send-lane.ts'
import { LinkViolation } from './violation.ts'

/** Kept for resending, together at most 4 MiB. */
const maxKeptBytes = { [controlLane]: 1024 * 1024, [bulkLane]: 3 * 1024 * 1024 } as const
/**
 * Nothing of a lane is handed to a transport in which so much waits. With one more frame of bulk that is 64 KiB at most:
 * what a control message may find before it.
 */
const maxUnsentBytes = { [controlLane]: 256 * 1024, [bulkLane]: 64 * 1024 - maxPayloadBytes } as const
/**
 * So many round trips' worth may be on its way in a transport that tells what waits in it, and sees to the path itself:
 * what comes behind a lost packet is acknowledged late.
 */
const tellingRoundTrips = 3
/** So much received is acknowledged at once, less of it after a while, or with what goes back anyhow. */
const acknowledgeBytes = 32 * 1024
const acknowledgeDelayMs = 25

/** What waits in the way that is used. */
export interface Waiting {
  bytes: number
  /** True when no more than that waits on this host. */
  isAll: boolean
  /** The path's own round trip, where the transport measures it. */
  roundTripMs?: number
}

/**
 * What two ends have said to each other and not yet acknowledged, whichever way it goes: two lanes each way, numbered, kept
 * until they have come. Pure: frames and time in, frames out.
 */
export class Session {
  /** The peer's half of the name; its protocols by index. */
  readonly peer: SessionHalf
  readonly peerProtocols: readonly string[]
  readonly #send = [new SendLane(controlLane, maxKeptBytes[0]), new SendLane(bulkLane, maxKeptBytes[1])] as const
  readonly #receive = [new ReceiveLane(), new ReceiveLane()] as const
  readonly #window = new BulkWindow()
  #dueBytes = 0
  #acknowledgeAtMs: number | undefined

  constructor(peer: SessionHalf, peerProtocols: readonly string[]) {
    this.peer = peer
    this.peerProtocols = peerProtocols
  }

  /** Bytes that wait to be sent for the first time. */
  get waitingBytes(): number {
    return this.#send[0].waitingBytes + this.#send[1].waitingBytes
  }

  get resentBytes(): number {
    return this.#send[0].resentBytes + this.#send[1].resentBytes
  }

  /** Sent, and kept until it is acknowledged. */
  get keptBytes(): number {
    return this.#send[0].keptBytes + this.#send[1].keptBytes
  }

  get isOutstanding(): boolean {
    return this.keptBytes > 0
  }

  get acknowledgement(): Acknowledgement {
    return [this.#receive[0].next, this.#receive[1].next]
  }

  get acknowledgeAtMs(): number | undefined {
    return this.#acknowledgeAtMs
  }

  /** True unless the peer has what was never sent to it. */
  fits(hello: Hello, self: SessionHalf): boolean {
    return !isSameHalf(hello.peer, self) || lanes.every((lane) => hello.received[lane]! <= this.#send[lane].next)
  }

  send(lane: LaneIndex, sender: Sender, message: Uint8Array): void {
    this.#send[lane].push(sender, message)
  }

  /** The peer has all before these. Throws LinkViolation when it cannot have. */
  acknowledged(acknowledgement: Acknowledgement, nowMs: number): void {
    this.#send[controlLane].acknowledged(acknowledgement[controlLane])
    this.#window.acknowledged(this.#send[bulkLane].acknowledged(acknowledgement[bulkLane]), nowMs)
  }

  /** Gives the message that the frame completes. Throws LinkViolation. */
  received(frame: DataFrame, nowMs: number): Received | undefined {
    if (frame.protocol >= this.peerProtocols.length) throw new LinkViolation(`protocol ${frame.protocol}`)
    this.#dueBytes += frame.payload.length + 1
    const atMs = this.#dueBytes > acknowledgeBytes ? nowMs : nowMs + acknowledgeDelayMs
    this.#acknowledgeAtMs = Math.min(this.#acknowledgeAtMs ?? atMs, atMs)
    return this.#receive[frame.lane].receive(frame)
  }

  /** The next frame for the present way, control first; undefined when there is none or the way is full. */
  take(waiting: Waiting, nowMs: number): DataFrame | undefined {
    const frame = this.#take(waiting, nowMs)
    if (frame !== undefined) this.acknowledgementSent()
    return frame
  }

  /** True when an acknowledgement has to go by itself. */
  isAcknowledgementDue(nowMs: number): boolean {
    return this.#acknowledgeAtMs !== undefined && this.#acknowledgeAtMs <= nowMs
  }

  acknowledgementSent(): void {
    this.#dueBytes = 0
    this.#acknowledgeAtMs = undefined
  }

  /** From now on another way is used: what is not acknowledged goes again. */
  rewind(): void {
    for (const lane of this.#send) lane.rewind()
    this.#window.reset()
  }

  #take(waiting: Waiting, nowMs: number): DataFrame | undefined {
    if (waiting.bytes < maxUnsentBytes[controlLane]) {
      const frame = this.#send[controlLane].take()
      if (frame !== undefined) return frame
    }
    if (waiting.bytes >= maxUnsentBytes[bulkLane]) return undefined
    const lane = this.#send[bulkLane]
    const limitBytes = this.#window.limitBytes(waiting.isAll ? tellingRoundTrips : 1, waiting.roundTripMs)
    if (lane.inFlightBytes >= limitBytes) return undefined
    const frame = lane.take()
    if (frame === undefined) this.#window.starved()
    else this.#window.sent(frame.payload.length, nowMs)
    return frame
  }
}
