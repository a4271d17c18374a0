import {
  decodePacket,
  encodeControl,
  encodeMessage,
  headerBytes,
  type Packet,
  PacketType,
  writeHeader,
} from './packet.ts'
import { ReceiveSide } from './receive-side.ts'
import { SendSide } from './send-side.ts'
import { after, distance, type Seq } from './sequence.ts'

/** The most a peer may have sent us that nobody has read. */
export const maxReceiveWindow = 4 * 1024 * 1024
/** A sender that keeps to the window is over it by a packet at most; what comes beyond this is dropped. */
const windowSlackBytes = 64 * 1024
/**
 * How long a stream that is done answers a remote that missed the last acknowledgement: longer than it tries. libudx has
 * no such time, and its remotes time out then.
 */
export const timeWaitMs = 30_000
/** So many data packets at most are answered by one acknowledgement. */
const packetsPerAck = 16
/** A packet out of order counts as several: its sender waits for news. */
const gapWeight = 4

export type CloseReason = 'ECONNRESET' | 'ETIMEDOUT' | 'done'

/** What a call of the engine asks its shell to do, in this order. Taken by `takeEffects`. */
export interface StreamEffects {
  /** To the stream's remote address. */
  datagrams: Uint8Array[]
  /** In order; views of the datagrams that were received. */
  payloads: Uint8Array[]
  /** Unordered messages. */
  messages: Uint8Array[]
  /** The remote sends no more. */
  remoteEnded: boolean
  /** All that was sent before the last change of remote is acknowledged. */
  remoteChanged: boolean
  /** Everything has been said (done), or nothing can be any more. */
  closed?: CloseReason
}

export interface StreamEngineOptions {
  nowMs: number
  random: () => number
  /** First seq of ours; 0 but in tests. */
  seq?: Seq
}

/**
 * One UDX stream as a pure machine: packets and time in, packets and payloads out. The shell calls `pump` at `deadlineMs`
 * and, when `wantsTurn` is true, once more at the end of the present turn of its loop.
 */
export class StreamEngine {
  readonly send: SendSide
  readonly receiver: ReceiveSide
  /** A packet that is not full, or an acknowledgement, waits for company. */
  wantsTurn = false
  #remoteId = 0
  #isConnected = false
  #isClosed = false
  #acksDue = 0
  #windowBytes = maxReceiveWindow
  #announcedBytes = maxReceiveWindow
  /** The remote sends more than it was told. */
  #isOverrun = false
  /** Acknowledged up to here, the remote change is over. */
  #changeSeq: Seq | undefined
  #effects: StreamEffects = emptyEffects()

  constructor(options: StreamEngineOptions) {
    this.receiver = new ReceiveSide(0)
    this.send = new SendSide({
      seq: options.seq ?? 0,
      nowMs: options.nowMs,
      random: options.random,
      transmit: (types, seq, datagram) => this.#transmit(types, seq, datagram),
      heartbeat: () => this.#control(PacketType.HEARTBEAT),
    })
  }

  get isConnected(): boolean {
    return this.#isConnected && !this.#isClosed
  }

