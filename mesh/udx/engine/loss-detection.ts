import type { RoundTrip } from './round-trip.ts'
import type { FlightList, SentPacket } from './sent-packet.ts'
import { after, distance, type Seq } from './sequence.ts'

/** What a look at the packets in flight found. */
export interface LossVerdict {
  lost: SentPacket[]
  /** Look again after this, when a packet may have become lost; undefined when none is in doubt. */
  againAfterMs?: number
}

/** RACK (RFC 8985): a packet is lost when one sent a good while after it was delivered. */
export class LossDetection {
  /** The newest sending that was delivered. */
  #sentAtMs = 0
  #endSeq: Seq
  #rttMs = 0
  #hasReordering = false
  /** One beyond the highest seq delivered. */
  #forward: Seq

  constructor(seq: Seq) {
    this.#endSeq = seq
    this.#forward = seq
  }

  get rttMs(): number {
    return this.#rttMs
  }

  acked(packet: SentPacket, rttMs: number, minRttMs: number): void {
    // An acknowledgement faster than the path belongs to an earlier sending of the same packet.
    if (packet.wasRetransmitted && rttMs < minRttMs) return
    const end = after(packet.seq)
    const isNewer =
      packet.sentAtMs > this.#sentAtMs || (packet.sentAtMs === this.#sentAtMs && distance(end, this.#endSeq) > 0)
    if (isNewer) {
      this.#sentAtMs = packet.sentAtMs
      this.#endSeq = end
      this.#rttMs = rttMs
    }
    if (distance(end, this.#forward) > 0) this.#forward = end
    else if (!packet.wasRetransmitted) this.#hasReordering = true
  }

  /** `sacked` packets were delivered beyond a gap. */
  detect(flight: FlightList, nowMs: number, roundTrip: RoundTrip, isRecovering: boolean, sacked: number): LossVerdict {
    const reorderMs = this.#reorderWindowMs(roundTrip, isRecovering, sacked)
    const verdict: LossVerdict = { lost: [] }
    for (let packet = flight.first; packet !== undefined; packet = packet.next) {
      if (packet.sentAtMs > this.#sentAtMs) break
      const wasSentBefore = packet.sentAtMs < this.#sentAtMs || distance(this.#endSeq, after(packet.seq)) > 0
      if (!wasSentBefore) continue
      const leftMs = packet.sentAtMs + this.#rttMs + reorderMs - nowMs
      if (leftMs <= 0) verdict.lost.push(packet)
      else verdict.againAfterMs = Math.max(verdict.againAfterMs ?? 0, leftMs)
    }
    return verdict
  }

  #reorderWindowMs(roundTrip: RoundTrip, isRecovering: boolean, sacked: number): number {
    if (!this.#hasReordering && (isRecovering || sacked >= 3)) return 0
    const slackMs = this.#hasReordering ? 0.5 : 0
    return Math.min(roundTrip.minMs / 4 + slackMs, roundTrip.smoothedMs)
  }
}
