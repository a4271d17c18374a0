/**
 * The end that chooses asks so often, on the next full second of its clock so that one waking serves all links; the other
 * end asks only when it hears nothing for longer.
 */
const pingEveryMs = 2500
const gridMs = 1000
const silenceMs = 4500
/** When something is not acknowledged, silence is suspicious at once. */
const outstandingSilenceMs = 500
const minAnswerMs = 1500
/** A timer that is so late says that this host stood still, and nothing of the peer: what has come is read first. */
const stallMs = 250
/** A way that is only kept in reserve. */
const reservePingMs = 15_000
const reserveDeadMs = 40_000

/** Whether a way still carries anything: asks, measures the round trip, notices silence. */
export class KeepAlive {
  /** Smoothed; undefined until something was measured. */
  rttMs: number | undefined
  #heardAtMs: number
  #pingedAtMs: number
  #token = 0
  /** Set while a ping has not been answered, by a pong or anything else. */
  #answerDueMs: number | undefined
  readonly #asks: boolean

  /** `asks`: true at the end that chooses ways. */
  constructor(asks: boolean, nowMs: number) {
    this.#asks = asks
    this.#heardAtMs = nowMs
    this.#pingedAtMs = nowMs - pingEveryMs
  }

  get token(): number {
    return this.#token
  }

  /** The way is used from now on: what was asked in reserve does not count. */
  begin(): void {
    this.#answerDueMs = undefined
  }

  /** Any frame has come. */
  heard(nowMs: number): void {
    this.#heardAtMs = nowMs
    this.#answerDueMs = undefined
  }

  /** True when the pong is of the last ping. */
  answered(token: number, nowMs: number): boolean {
    if (token !== this.#token) return false
    const sampleMs = nowMs - this.#pingedAtMs
    this.rttMs = this.rttMs === undefined ? sampleMs : this.rttMs + (sampleMs - this.rttMs) / 4
    return true
  }

  /** The token of a ping that is to be sent now. */
  ping(nowMs: number): number {
    this.#token = (this.#token + 1) >>> 0
    this.#pingedAtMs = nowMs
    this.#answerDueMs ??= nowMs + Math.max(minAnswerMs, 4 * (this.rttMs ?? 0))
    return this.#token
  }

  /** What has to be done by now. */
  due(nowMs: number, isOutstanding: boolean): 'ping' | 'dead' | undefined {
    if (this.#answerDueMs !== undefined && nowMs >= this.#answerDueMs) {
      if (nowMs - this.#answerDueMs < stallMs) return 'dead'
      this.#answerDueMs = nowMs + stallMs
    }
    return nowMs >= this.#pingAtMs(isOutstanding) ? 'ping' : undefined
  }

  /** The same for a way that is not in use. */
  dueInReserve(nowMs: number): 'ping' | 'dead' | undefined {
    if (nowMs >= this.#heardAtMs + reserveDeadMs) return 'dead'
    return this.#asks && nowMs >= this.#reservePingAtMs() ? 'ping' : undefined
  }

  reserveDeadlineMs(): number {
    const deadAtMs = this.#heardAtMs + reserveDeadMs
    return this.#asks ? Math.min(this.#reservePingAtMs(), deadAtMs) : deadAtMs
  }

  deadlineMs(isOutstanding: boolean): number {
    return Math.min(this.#pingAtMs(isOutstanding), this.#answerDueMs ?? Number.POSITIVE_INFINITY)
  }

  #reservePingAtMs(): number {
    return Math.max(this.#heardAtMs, this.#pingedAtMs) + reservePingMs
  }

  #pingAtMs(isOutstanding: boolean): number {
    // One ping at a time; while it is not answered only its own deadline counts.
    if (this.#answerDueMs !== undefined) return Number.POSITIVE_INFINITY
    const silentMs = this.#heardAtMs + (isOutstanding ? outstandingSilenceMs : silenceMs)
    const regularMs = Math.ceil((this.#pingedAtMs + pingEveryMs) / gridMs) * gridMs
    const dueMs = this.#asks ? Math.min(regularMs, silentMs) : silentMs
    // A peer that stands still while its way is open is asked no faster than that.
    return Math.max(dueMs, this.#pingedAtMs + outstandingSilenceMs)
  }
}