  /** `overheadBytes`: IP and UDP headers (28, for IPv6 48). `ack`: the remote's first seq, 0 but in tests. */
  connect(remoteId: number, overheadBytes: number, nowMs: number, ack?: Seq): void {
    this.#remoteId = remoteId
    this.#isConnected = true
    this.send.overheadBytes = overheadBytes
    if (ack !== undefined) {
      this.receiver.next = ack
      this.send.windowSeq = ack
    }
    if (this.#acksDue > 0) this.#acknowledge()
    this.send.timer.armKeepAlive(nowMs)
  }

  /** From now on packets go to another stream id (and, by the shell, another address). */
  changeRemote(remoteId: number, overheadBytes: number): void {
    this.#remoteId = remoteId
    this.send.overheadBytes = overheadBytes
    this.send.mtu.reset()
    if (this.send.isIdle) this.#effects.remoteChanged = true
    else this.#changeSeq = this.send.next
  }

  write(chunks: Uint8Array[], nowMs: number): void {
    for (const chunk of chunks) this.send.write(chunk, nowMs)
    this.#pump(nowMs, false)
  }

  end(nowMs: number): void {
    this.send.end()
    this.#pump(nowMs, false)
  }

  /** Unordered, unreliable; in one datagram. */
  message(payload: Uint8Array): void {
    this.#effects.datagrams.push(encodeMessage(this.#header(this.send.next), payload))
  }

  /** How much more the shell's reader can take: what the remote is told. */
  setWindow(bytes: number): void {
    this.#isOverrun = bytes < -windowSlackBytes
    this.#windowBytes = Math.max(0, Math.min(bytes, maxReceiveWindow))
    const wasClosed = this.#announcedBytes < maxReceiveWindow / 4
    if (wasClosed && this.#windowBytes > maxReceiveWindow / 2 && this.isConnected) this.#acknowledge()
  }

  receive(datagram: Uint8Array, nowMs: number): void {
    const packet = decodePacket(datagram)
    if (packet === undefined || this.#isClosed) return
    if ((packet.types & PacketType.HEARTBEAT) !== 0) {
      this.#acknowledge()
      return
    }
    this.#take(packet)
    if (this.#isClosed) return
    if ((packet.types & PacketType.MESSAGE) !== 0) this.#effects.messages.push(packet.payload)
    this.send.acknowledged(packet, nowMs)
    if (this.#changeSeq !== undefined && distance(this.send.unacked, this.#changeSeq) >= 0) {
      this.#changeSeq = undefined
      this.#effects.remoteChanged = true
    }
    this.#planAcknowledgement(packet)
    if (this.#isConnected) this.#pump(nowMs, true)
    this.#closeWhenDone()
  }

  /** A timer is due, or the turn asked for by `wantsTurn` has come. */
  pump(nowMs: number): void {
    if (this.#isClosed) return
    this.wantsTurn = false
    if (this.#acksDue > 0) this.#acknowledge()
    this.send.timeout(nowMs)
    if (this.send.timedOut) {
      this.#close('ETIMEDOUT')
      return
    }
    if (this.#isConnected) this.#pump(nowMs, true)
  }

  /** When `pump` has to be called; undefined when nothing is waited for. */
  deadlineMs(): number | undefined {
    const { timer, pacedUntilMs } = this.send
    const timerMs = timer.kind === undefined ? undefined : timer.atMs
    if (pacedUntilMs === undefined || timerMs === undefined) return pacedUntilMs ?? timerMs
    return Math.min(pacedUntilMs, timerMs)
  }

  /** The stream was given up here: tells the remote, once. */
  destroy(): void {
    if (this.isConnected) {
      this.#control(PacketType.DESTROY)
      this.send.next = after(this.send.next)
    }
    this.#isClosed = true
    this.#release()
  }

  /** The last acknowledgement, for a remote that missed it (TIME_WAIT). */
  finalAcknowledgement(): Uint8Array {
    return encodeControl({ types: 0, ...this.#header(this.send.next) })
  }

  takeEffects(): StreamEffects {
    const effects = this.#effects
    this.#effects = emptyEffects()
    return effects
  }

  #take(packet: Packet): void {
    const { types, seq } = packet
    if ((types & (PacketType.DATA | PacketType.END)) !== 0 && !this.#isOverrun) {
      const before = this.receiver.ended
      this.receiver.receive(seq, packet.payload, (types & PacketType.END) !== 0, this.#effects.payloads)
      if (this.receiver.ended && !before) this.#effects.remoteEnded = true
    }
    // Never of an old packet: a stream that uses the id again must not be reset by its forerunner's.
    if ((types & PacketType.DESTROY) !== 0 && distance(seq, this.receiver.next) >= 0) this.#close('ECONNRESET')
  }

  #planAcknowledgement(packet: Packet): void {
    if ((packet.types & (PacketType.DATA | PacketType.END)) === 0) return
    const isUrgent = this.receiver.hasGap || (packet.types & PacketType.END) !== 0
    this.#acksDue += isUrgent ? gapWeight : 1
    if (this.#acksDue >= packetsPerAck || this.receiver.ended) this.#acknowledge()
    else this.wantsTurn = true
  }

  #pump(nowMs: number, partial: boolean): void {
    if (this.isConnected && this.send.pump(nowMs, partial)) this.wantsTurn = true
  }

  #acknowledge(): void {
    // Before connect nobody knows where to: what is due is sent then.
    if (!this.#isConnected) {
      this.#acksDue++
      return
    }
    this.#acksDue = 0
    const header = { types: 0, ...this.#header(this.send.next) }
    this.#effects.datagrams.push(encodeControl(header, this.receiver.sackRanges()))
  }

  #control(types: number): void {
    this.#effects.datagrams.push(encodeControl({ types, ...this.#header(this.send.next) }))
  }

  #transmit(types: number, seq: Seq, datagram: Uint8Array): void {
    writeHeader(datagram, { types, ...this.#header(seq) })
    this.#effects.datagrams.push(datagram)
  }

  #header(seq: Seq) {
    const rwnd = Math.max(0, this.#windowBytes - this.receiver.reorderBytes)
    this.#announcedBytes = rwnd
    return { remoteId: this.#remoteId, rwnd, seq, ack: this.receiver.next }
  }

  #closeWhenDone(): void {
    if (!this.send.ended || !this.receiver.ended || this.#isClosed) return
    if (this.#acksDue > 0) this.#acknowledge()
    this.#close('done')
  }

  #close(reason: CloseReason): void {
    this.#isClosed = true
    this.#effects.closed = reason
    this.#release()
  }

  #release(): void {
    this.send.clear()
    this.receiver.clear()
    this.wantsTurn = false
  }
}

/** IP and UDP headers before the UDX header. */
export function overheadBytesOf(family: 4 | 6): number {
  return family === 6 ? 48 : 28
}

/** The largest message that fits the smallest path. */
export const maxMessageBytes = 1200 - 48 - headerBytes

function emptyEffects(): StreamEffects {
  return { datagrams: [], payloads: [], messages: [], remoteEnded: false, remoteChanged: false }
}
