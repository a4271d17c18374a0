import type { Address } from 'hyperdht'
import type { Logger } from '../logger/logger.ts'
import { textOf } from './endpoint.ts'
import type { Relay, RendezvousPlugin } from './rendezvous-plugin.ts'

const probeEveryMs = 30_000
/** More candidates are left out: the first ones named are the ones that were configured. */
const maxCandidates = 32
const missesUntilGone = 2

interface Entry {
  address: Address
  relay?: Relay
  rttMs: number
  misses: number
  /** Not asked yet. */
  isNew: boolean
}

export interface RelayHandlers {
  /** A node begins to answer. */
  found(node: Address): void
  /** One that answered does not any more, or is left out. */
  gone(): void
}

/**
 * Which of the public hosts that this node has heard of answer as rendezvous, and the relays beside them: asked again every
 * 30 s and when the list or the network changes.
 */
export class RelayDirectory {
  readonly #plugin: RendezvousPlugin
  readonly #log: Logger
  readonly #handlers: RelayHandlers
  readonly #entries = new Map<string, Entry>()
  readonly #timer: ReturnType<typeof setInterval>
  #probing: Promise<void> | undefined

  constructor(plugin: RendezvousPlugin, log: Logger, handlers: RelayHandlers) {
    this.#plugin = plugin
    this.#log = log
    this.#handlers = handlers
    this.#timer = setInterval(() => this.probe(), probeEveryMs)
    this.#timer.unref()
  }

  setCandidates(addresses: Address[]): void {
    const wanted = new Map(addresses.slice(0, maxCandidates).map((address) => [textOf(address), address]))
    let hasLost = false
    for (const [name, { relay }] of this.#entries) {
      if (wanted.has(name)) continue
      this.#entries.delete(name)
      hasLost ||= relay !== undefined
    }
    for (const [name, address] of wanted) {
      if (!this.#entries.has(name)) this.#entries.set(name, { address, rttMs: 0, misses: 0, isNew: true })
    }
    if (hasLost) this.#handlers.gone()
    this.#probeNew()
  }

  /** Asks all at once; those that answer are known when it resolves (at the latest after some 4 s). */
  async probe(): Promise<void> {
    this.#probing ??= this.#probeAll().finally(() => {
      this.#probing = undefined
      this.#probeNew()
    })
    await this.#probing
  }

  /** The nodes that answer, the nearest first. */
  get answering(): Address[] {
    return this.#live().map(({ address }) => address)
  }

  /** One of the nearer relays by chance, so that the next try takes another one; null when there is none. */
  choose(): Buffer | null {
    const live = this.#live()
    const near = live.filter(({ rttMs }) => rttMs <= 2 * live[0]!.rttMs + 20)
    if (near.length === 0) return null
    return near[Math.floor(Math.random() * near.length)]!.relay!.publicKey
  }

  addressOf(publicKey: Buffer): Address | undefined {
    return this.#live().find(({ relay }) => relay?.publicKey.equals(publicKey))?.relay?.address
  }

  close(): void {
    clearInterval(this.#timer)
    this.#entries.clear()
  }

  #live(): Entry[] {
    const live = [...this.#entries.values()].filter(({ relay }) => relay !== undefined)
    return live.sort((a, b) => a.rttMs - b.rttMs)
  }

  #probeNew(): void {
    for (const { isNew } of this.#entries.values()) if (isNew) this.probe()
  }

  async #probeAll(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => this.#probeOne(entry)))
  }

  async #probeOne(entry: Entry): Promise<void> {
    entry.isNew = false
    const answer = await this.#plugin.ask(entry.address).catch(() => undefined)
    if (!this.#entries.has(textOf(entry.address))) return
    const before = entry.relay
    if (answer === undefined) {
      entry.misses++
      if (entry.misses >= missesUntilGone) entry.relay = undefined
      if (before !== undefined && entry.relay === undefined) {
        this.#log.info('a rendezvous no longer answers', { address: textOf(entry.address) })
        this.#handlers.gone()
      }
      return
    }
    entry.relay = answer.relay
    entry.rttMs = answer.rttMs
    entry.misses = 0
    if (before !== undefined) return
    this.#log.info('a rendezvous answers', { address: textOf(entry.address), rttMs: answer.rttMs })
    this.#handlers.found(entry.address)
  }
}
