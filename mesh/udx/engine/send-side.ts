import { Bbr } from './bbr.ts'
import { DeliveryRate } from './delivery-rate.ts'
import { LossDetection } from './loss-detection.ts'
import { Pacer } from './pacer.ts'
import { allocatePacket, headerBytes, type Packet, PacketType } from './packet.ts'
import { PathMtu } from './path-mtu.ts'
import { RoundTrip } from './round-trip.ts'
import { SendQueue } from './send-queue.ts'
import { SendTimer } from './send-timer.ts'
import { FlightList, SentPacket } from './sent-packet.ts'
import { after, distance, type Seq } from './sequence.ts'

/** libudx's receive window: what a peer takes that has not said otherwise. */
const initialRemoteWindow = 4 * 1024 * 1024
/** Whatever a peer says it takes: what is written and not acknowledged is ours to keep. */
const maxRemoteWindow = 16 * 1024 * 1024
/**
 * One more timeout of a packet than this ends the stream. libudx allows 6: at a loss of 25 % each way two streams in a
 * thousand then fail while they close.
 */
const maxTimeouts = 9

export interface SendSideOptions {
  seq: Seq
  nowMs: number
  random: () => number
  /** Stamps the header with what is true now and sends. The datagram stays ours: it may be sent again. */
  transmit(types: number, seq: Seq, datagram: Uint8Array): void
  /** Sends a HEARTBEAT: the peer answers with an acknowledgement. */
  heartbeat(): void
}

/** Everything about getting bytes to the peer: what goes when, what was lost, when to give up. */
export class SendSide {
  /** The next seq to use, and the oldest not acknowledged. */
  next: Seq
  unacked: Seq
  readonly roundTrip = new RoundTrip()
  readonly mtu = new PathMtu()
  readonly congestion: Bbr
  readonly timer = new SendTimer()
  readonly flight = new FlightList()
  readonly queue = new SendQueue()
  /** Bytes written that are not acknowledged. */
  pendingBytes = 0
  writtenOffset = 0
  ackedOffset = 0
  /** True once END was sent, and once all was acknowledged after it. */
  endSent = false
  ended = false
  /** The peer never answered: the stream is over. */
  timedOut = false
  /** IP and UDP headers, set at connect. */
  overheadBytes = 28
  /** When pacing lets the next packet go; undefined when it is not pacing that holds it back. */
  pacedUntilMs: number | undefined
  readonly #options: SendSideOptions
  readonly #outstanding = new Map<Seq, SentPacket>()
  readonly #rate = new DeliveryRate()
  readonly #loss: LossDetection
  readonly #pacer: Pacer
  #retransmissions: SentPacket[] = []
  #sacked = 0
  /** Where acknowledged ranges ended that were walked already. */
  readonly #walked = new Map<Seq, Seq>()
  #remoteWindow = initialRemoteWindow
  #windowSeq: Seq
  #windowAck: Seq
  #isEnding = false
  #isRecovering = false
  #recoverySeq: Seq = 0
  retransmitted = 0

  constructor(options: SendSideOptions) {
    this.#options = options
    this.next = options.seq
    this.unacked = options.seq
    this.#windowSeq = 0
    this.#windowAck = options.seq
    this.congestion = new Bbr(options.random)
    this.#loss = new LossDetection(options.seq)
    this.#pacer = new Pacer(options.nowMs)
  }

  get segmentBytes(): number {
    return this.mtu.bytes - this.overheadBytes - headerBytes
  }

