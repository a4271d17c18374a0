import { BackOff } from './back-off.ts'
import type { PeerAddresses, PeerKey } from './links.ts'
import type { Connection, LinkTransport } from './transport.ts'

/** While there is no connection, and while there is one that could be better. */
const urgent = { firstMs: 250, limitMs: 15_000 }
const better = { firstMs: 5_000, limitMs: 60_000 }
/** A connection that was lost sooner is no reason to dial at once. */
const lastingMs = 1000

/** How a dial ends that was overtaken: no error to be told. */
export class NotNeeded extends Error {}

export interface DiallerOptions {
  transport: LinkTransport
  peer: PeerKey
  addresses: PeerAddresses
  random: () => number
  monotonicMs(): number
  /** A connection of this transport is there and not known to be of use yet. */
  isPending(): boolean
  opened(connection: Connection): void
  failed(error: Error): void
}

/** Dials one peer by one transport, again and again while that is wanted; never twice at a time. */
export class Dialler {
  addresses: PeerAddresses
  readonly #options: DiallerOptions
  readonly #urgent: BackOff
  readonly #better: BackOff
  #need: 'urgent' | 'better' | undefined
  /** Since when it has been wanted so. */
  #sinceMs = Number.NEGATIVE_INFINITY
  #timer: ReturnType<typeof setTimeout> | undefined
  #dialling: AbortController | undefined

  constructor(options: DiallerOptions) {
    this.#options = options
    this.addresses = options.addresses
    this.#urgent = new BackOff(urgent.firstMs, urgent.limitMs, options.random)
    this.#better = new BackOff(better.firstMs, better.limitMs, options.random)
  }

  /** Undefined when what there is cannot be improved by this transport. */
  want(need: 'urgent' | 'better' | undefined): void {
    if (this.#need === need) return
    const nowMs = this.#options.monotonicMs()
    const hasLasted = nowMs - this.#sinceMs > lastingMs
    this.#need = need
    this.#sinceMs = nowMs
    if (hasLasted) {
      this.#urgent.reset()
      this.#better.reset()
    }
    if (need === 'urgent' && hasLasted) this.#dial()
    else this.#later()
  }

  /** At once, whether wanted or not; a dial under way goes on beside a network that is gone, and is given up. */
  dialNow(): void {
    this.#urgent.reset()
    this.#better.reset()
    this.#dialling?.abort()
    this.#dialling = undefined
    this.#dial()
  }

  stop(): void {
    this.#need = undefined
    clearTimeout(this.#timer)
    this.#dialling?.abort()
  }

  #later(): void {
    clearTimeout(this.#timer)
    if (this.#need === undefined) return
    const backOff = this.#need === 'urgent' ? this.#urgent : this.#better
    this.#timer = setTimeout(() => this.#dial(), backOff.nextMs())
  }

  #dial(): void {
    clearTimeout(this.#timer)
    if (this.#dialling !== undefined) return
    if (this.#options.isPending()) {
      this.#later()
      return
    }
    const { transport, peer, opened, failed } = this.#options
    const controller = new AbortController()
    const dialling = transport.dial(peer, this.addresses, controller.signal)
    if (dialling === undefined) {
      this.#later()
      return
    }
    this.#dialling = controller
    const settle = (): boolean => {
      if (this.#dialling !== controller) return false
      this.#dialling = undefined
      this.#later()
      return true
    }
    dialling.then(
      (connection) => {
        const isWanted = settle() && !controller.signal.aborted
        if (isWanted) opened(connection)
        else connection.stream.destroy()
      },
      (error: Error) => {
        if (settle() && !(error instanceof NotNeeded)) failed(error)
      },
    )
  }
}
