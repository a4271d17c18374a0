import type { RoundTrip } from './round-trip.ts'
import { distance, type Seq } from './sequence.ts'

export type TimerKind = 'retransmission' | 'reorder' | 'tail-probe' | 'window-probe' | 'keep-alive'

/** Without a round trip measured a tail probe comes after this. */
const blindProbeMs = 1000
/** A lone packet's acknowledgement may be delayed. */
const loneAckMs = 3
const maxWindowProbeMs = 5000

/** The one timer of a sender: what it waits for, and until when. */
export class SendTimer {
  kind: TimerKind | undefined
  atMs = 0
  keepAliveMs = 0
  mayTailProbe = true
  /** The last seq of the tail probe that is out. */
  #tailProbeSeq: Seq | undefined
  #windowProbes = 0

  get isWatchingFlight(): boolean {
    return this.kind === 'retransmission' || this.kind === 'reorder' || this.kind === 'tail-probe'
  }

  /** The kind whose time has come, which is no longer armed then. */
  fire(nowMs: number): TimerKind | undefined {
    if (this.kind === undefined || nowMs < this.atMs) return undefined
    const { kind } = this
    this.kind = undefined
    if (kind === 'keep-alive') this.armKeepAlive(nowMs)
    return kind
  }

  stop(): void {
    this.kind = undefined
  }

  armRetransmission(nowMs: number, roundTrip: RoundTrip): void {
    this.#arm('retransmission', nowMs, roundTrip.timeoutMs)
  }

  armReorder(nowMs: number, afterMs: number): void {
    this.#arm('reorder', nowMs, afterMs + 0.5)
  }

  armTailProbe(nowMs: number, roundTrip: RoundTrip, packetsInFlight: number): void {
    const { smoothedMs, timeoutMs } = roundTrip
    const afterMs = smoothedMs === 0 ? blindProbeMs : 2 * smoothedMs + 2 + (packetsInFlight === 1 ? loneAckMs : 0)
    if (this.#tailProbeSeq !== undefined || afterMs >= timeoutMs) this.armRetransmission(nowMs, roundTrip)
    else this.#arm('tail-probe', nowMs, Math.max(afterMs, 3))
  }

  /** After rto, then twice that each time. */
  armWindowProbe(nowMs: number, roundTrip: RoundTrip): void {
    this.#arm(
      'window-probe',
      nowMs,
      Math.min(roundTrip.timeoutMs * (this.#windowProbes === 0 ? 1 : 2), maxWindowProbeMs),
    )
    this.#windowProbes++
  }

  stopWindowProbe(): void {
    this.#windowProbes = 0
    if (this.kind === 'window-probe') this.kind = undefined
  }

  /** Also the way to wait for nothing, when no keep-alive is asked for. */
  armKeepAlive(nowMs: number): void {
    if (this.keepAliveMs > 0) this.#arm('keep-alive', nowMs, this.keepAliveMs)
    else this.kind = undefined
  }

  allowTailProbe(): void {
    this.mayTailProbe = true
  }

  tailProbeSent(lastSeq: Seq): void {
    this.mayTailProbe = false
    this.#tailProbeSeq = lastSeq
  }

  tailProbeAnswered(unacked: Seq): void {
    if (this.#tailProbeSeq !== undefined && distance(unacked, this.#tailProbeSeq) > 0) this.#tailProbeSeq = undefined
  }

  endTailProbe(): void {
    this.#tailProbeSeq = undefined
  }

  #arm(kind: TimerKind, nowMs: number, afterMs: number): void {
    this.kind = kind
    this.atMs = nowMs + afterMs
  }
}