  /** More than this pending and the writer should wait. */
  get highWaterBytes(): number {
    return 256 * 1024 + Math.min(this.congestion.window * this.segmentBytes, this.#remoteWindow)
  }

  get isIdle(): boolean {
    return this.unacked === this.next
  }

  set windowSeq(seq: Seq) {
    this.#windowSeq = seq
  }

  write(chunk: Uint8Array, nowMs: number): void {
    if (this.pendingBytes === 0 && this.#remoteWindow === 0) this.#probeWindow(nowMs)
    this.queue.push(chunk)
    this.pendingBytes += chunk.length
    this.writtenOffset += chunk.length
  }

  end(): void {
    this.#isEnding = true
  }

  /** Sends what windows and pacing allow. A packet that is not full waits unless `partial`; true when one waits. */
  pump(nowMs: number, partial: boolean): boolean {
    this.pacedUntilMs = undefined
    while (this.#retransmissions.length > 0) {
      const packet = this.#retransmissions[0]!
      if (packet.isLost && !packet.isAcked) {
        if (!this.#maySend(nowMs, true)) return false
        this.#retransmit(packet, nowMs)
      }
      this.#retransmissions.shift()
    }
    while (this.queue.bytes > 0 || (this.#isEnding && !this.endSent)) {
      if (this.queue.bytes < this.segmentBytes && !partial && !this.#isEnding) return true
      if (!this.#maySend(nowMs, false)) return false
      this.#sendNew(nowMs)
    }
    if (this.flight.packets < this.congestion.window) this.#rate.appLimited(this.flight.bytes)
    return false
  }

  /** Takes in what a packet of the peer says of ours. */
  acknowledged(packet: Packet, nowMs: number): void {
    if (distance(packet.ack, this.next) > 0) return
    this.#updateWindow(packet, nowMs)
    const before = this.#rate.delivered
    let rttMs: number | undefined
    const acked = (sent: SentPacket) => {
      rttMs = this.#acked(sent, nowMs) ?? rttMs
    }
    const advanced = this.#advance(packet.ack, acked)
    // Ranges of an honest peer do not overlap: together they are no longer than what is outstanding.
    let steps = distance(this.next, this.unacked)
    for (const { start, end } of packet.sacks) if (steps > 0) steps -= this.#sack(start, end, acked)
    const progressed = this.#rate.delivered !== before
    if (progressed) {
      const lossFound = this.#detectLoss(nowMs)
      const sample = this.#rate.sample(nowMs, this.roundTrip.minMs)
      const { delivered } = this.#rate
      this.congestion.acknowledged(nowMs, sample, delivered, rttMs, this.flight.bytes, lossFound, this.segmentBytes)
    }
    if (this.isIdle && this.endSent) this.ended = true
    if (progressed || advanced) this.#rearm(nowMs)
  }

  /** The timer's time has come. */
  timeout(nowMs: number): void {
    const kind = this.timer.fire(nowMs)
    if (kind === 'keep-alive') this.#options.heartbeat()
    else if (kind === 'window-probe') this.#probeWindow(nowMs)
    else if (kind === undefined || this.isIdle) return
    else if (kind === 'reorder') this.#reorderTimeout(nowMs)
    else if (kind === 'tail-probe') this.#tailProbe(nowMs)
    else this.#retransmissionTimeout(nowMs)
  }

  clear(): void {
    this.queue.clear()
    this.#outstanding.clear()
    this.#retransmissions = []
    this.timer.stop()
    this.pacedUntilMs = undefined
  }

  #maySend(nowMs: number, isRetransmission: boolean): boolean {
    if (this.flight.packets >= this.congestion.window) return false
    if (!isRetransmission && this.flight.bytes >= this.#remoteWindow) return false
    if (this.#pacer.allows(nowMs, this.congestion.bytesPerMs, this.segmentBytes)) return true
    this.pacedUntilMs = nowMs + 1
    return false
  }

  #sendNew(nowMs: number): void {
    const size = Math.min(this.segmentBytes, this.queue.bytes)
    const paddingBytes = size === this.segmentBytes ? this.mtu.probePadding() : 0
    const datagram = allocatePacket(size, paddingBytes)
    this.queue.take(size, datagram, headerBytes + paddingBytes)
    let types = size > 0 ? PacketType.DATA : 0
    if (this.#isEnding && this.queue.bytes === 0) {
      types |= PacketType.END
      this.endSent = true
    }
    const offset = this.writtenOffset - this.queue.bytes
    const packet = new SentPacket(this.next, types, datagram, size, offset, paddingBytes)
    this.#outstanding.set(packet.seq, packet)
    this.next = after(this.next)
    this.#transmit(packet, nowMs)
    if (!this.#isRecovering && this.#sacked === 0) this.timer.armTailProbe(nowMs, this.roundTrip, this.flight.packets)
    else if (!this.timer.isWatchingFlight) this.timer.armRetransmission(nowMs, this.roundTrip)
  }

  #transmit(packet: SentPacket, nowMs: number): void {
    this.#rate.sent(packet, nowMs, this.flight.packets === 0)
    packet.sentAtMs = nowMs
    packet.isLost = false
    this.flight.add(packet)
    this.#pacer.spend(packet.datagram.length)
    this.#options.transmit(packet.types, packet.seq, packet.datagram)
  }

  #retransmit(packet: SentPacket, nowMs: number): void {
    packet.wasRetransmitted = true
    this.retransmitted++
    this.#transmit(packet, nowMs)
    if (!this.timer.isWatchingFlight) this.timer.armRetransmission(nowMs, this.roundTrip)
  }

  #updateWindow(packet: Packet, nowMs: number): void {
    if (distance(packet.ack, this.unacked) < 0) return
    const bySeq = distance(packet.seq, this.#windowSeq)
    if (bySeq < 0 || (bySeq === 0 && distance(packet.ack, this.#windowAck) < 0)) return
    this.#windowSeq = packet.seq
    this.#windowAck = packet.ack
    this.#remoteWindow = Math.min(packet.rwnd, maxRemoteWindow)
    if (packet.rwnd > 0) this.timer.stopWindowProbe()
    else if (this.isIdle && this.queue.bytes > 0) this.timer.armWindowProbe(nowMs, this.roundTrip)
  }

  #advance(ack: Seq, acked: (packet: SentPacket) => void): boolean {
    if (distance(ack, this.unacked) <= 0) return false
    while (this.unacked !== ack) {
      const packet = this.#outstanding.get(this.unacked)!
      this.#outstanding.delete(this.unacked)
      this.unacked = after(this.unacked)
      if (packet.isAcked) this.#sacked--
      else acked(packet)
      this.ackedOffset = packet.endOffset
    }
    if (this.#isRecovering && distance(ack, this.#recoverySeq) >= 0) this.#isRecovering = false
    this.#walked.clear()
    this.timer.tailProbeAnswered(this.unacked)
    return true
  }

  /** Ranges grow at their end: what was walked before is not walked again. How far it went. */
  #sack(start: Seq, end: Seq, acked: (packet: SentPacket) => void): number {
    const isSane = distance(end, this.next) <= 0 && distance(start, end) < 0 && distance(start, this.unacked) >= 0
    if (!isSane) return 0
    const walked = this.#walked.get(start)
    const from = walked !== undefined && distance(walked, end) <= 0 ? walked : start
    for (let seq = from; seq !== end; seq = after(seq)) {
      const packet = this.#outstanding.get(seq)
      if (packet === undefined || packet.isAcked) continue
      this.#sacked++
      acked(packet)
    }
    this.#walked.set(start, end)
    return distance(end, from)
  }

  /** The round trip when the packet was sent once. */
  #acked(packet: SentPacket, nowMs: number): number | undefined {
    packet.isAcked = true
    if (!packet.isLost) this.flight.remove(packet)
    this.pendingBytes -= packet.payloadBytes
    this.#rate.acked(packet, nowMs)
    const rttMs = nowMs - packet.sentAtMs
    if (!packet.wasRetransmitted) {
      this.roundTrip.sample(rttMs)
      this.timer.allowTailProbe()
    }
    this.#loss.acked(packet, rttMs, this.roundTrip.minMs)
    if (packet.paddingBytes > 0) {
      this.mtu.proved(packet.paddingBytes)
      packet.paddingBytes = 0
    }
    return packet.wasRetransmitted ? undefined : rttMs
  }

  #detectLoss(nowMs: number): boolean {
    const { lost, againAfterMs } = this.#loss.detect(
      this.flight,
      nowMs,
      this.roundTrip,
      this.#isRecovering,
      this.#sacked,
    )
    // A lost probe says something of its size, nothing of congestion.
    const realLoss = lost.some((packet) => packet.paddingBytes === 0)
    for (const packet of lost) this.#markLost(packet)
    if (realLoss && !this.#isRecovering) {
      this.#isRecovering = true
      this.#recoverySeq = this.next
      this.timer.endTailProbe()
    }
    if (againAfterMs !== undefined) this.timer.armReorder(nowMs, againAfterMs)
    else if (this.timer.kind === 'reorder') this.timer.armRetransmission(nowMs, this.roundTrip)
    return realLoss
  }

  #markLost(packet: SentPacket): void {
    if (packet.isLost || packet.isAcked) return
    packet.isLost = true
    this.flight.remove(packet)
    if (packet.paddingBytes > 0) {
      this.mtu.lost()
      const bare = allocatePacket(packet.payloadBytes)
      bare.set(packet.datagram.subarray(headerBytes + packet.paddingBytes), headerBytes)
      packet.datagram = bare
      packet.paddingBytes = 0
    }
    this.#retransmissions.push(packet)
  }

  #rearm(nowMs: number): void {
    if (this.isIdle) {
      if (this.#remoteWindow === 0 && this.queue.bytes > 0) this.timer.armWindowProbe(nowMs, this.roundTrip)
      else this.timer.armKeepAlive(nowMs)
      return
    }
    if (this.timer.kind === 'reorder') return
    if (!this.#isRecovering && this.#sacked === 0) this.timer.armTailProbe(nowMs, this.roundTrip, this.flight.packets)
    else this.timer.armRetransmission(nowMs, this.roundTrip)
  }

  #probeWindow(nowMs: number): void {
    this.#options.heartbeat()
    this.timer.armWindowProbe(nowMs, this.roundTrip)
  }

  #reorderTimeout(nowMs: number): void {
    this.#detectLoss(nowMs)
    if (this.timer.kind === undefined) this.timer.armRetransmission(nowMs, this.roundTrip)
  }

  /** RFC 8985, 7: new data if there is some, else the last packet again, so that its acknowledgement shows the losses. */
  #tailProbe(nowMs: number): void {
    if (this.timer.mayTailProbe) {
      if (this.queue.bytes > 0 && this.flight.bytes < this.#remoteWindow) this.#sendNew(nowMs)
      else if (this.flight.last !== undefined) {
        const { last } = this.flight
        this.#markLost(last)
        this.#retransmissions = this.#retransmissions.filter((packet) => packet !== last)
        this.#retransmit(last, nowMs)
      }
      this.timer.tailProbeSent(after(this.next, -1))
    }
    this.timer.armRetransmission(nowMs, this.roundTrip)
  }

  #retransmissionTimeout(nowMs: number): void {
    const first = this.#outstanding.get(this.unacked)!
    if (++first.timeouts > maxTimeouts) {
      this.timedOut = true
      return
    }
    this.roundTrip.backOff()
    this.#isRecovering = true
    this.#recoverySeq = this.next
    this.timer.endTailProbe()
    const oldMs = this.#loss.rttMs + this.roundTrip.smoothedMs / 4
    for (let packet = this.flight.first; packet !== undefined; ) {
      const { next } = packet
      if (packet === first || nowMs - packet.sentAtMs >= oldMs) this.#markLost(packet)
      packet = next
    }
    this.#retransmissions = this.#retransmissions
      .filter((packet) => packet.isLost && !packet.isAcked)
      .sort((a, b) => distance(a.seq, b.seq))
    this.congestion.timedOut()
    this.#pacer.grant(4 * this.segmentBytes)
    this.timer.armRetransmission(nowMs, this.roundTrip)
  }
}
