import type { NoiseKeyPair } from '@hyperswarm/secret-stream'
import type { Address, Server } from 'hyperdht'
import type { PeerKey } from '../link/links.ts'
import type { Logger } from '../logger/logger.ts'
import type { DhtNode } from './dht-node.ts'

/** DHT nodes forget after 20 min. */
const announceEveryMs = 8 * 60_000
/** The first tries may come before a rendezvous answers. */
const retryAfterMs = 5000
const maxTopics = 16

/** Says in the DHT that this node is to be found under certain topics, again and again. */
export class Topics {
  readonly #keyPair: NoiseKeyPair
  readonly #log: Logger
  #topics: Buffer[] = []
  #node: DhtNode | undefined
  #server: Server | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(keyPair: NoiseKeyPair, log: Logger) {
    this.#keyPair = keyPair
    this.#log = log
  }

  /** Throws when there are more than 16, or one has not 32 bytes. */
  set(topics: Buffer[]): void {
    if (topics.length > maxTopics) throw new Error(`a node announces at most ${maxTopics} topics`)
    if (topics.some(({ byteLength }) => byteLength !== 32)) throw new Error('a topic has 32 bytes')
    const gone = this.#topics.filter((topic) => !topics.some((other) => other.equals(topic)))
    for (const topic of gone) this.#node?.unannounce(topic, this.#keyPair).catch(() => {})
    this.#topics = [...topics]
    this.announce()
  }

  /** From now on on this node. */
  use(node: DhtNode, server: Server): void {
    this.#node = node
    this.#server = server
    this.announce()
  }

  announce(): void {
    clearTimeout(this.#timer)
    const node = this.#node
    if (node === undefined || node.destroyed || this.#topics.length === 0) return
    this.#announceAll(node).then((isDone) => {
      if (this.#node !== node || node.destroyed) return
      clearTimeout(this.#timer)
      const delayMs = isDone ? announceEveryMs * (0.8 + 0.4 * Math.random()) : retryAfterMs
      this.#timer = setTimeout(() => this.announce(), delayMs)
      this.#timer.unref()
    })
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#node = undefined
  }

  async #announceAll(node: DhtNode): Promise<boolean> {
    const relayAddresses = this.#server?.relayAddresses ?? []
    const announcing = this.#topics.map((topic) => node.announce(topic, this.#keyPair, relayAddresses).finished())
    const results = await Promise.allSettled(announcing)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) this.#log.debug('a topic was not announced', { reason: String(failed.reason) })
    return failed === undefined
  }
}

/** Who is found under a topic, each once, and the DHT nodes that know the way to it. */
export async function* lookupTopic(
  node: DhtNode,
  topic: Buffer,
): AsyncGenerator<{ peer: PeerKey; hints: Address[] }, void, undefined> {
  const seen = new Set<PeerKey>()
  for await (const { peers } of node.lookup(topic)) {
    for (const { publicKey, relayAddresses } of peers) {
      const peer = publicKey.toString('hex')
      if (seen.has(peer)) continue
      seen.add(peer)
      yield { peer, hints: relayAddresses }
    }
  }
}
