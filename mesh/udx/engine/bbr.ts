import type { RateSample } from './delivery-rate.ts'

const highGain = 2.885
const cycleGains = [1.25, 0.75, 1, 1, 1, 1, 1, 1]
const bandwidthRounds = 10
const initialWindow = 20
const minWindow = 4
const initialBytesPerMs = 25_000
const minBytesPerMs = 50
const minRttValidMs = 10_000
const probeRttMs = 200
/** Pace a little below the estimate, so that queues drain. */
const pacingMargin = 0.99

type Phase = 'startup' | 'drain' | 'probe-bandwidth' | 'probe-rtt'

/** BBR version 1 (draft-cardwell-iccrg-bbr-congestion-control-00). The window counts packets, rates are bytes per ms. */
export class Bbr {
  phase: Phase = 'startup'
  window = initialWindow
  bytesPerMs = initialBytesPerMs
  readonly #random: () => number
  /** Highest rate of each of the newest rounds. */
  readonly #rounds = new Float64Array(bandwidthRounds)
  #bandwidth = 0
  #round = 0
  #roundEnds = 0
  #minRttMs = Number.POSITIVE_INFINITY
  #minRttAtMs = 0
  #fullBandwidth = 0
  #fullRounds = 0
  #isFull = false
  #cycle = 0
  #cycleAtMs = 0
  #probeRttUntilMs = 0
  #probeRttRound = false
  #pacingGain = highGain
  #windowGain = highGain
  #priorWindow = initialWindow

  constructor(random: () => number) {
    this.#random = random
  }

  /** The path's own round trip, lately; undefined before anything was acknowledged. */
  get minRttMs(): number | undefined {
    return this.#minRttMs === Number.POSITIVE_INFINITY ? undefined : this.#minRttMs
  }

