import { headerBytes } from './packet.ts'
import type { Seq } from './sequence.ts'

/** A DATA or END packet that the peer has not acknowledged yet. */
export class SentPacket {
  sentAtMs = 0
  isLost = false
  isAcked = false
  wasRetransmitted = false
  timeouts = 0
  /** For the rate sample: what was delivered, and when, as this packet was sent. */
  delivered = 0
  deliveredAtMs = 0
  firstSentAtMs = 0
  isAppLimited = false
  /** Neighbours in the list of packets in flight, in order of sending. */
  previous: SentPacket | undefined
  next: SentPacket | undefined
  isInFlight = false

  constructor(
    readonly seq: Seq,
    readonly types: number,
    /** Header, padding and payload. */
    public datagram: Uint8Array,
    readonly payloadBytes: number,
    /** Bytes of the stream up to the end of this packet. */
    readonly endOffset: number,
    /** Of an MTU probe that is not decided yet, else 0. */
    public paddingBytes: number,
  ) {}

  /** What it counts for in flight and in rates. */
  get sizeBytes(): number {
    return this.payloadBytes + headerBytes
  }
}

/** The packets in flight, oldest sending first: what loss detection walks. */
export class FlightList {
  first: SentPacket | undefined
  last: SentPacket | undefined
  packets = 0
  bytes = 0

  add(packet: SentPacket): void {
    packet.previous = this.last
    packet.next = undefined
    if (this.last === undefined) this.first = packet
    else this.last.next = packet
    this.last = packet
    packet.isInFlight = true
    this.packets++
    this.bytes += packet.sizeBytes
  }

  remove(packet: SentPacket): void {
    if (!packet.isInFlight) return
    if (packet.previous === undefined) this.first = packet.next
    else packet.previous.next = packet.next
    if (packet.next === undefined) this.last = packet.previous
    else packet.next.previous = packet.previous
    packet.previous = undefined
    packet.next = undefined
    packet.isInFlight = false
    this.packets--
    this.bytes -= packet.sizeBytes
  }
}
