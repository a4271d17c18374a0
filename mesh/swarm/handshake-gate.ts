/** HyperDHT 6.34 keeps what it knows of a handshake, refused or not, for 10 s and bounds their number by nothing. */
const windowMs = 10_000
const maxHandshakes = 2048
/** Through one rendezvous come the handshakes of all that are behind NATs. */
const maxHandshakesPerAddress = 512

/** How many handshakes are looked at: so many in ten seconds, and of those so many from one address; pure, time comes in. */
export class HandshakeGate {
  readonly #perAddress = new Map<string, number>()
  #count = 0
  #beganAtMs = Number.NEGATIVE_INFINITY

  /** Whether there is room for one more; counts it. */
  mayEnter(host: string, nowMs: number): boolean {
    if (nowMs - this.#beganAtMs >= windowMs) {
      this.#perAddress.clear()
      this.#count = 0
      this.#beganAtMs = nowMs
    }
    const count = this.#perAddress.get(host) ?? 0
    if (this.#count >= maxHandshakes || count >= maxHandshakesPerAddress) return false
    this.#perAddress.set(host, count + 1)
    this.#count++
    return true
  }
}