  /** `rttMs` is undefined when no packet sent once was acknowledged. `inFlightBytes` is after the acknowledgement. */
  acknowledged(
    nowMs: number,
    sample: RateSample,
    delivered: number,
    rttMs: number | undefined,
    inFlightBytes: number,
    hasLoss: boolean,
    segmentBytes: number,
  ): void {
    const isRoundStart = this.#updateBandwidth(sample, delivered)
    this.#updatePhase(nowMs, sample, inFlightBytes, hasLoss, isRoundStart, segmentBytes)
    this.#updateMinRtt(nowMs, sample, delivered, rttMs, inFlightBytes, isRoundStart, segmentBytes)
    if (this.#bandwidth > 0) {
      const rate = this.#pacingGain * this.#bandwidth * pacingMargin
      if (this.#isFull || rate > this.bytesPerMs) this.bytesPerMs = Math.max(rate, minBytesPerMs)
    }
    this.#updateWindow(sample, delivered, segmentBytes)
  }

  /** A retransmission timeout: begin again from a small window. */
  timedOut(): void {
    this.#priorWindow = Math.max(this.#priorWindow, this.window)
    this.window = minWindow
  }

  #updateBandwidth(sample: RateSample, delivered: number): boolean {
    const isRoundStart = sample.priorDelivered >= this.#roundEnds
    if (isRoundStart) {
      this.#roundEnds = delivered
      this.#round++
      this.#rounds[this.#round % bandwidthRounds] = 0
    }
    if (sample.bytesPerMs > 0 && (!sample.isAppLimited || sample.bytesPerMs >= this.#bandwidth)) {
      const slot = this.#round % bandwidthRounds
      this.#rounds[slot] = Math.max(this.#rounds[slot]!, sample.bytesPerMs)
    }
    this.#bandwidth = Math.max(...this.#rounds) || this.#bandwidth
    if (!this.#isFull && isRoundStart && !sample.isAppLimited) this.#checkFull()
    return isRoundStart
  }

  /** The pipe is full when three rounds brought no quarter more. */
  #checkFull(): void {
    if (this.#bandwidth >= this.#fullBandwidth * 1.25) {
      this.#fullBandwidth = this.#bandwidth
      this.#fullRounds = 0
    } else if (++this.#fullRounds >= 3) {
      this.#isFull = true
    }
  }

  #updatePhase(
    nowMs: number,
    _sample: RateSample,
    inFlightBytes: number,
    hasLoss: boolean,
    _isRoundStart: boolean,
    segmentBytes: number,
  ): void {
    if (this.phase === 'startup' && this.#isFull) this.#enter('drain', 1 / highGain, highGain)
    if (this.phase === 'drain' && inFlightBytes <= this.#product(1, segmentBytes)) this.#probeBandwidth(nowMs)
    if (this.phase !== 'probe-bandwidth') return
    const isOver = nowMs - this.#cycleAtMs > Math.max(this.#minRttMs, 1)
    const advance =
      this.#pacingGain > 1
        ? isOver && (hasLoss || inFlightBytes >= this.#product(this.#pacingGain, segmentBytes))
        : this.#pacingGain < 1
          ? isOver || inFlightBytes <= this.#product(1, segmentBytes)
          : isOver
    if (!advance) return
    this.#cycle = (this.#cycle + 1) % cycleGains.length
    this.#cycleAtMs = nowMs
    this.#pacingGain = cycleGains[this.#cycle]!
  }

  #updateMinRtt(
    nowMs: number,
    sample: RateSample,
    delivered: number,
    rttMs: number | undefined,
    inFlightBytes: number,
    isRoundStart: boolean,
    segmentBytes: number,
  ): void {
    const isExpired = nowMs - this.#minRttAtMs > minRttValidMs
    if (rttMs !== undefined && rttMs > 0 && (rttMs <= this.#minRttMs || isExpired)) {
      this.#minRttMs = rttMs
      this.#minRttAtMs = nowMs
    }
    if (isExpired && this.phase !== 'probe-rtt' && !sample.isAppLimited) {
      this.#priorWindow = this.window
      this.#probeRttUntilMs = 0
      this.#enter('probe-rtt', 1, 1)
    }
    if (this.phase !== 'probe-rtt') return
    if (this.#probeRttUntilMs === 0) {
      if (inFlightBytes > minWindow * segmentBytes) return
      this.#probeRttUntilMs = nowMs + probeRttMs
      this.#probeRttRound = false
      this.#roundEnds = delivered
      return
    }
    if (isRoundStart) this.#probeRttRound = true
    if (!this.#probeRttRound || nowMs <= this.#probeRttUntilMs) return
    this.#minRttAtMs = nowMs
    this.window = Math.max(this.window, this.#priorWindow)
    if (this.#isFull) this.#probeBandwidth(nowMs)
    else this.#enter('startup', highGain, highGain)
  }

  #updateWindow(sample: RateSample, delivered: number, segmentBytes: number): void {
    const target = Math.ceil(this.#product(this.#windowGain, segmentBytes) / segmentBytes) + 6
    const acked = sample.ackedBytes / segmentBytes
    if (this.#isFull) this.window = Math.min(this.window + acked, target)
    else if (this.window < target || delivered < initialWindow * segmentBytes) this.window += acked
    this.window = Math.max(this.window, minWindow)
    if (this.phase === 'probe-rtt') this.window = Math.min(this.window, minWindow)
  }

  /** Gain times bandwidth-delay product, in bytes. */
  #product(gain: number, segmentBytes: number): number {
    if (this.#minRttMs === Number.POSITIVE_INFINITY) return initialWindow * segmentBytes
    return gain * this.#bandwidth * Math.max(this.#minRttMs, 2)
  }

  #enter(phase: Phase, pacingGain: number, windowGain: number): void {
    this.phase = phase
    this.#pacingGain = pacingGain
    this.#windowGain = windowGain
  }

  /** Begins at a random place of the cycle, but not in the one that drains. */
  #probeBandwidth(nowMs: number): void {
    this.#cycle = 2 + Math.floor(this.#random() * (cycleGains.length - 2))
    this.#cycleAtMs = nowMs
    this.#enter('probe-bandwidth', cycleGains[this.#cycle]!, 2)
  }
}
