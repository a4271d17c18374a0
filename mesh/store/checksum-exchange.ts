import type { Channel, Links, PeerKey } from '../link/links.ts'
import type { Logger } from '../logger/logger.ts'
import { type Checkpoint, judge } from './checksum.ts'

export interface ChecksumExchangeOptions {
  links: Links
  /** Of the operations: only statements of the same one are compared. */
  generation: number
  leader(): PeerKey | null
  logger: Logger
  /** This node's state is another than that of most: it must not go on. */
  differs(reason: string): void
}

/** What is said to peers; JSON. Fields only get added. */
interface Statement extends Checkpoint {
  format: 1
  generation: number
}

const keptPositions = 10

/** Tells peers this node's checkpoints and compares theirs, so that a state that went another way is noticed within minutes. */
export class ChecksumExchange {
  readonly #options: ChecksumExchangeOptions
  readonly #channels = new Set<Channel>()
  /** By position, then by peer; the newest positions. */
  readonly #stated = new Map<number, Map<PeerKey, number>>()
  readonly #own = new Map<number, number>()

  /** Before the links know any peer. */
  constructor(options: ChecksumExchangeOptions) {
    this.#options = options
    options.links.serve({
      name: 'checksum',
      priority: 'bulk',
      opened: (channel) => {
        this.#channels.add(channel)
        return {
          received: (message) => this.#received(channel.peer, message),
          closed: () => this.#channels.delete(channel),
        }
      },
    })
  }

  /** This node's own, from its store. */
  reached({ position, checksum }: Checkpoint): void {
    const statement: Statement = { format: 1, generation: this.#options.generation, position, checksum }
    this.#own.set(position, checksum)
    forgetOldest(this.#own)
    for (const channel of this.#channels) channel.send(Buffer.from(JSON.stringify(statement)))
    this.#compare(position)
  }

  #received(peer: PeerKey, message: Uint8Array): void {
    const { format, generation, position, checksum } = JSON.parse(Buffer.from(message).toString()) as Statement
    if (format !== 1 || generation !== this.#options.generation) return
    if (!Number.isSafeInteger(position) || !Number.isSafeInteger(checksum))
      throw new Error('no statement of a checksum')
    const stated = this.#stated.get(position) ?? new Map<PeerKey, number>()
    this.#stated.set(position, stated.set(peer, checksum))
    forgetOldest(this.#stated)
    this.#compare(position)
  }

  #compare(position: number): void {
    const checksum = this.#own.get(position)
    const others = this.#stated.get(position)
    if (checksum === undefined || others === undefined) return
    const { links, leader, logger, differs } = this.#options
    const differing = [...others].filter(([, other]) => other !== checksum).map(([peer]) => peer)
    if (differing.length === 0) return
    if (judge({ id: links.self, checksum }, others, leader()) === 'agrees') {
      logger.error('the state of peers differs from ours', { position, peers: differing.join(' ') })
      return
    }
    differs(
      `after ${position} operations the state here is not that of ${differing.length} peers: this node stops; empty its view and operations directories and start it again, it takes the state from a peer`,
    )
  }
}

/** In the order of their first statement. */
function forgetOldest(map: Map<number, unknown>): void {
  for (const position of map.keys()) {
    if (map.size <= keptPositions) return
    map.delete(position)
  }
}
