import type { Duplex } from 'streamx'
import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logger/logger.ts'
import type { NodeId } from '../raft/entry.ts'

/** A peer's operations, as they come. */
export interface FeedStream {
  peer: NodeId
  stream: Duplex
}

export interface LearnerFeedOptions {
  clock: Clock
  logger: Logger
  /** Opens a stream whose other end is some peer's `VoterLog.replicate`: the leader's only when no other gives one, `avoid`'s least. */
  open(avoid: readonly NodeId[]): Promise<FeedStream>
  /** From now on entries come from peers alone. False: not now. */
  begin(): Promise<boolean>
  attach(stream: Duplex): Duplex | undefined
  /** The leader is to send entries again. */
  decline(): void
  /** Operations here, and those that the leader said are committed. */
  progress(): { length: number; announced: number }
  leader(): NodeId | null
}

const checkMs = 1000
/** So long behind what is committed, without a block: the peer gives nothing. */
const stalledMs = 3000
/** After a stall with one peer and then another the leader's entries are taken, for so long. */
const declinedMs = 60_000
/** Before another stream is opened when one has failed since something came; doubled with each further one, up to the longest. */
const pauseMs = 500
const longestPauseMs = 10_000

/**
 * A learner's care for a peer that gives it operations: it begins when the leader offers it and a peer is found, goes to another one
 * when that one stands still or begins to lead, and back to the leader's entries when there is none.
 */
export class LearnerFeed {
  readonly #options: LearnerFeedOptions
  #state: 'idle' | 'opening' | 'fed' = 'idle'
  #source: { peer: NodeId; end: Duplex; wasLeader: boolean } | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  #moved = { length: 0, atMs: 0 }
  #stalledWith: NodeId[] = []
  /** Streams that ended or could not be opened since something came. */
  #failures = 0
  #declinedUntilMs = Number.NEGATIVE_INFINITY
  #attempts = 0
  #isStopped = false

  constructor(options: LearnerFeedOptions) {
    this.#options = options
  }

  /** Whose operations come here; undefined while none do. */
  get peer(): NodeId | undefined {
    return this.#source?.peer
  }

  /** The leader says that entries may come from any peer. */
  offered(): void {
    const { clock, logger } = this.#options
    if (this.#isStopped || this.#state !== 'idle' || clock.monotonicMs() < this.#declinedUntilMs) return
    this.#state = 'opening'
    const attempt = ++this.#attempts
    this.#begin(attempt).catch((error: Error) => {
      if (this.#isOpening(attempt)) this.#state = 'idle'
      logger.info('no peer gives operations yet: the leader does', { reason: error.message })
    })
  }

  /** The leader sends entries, or this node has had enough. */
  end(): void {
    this.#state = 'idle'
    clearInterval(this.#timer)
    const source = this.#source
    this.#source = undefined
    source?.end.destroy()
  }

  close(): void {
    this.#isStopped = true
    this.end()
  }

  /** The leader may have changed its mind meanwhile. */
  #isOpening(attempt: number): boolean {
    return this.#state === 'opening' && attempt === this.#attempts
  }

  async #begin(attempt: number): Promise<void> {
    const { open, begin, clock, progress } = this.#options
    const found = await open([])
    const isBegun = this.#isOpening(attempt) && (await begin())
    if (!isBegun || !this.#isOpening(attempt)) {
      found.stream.destroy()
      if (this.#isOpening(attempt)) this.#state = 'idle'
      return
    }
    this.#state = 'fed'
    this.#stalledWith = []
    this.#failures = 0
    this.#moved = { length: progress().length, atMs: clock.monotonicMs() }
    this.#timer = setInterval(() => this.#check(), checkMs)
    this.#attach(found)
  }

  #attach({ peer, stream }: FeedStream): void {
    const { attach, leader, logger } = this.#options
    const end = this.#state === 'fed' ? attach(stream) : undefined
    if (end === undefined) {
      stream.destroy()
      return
    }
    const before = this.#source
    const source = { peer, end, wasLeader: peer === leader() }
    this.#source = source
    before?.end.destroy()
    logger.info('operations come from a peer', { peer })
    end.once('close', () => {
      if (this.#source !== source) return
      this.#source = undefined
      void this.#reopen()
    })
  }

  async #reopen(): Promise<void> {
    const { open, logger } = this.#options
    while (this.#state === 'fed' && this.#source === undefined) {
      const waitMs = Math.min(pauseMs * 2 ** (this.#failures - 1), longestPauseMs)
      if (this.#failures++ > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
      try {
        this.#attach(await open(this.#stalledWith))
      } catch (error) {
        if (this.#failures === 1) logger.info('no peer gives operations', { reason: (error as Error).message })
      }
    }
  }

  async #another(than: NodeId): Promise<void> {
    const { open, logger } = this.#options
    try {
      this.#attach(await open([than]))
    } catch (error) {
      logger.info('no other peer gives operations', { reason: (error as Error).message })
    }
  }

  #check(): void {
    const { clock, progress, leader, decline, logger } = this.#options
    const { length, announced } = progress()
    const nowMs = clock.monotonicMs()
    if (length > this.#moved.length) this.#failures = 0
    if (length > this.#moved.length || length >= announced) {
      this.#moved = { length, atMs: nowMs }
      this.#stalledWith = []
      const { peer, wasLeader } = this.#source ?? {}
      // One that leads has enough to do.
      if (peer !== undefined && peer === leader() && !wasLeader) void this.#another(peer)
      return
    }
    if (nowMs - this.#moved.atMs < stalledMs) return
    this.#moved.atMs = nowMs
    if (this.#source !== undefined && this.#stalledWith.length === 0) {
      logger.warn('a peer gives no operations: another is asked', { peer: this.#source.peer, length, announced })
      this.#stalledWith = [this.#source.peer]
      void this.#another(this.#source.peer)
      return
    }
    logger.warn('no peer gives operations: the leader is asked', { length, announced })
    this.#declinedUntilMs = nowMs + declinedMs
    decline()
  }
}
