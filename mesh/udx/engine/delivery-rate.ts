import type { SentPacket } from './sent-packet.ts'

/** What one acknowledgement says of the path (draft-cheng-iccrg-delivery-rate-estimation). */
export interface RateSample {
  /** Bytes per ms; 0 when the interval was too short to tell. */
  bytesPerMs: number
  /** The sender had nothing to send for part of it: a lower bound only. */
  isAppLimited: boolean
  /** Delivered in all when the newest packet acknowledged was sent. */
  priorDelivered: number
  ackedBytes: number
}

/** Counts delivered bytes and samples the rate of delivery at each acknowledgement. */
export class DeliveryRate {
  delivered = 0
  #deliveredAtMs = 0
  #firstSentAtMs = 0
  /** Above `delivered` while the sender is limited by its application; 0 when not. */
  #appLimitedUntil = 0
  #ackedBytes = 0
  #priorDelivered = -1
  #priorAtMs = 0
  #sendElapsedMs = 0
  #sampleIsAppLimited = false

  /** Stamps a packet that is sent. `isIdle`: nothing else is in flight. */
  sent(packet: SentPacket, nowMs: number, isIdle: boolean): void {
    if (isIdle) {
      this.#firstSentAtMs = nowMs
      this.#deliveredAtMs = nowMs
    }
    packet.firstSentAtMs = this.#firstSentAtMs
    packet.deliveredAtMs = this.#deliveredAtMs
    packet.delivered = this.delivered
    packet.isAppLimited = this.#appLimitedUntil > 0
  }

  acked(packet: SentPacket, nowMs: number): void {
    this.#ackedBytes += packet.sizeBytes
    this.delivered += packet.sizeBytes
    this.#deliveredAtMs = nowMs
    if (packet.delivered < this.#priorDelivered) return
    this.#priorDelivered = packet.delivered
    this.#priorAtMs = packet.deliveredAtMs
    this.#sendElapsedMs = packet.sentAtMs - packet.firstSentAtMs
    this.#sampleIsAppLimited = packet.isAppLimited
    this.#firstSentAtMs = packet.sentAtMs
  }

  /** The sample of all that was acked since the last call. */
  sample(nowMs: number, minRttMs: number): RateSample {
    const intervalMs = Math.max(this.#sendElapsedMs, nowMs - this.#priorAtMs)
    const isLongEnough = this.#priorDelivered >= 0 && intervalMs >= Math.max(0.05, Math.min(minRttMs, 1e9))
    const sample = {
      bytesPerMs: isLongEnough ? (this.delivered - this.#priorDelivered) / intervalMs : 0,
      isAppLimited: this.#sampleIsAppLimited,
      priorDelivered: this.#priorDelivered,
      ackedBytes: this.#ackedBytes,
    }
    if (this.#appLimitedUntil > 0 && this.delivered > this.#appLimitedUntil) this.#appLimitedUntil = 0
    this.#ackedBytes = 0
    this.#priorDelivered = -1
    this.#sendElapsedMs = 0
    this.#sampleIsAppLimited = false
    return sample
  }

  /** Nothing is left to send although the window is open. */
  appLimited(inFlightBytes: number): void {
    this.#appLimitedUntil = Math.max(this.delivered + inFlightBytes, 1)
  }
}
