import type { Duplex } from 'streamx'
import type { Logger } from '../logger/logger.ts'
import type { Entry, LogPosition, NodeId } from '../raft/entry.ts'
import type { AdoptedState } from './adopted-state.ts'
import type { CommittedBlock } from './committed-log.ts'
import type { Operations } from './operations.ts'

export interface DeliveryOptions {
  operations: Operations
  logger: Logger
  leader(): NodeId | null
  openReplication(leader: NodeId | null): Promise<Duplex>
  state?: AdoptedState
  /** Throws when the log is closed or has failed. */
  assertOpen(): void
  /** Peers gave everything up to there; it is durable and delivered. */
  fed(position: LogPosition): void
  /** What peers gave cannot be delivered: nothing can any more. */
  failed(error: Error): void
}

/** Between two tries to fetch operations. */
const fetchPauseMs = 500

/** Committed blocks on their way to the subscriber, from the Raft log or from peers: one thing after the other. */
export class Delivery {
  readonly #options: DeliveryOptions
  readonly #operations: Operations
  #deliver: ((blocks: CommittedBlock[]) => Promise<void>) | undefined
  #from = 0
  #turn: Promise<void> = Promise.resolve()
  #isTakingFed = false

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#operations = options.operations
  }

  subscribe(from: number, deliver: (blocks: CommittedBlock[]) => Promise<void>): Promise<void> {
    return this.#next(async () => {
      for await (const blocks of this.#operations.pages(from)) await deliver(blocks)
      this.#deliver = deliver
      this.#from = from
    })
  }

  apply(entries: readonly Entry[]): Promise<void> {
    return this.#next(async () => {
      await this.#endFeed()
      await this.#hand(await this.#operations.append(entries))
    })
  }

  /** Fetches operations up to at least this length and delivers them; tries again while no peer gives them. */
  install(length: number): Promise<void> {
    return this.#next(async () => {
      await this.#endFeed()
      await this.#fetch(length)
    })
  }

  /** From now on peers' blocks are taken as they come, until the next `apply` or `install`. */
  beginFeed(): Promise<void> {
    return this.#next(() => this.#operations.beginFeed(() => this.#fed()))
  }

  /** Resolves when what is under way is done. */
  async settled(): Promise<void> {
    await this.#turn.catch(() => {})
  }

  #next(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act)
    return this.#turn
  }

  /** Some blocks of peers have come: they are handed on, a page a turn. */
  #fed(): void {
    if (this.#isTakingFed) return
    this.#isTakingFed = true
    this.#next(async () => {
      this.#isTakingFed = false
      if (await this.#takeFed()) this.#fed()
    }).catch((error: Error) => this.#options.failed(error))
  }

  async #takeFed(): Promise<boolean> {
    const blocks = await this.#operations.takeFed()
    if (blocks.length === 0) return false
    await this.#hand(blocks)
    this.#options.fed({ index: this.#operations.length, term: this.#operations.lastTerm })
    return true
  }

  /** The log is written here again: for that it has to be whole, and what peers gave be delivered. */
  async #endFeed(): Promise<void> {
    if (this.#operations.isWritable) return
    await this.#operations.endFeed()
    while (await this.#takeFed()) {}
    if (!this.#operations.isWritable) await this.#fetch(this.#operations.announcedLength)
  }

  /** What the subscriber asked for; after a crash it may be ahead of the operations, which are applied again from the log. */
  async #hand(blocks: CommittedBlock[]): Promise<void> {
    const due =
      blocks[0] !== undefined && blocks[0].index >= this.#from
        ? blocks
        : blocks.filter(({ index }) => index >= this.#from)
    if (due.length > 0) await this.#deliver?.(due)
  }

  async #fetch(length: number): Promise<void> {
    const { logger, leader, openReplication, state, assertOpen } = this.#options
    let from = this.#operations.length
    while (this.#operations.length < Math.max(length, from) || !this.#operations.isWhole) {
      assertOpen()
      try {
        const adopted = await this.#adoptState()
        from = adopted ?? from
        const stream = await openReplication(leader())
        await this.#operations.fetch(stream, adopted === undefined ? [] : await state?.wanted())
        const { length: fetched } = this.#operations
        // Its disk may be behind what it has committed: asked again at once, it would have no time to get there.
        if (fetched < length) throw new Error(`the peer has ${fetched} of ${length} operations`)
      } catch (error) {
        logger.warn('operations could not be fetched', { error: (error as Error).message })
        await new Promise((resolve) => setTimeout(resolve, fetchPauseMs))
      }
    }
    for await (const blocks of this.#operations.pages(from)) await this.#hand(blocks)
  }

  /** Where no peer has all operations that are missing here any longer, the state itself comes from a peer. */
  async #adoptState(): Promise<number | undefined> {
    const { state, leader, logger } = this.#options
    const applied = await state?.adopt(leader(), this.#operations.length)
    if (applied === undefined) return undefined
    await this.#operations.skipTo(applied)
    this.#from = applied
    logger.info('the state is taken from a peer', { operations: applied })
    return applied
  }
}
