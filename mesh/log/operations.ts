import type Hypercore from 'hypercore'
import type { Duplex } from 'streamx'
import type { Entry } from '../raft/entry.ts'
import { type Command, decodeCommand } from './command-codec.ts'
import type { CommittedBlock } from './committed-log.ts'
import { knownFeatureLevel } from './feature-level.ts'
import { fetchBlocks } from './fetch-operations.ts'
import { LiveDownload } from './live-download.ts'
import { decodeOperation, encodeOperation } from './operation-block.ts'
import { firstMissing, floorOf, raiseFloor } from './operations-core.ts'

const readPage = 256
/** An entry of Raft's own: it has no stamp. */
const ofRaft: Command = { featureLevel: 0, timeMs: 0, payload: new Uint8Array() }
/** Blocks that are not on the disk yet hold no more than this; appending waits for room then. */
const maxPendingBytes = 16 * 1024 * 1024
/**
 * Nobody waits for these appends, and each costs some pages of the disk: what comes within this time goes along, and the disk is
 * free for the Raft log, which has them. Then they go with the next one that comes: the disk is awake for it anyway. This much
 * does not wait.
 */
const gatherMs = 1800_000
const largeBytes = 64 * 1024

/**
 * The operations core as its voters write it: block i is the committed Raft entry i + 1, with an empty payload for
 * entries that are Raft's own, so that every voter appends the same bytes. What was appended is readable at once and
 * durable a little later (`durableLength`): until then it is in the Raft log.
 */
export class Operations {
  readonly #core: Hypercore
  readonly #knownLevel: number
  #featureLevel = 1
  #timeMs = 0
  #lastTerm = 0
  /** Blocks of the core, all on the disk. Its own length runs ahead of what its writers here have noticed. */
  #durableLength: number
  /** Follow those. */
  readonly #pending: CommittedBlock[] = []
  #pendingBytes = 0
  #appending: Promise<void> | undefined
  readonly #waiters = new Set<() => void>()
  #gathering: { sinceMs: number; end: () => void } | undefined
  #floor: number
  #failure: Error | undefined
  /** Peers give what comes next. */
  #feed: LiveDownload | undefined
  /** A feed or a fetch ended before all blocks of the core's length had come. */
  #hasTail: boolean

  private constructor(core: Hypercore, floor: number, knownLevel: number) {
    this.#core = core
    this.#knownLevel = knownLevel
    this.#durableLength = Math.min(firstMissing(core, floor), core.length)
    this.#hasTail = this.#durableLength < core.length
    this.#floor = floor
  }

  /** Blocks that came beyond a missing one count only when that one is here too. Throws UpgradeNeeded. */
  static async open(core: Hypercore, knownLevel = knownFeatureLevel): Promise<Operations> {
    const floor = await floorOf(core)
    // Else a remote head overtakes our own append and blocks appear twice.
    core.core.replicator.setPushOnly(true)
    const operations = new Operations(core, floor, knownLevel)
    await operations.#readLast()
    return operations
  }

  get length(): number {
    return this.#durableLength + this.#pending.length
  }

  /** Blocks before this one are on the disk. */
  get durableLength(): number {
    return this.#durableLength
  }

  /** From here on every block is kept; of those before, some or all are cleared. */
  get floor(): number {
    return this.#floor
  }

  get lastTerm(): number {
    return this.#lastTerm
  }

  /** What one must understand to write to this log. */
  get featureLevel(): number {
    return this.#featureLevel
  }

  /** The newest stamp: cluster time never goes back. */
  get timeMs(): number {
    return this.#timeMs
  }

  /**
   * Resolves with the new blocks; entries that are here already, fetched, are left out. Throws when an entry is not the
   * next, or from a newer build, or when earlier ones could not be written.
   */
  async append(entries: readonly Entry[]): Promise<CommittedBlock[]> {
    while (this.#pendingBytes > maxPendingBytes && this.#failure === undefined) await this.flush()
    if (this.#failure !== undefined) throw this.#failure
    const { length } = this
    const blocks = entries.filter(({ index }) => index > length).map((entry, at) => this.#blockOf(entry, length + at))
    for (const block of blocks) {
      this.#pending.push(block)
      this.#pendingBytes += block.payload.byteLength
    }
    if (blocks.length > 0) this.#appending ??= this.#appendPending()
    const isOver = performance.now() - (this.#gathering?.sinceMs ?? Number.POSITIVE_INFINITY) > gatherMs
    if (this.#pendingBytes > largeBytes || isOver) this.hurry()
    return blocks
  }

  /** What waits to be written is written now: somebody wants it to be durable, or to have it. */
  hurry(): void {
    this.#gathering?.end()
  }

  /** Resolves when all that was appended before is durable. */
  async flush(): Promise<void> {
    const { length } = this
    while (this.#durableLength < length && this.#failure === undefined) {
      this.hurry()
      await new Promise<void>((resolve) => this.#waiters.add(resolve))
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  async get(index: number): Promise<CommittedBlock | undefined> {
    const pending = this.#pending[index - this.#durableLength]
    if (pending !== undefined) return pending
    const bytes = await this.#core.get(index, { wait: false })
    return bytes === null ? undefined : decodeOperation(index, bytes, this.#knownLevel)
  }

  /** Stored blocks from `from` on, in pages. Throws when one has been cleared. */
  async *pages(from: number): AsyncGenerator<CommittedBlock[]> {
    for (let first = from; first < this.length; first += readPage) {
      const count = Math.min(readPage, this.length - first)
      const blocks = await Promise.all(Array.from({ length: count }, (_, offset) => this.get(first + offset)))
      const missing = blocks.indexOf(undefined)
      if (missing >= 0) throw new Error(`operation ${first + missing} is missing from the log`)
      yield blocks as CommittedBlock[]
    }
  }

  /**
   * Gets what a peer has more of, over a stream whose other end is its `replicate`. No append may be under way. Throws
   * when the stream ends before all is here.
   */
  async fetch(stream: Duplex, wanted: readonly number[] = []): Promise<void> {
    await this.flush()
    const core = this.#core
    core.core.replicator.setPushOnly(false)
    try {
      await fetchBlocks(core, stream, wanted)
    } finally {
      core.core.replicator.setPushOnly(true)
    }
    this.#durableLength = Math.min(firstMissing(core, this.#floor), core.length)
    this.#hasTail = !this.isWhole
    if (!this.isWhole) throw new Error('some operations are still missing')
    await this.#readLast()
  }

  /**
   * Gives the room of these blocks back, for good and on this node alone; `floor` rises to behind the last one. The newest
   * block stays. Ranges are `[first, end)`, in order.
   */
  async clear(ranges: readonly (readonly [number, number])[]): Promise<void> {
    await this.flush()
    const last = this.#durableLength - 1
    const kept = ranges.map(([first, end]) => [first, Math.min(end, last)] as const).filter(([a, b]) => a < b)
    const end = kept.at(-1)?.[1]
    if (end === undefined) return
    if (end > this.#floor) await raiseFloor(this.#core, end)
    this.#floor = Math.max(this.#floor, end)
    for (const [first, behind] of kept) await this.#core.clear(first, behind)
  }

  /** Of the blocks before this one, which a state from elsewhere has applied, only the last is fetched. */
  async skipTo(index: number): Promise<void> {
    await raiseFloor(this.#core, Math.max(index - 1, this.#floor))
    this.#floor = Math.max(index - 1, this.#floor)
  }

  /**
   * Peers give what comes next, over streams of `feedFrom`, until `endFeed`; `came` is called when there is something to take. No append
   * may be under way.
   */
  async beginFeed(came: () => void): Promise<void> {
    await this.endFeed()
    await this.flush()
    this.#feed = new LiveDownload(this.#core, this.#durableLength, came)
  }

  /** A stream whose other end is a peer's `replicate`; several may give at once. Returns its end. */
  feedFrom(stream: Duplex): Duplex | undefined {
    return this.#feed?.from(stream)
  }

  /** What has come since, in order and without a gap, up to a page of it. */
  async takeFed(): Promise<CommittedBlock[]> {
    const from = this.#durableLength
    const end = Math.min(firstMissing(this.#core, from), this.#core.length, from + readPage)
    const blocks = await Promise.all(Array.from({ length: Math.max(end - from, 0) }, (_, at) => this.get(from + at)))
    this.#durableLength += blocks.length
    const last = blocks.at(-1)
    if (last !== undefined) this.#isLast(last)
    return blocks as CommittedBlock[]
  }

  /** What came until now can still be taken. */
  async endFeed(): Promise<void> {
    await this.#feed?.end()
    if (this.#feed === undefined) return
    this.#feed = undefined
    this.#hasTail = this.#core.length > this.#durableLength
  }

  /** This node may append: no peer does, and none has left anything half done. */
  get isWritable(): boolean {
    if (this.#feed !== undefined) return false
    if (this.#hasTail) this.#hasTail = this.#core.length > this.#durableLength
    return !this.#hasTail
  }

  /** Blocks that the core says there are, here or not. */
  get announcedLength(): number {
    return Math.max(this.#core.length, this.length)
  }

  /** Every block up to the length is here: no fetch was left half done. */
  get isWhole(): boolean {
    return firstMissing(this.#core, this.#floor) >= this.#core.length
  }

  /** Serves the blocks to learners and laggards. */
  replicate(isInitiator: boolean): Duplex {
    this.hurry()
    return this.#core.replicate(isInitiator)
  }

  async close(): Promise<void> {
    try {
      await this.endFeed()
      await this.flush()
    } finally {
      await this.#core.close()
    }
  }

  async #appendPending(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        // Those who replicate would wait too.
        if (this.#core.peers.length === 0 && this.#pendingBytes <= largeBytes) await this.#gather()
        const blocks = [...this.#pending]
        await this.#core.append(blocks.map(encodeOperation))
        this.#pending.splice(0, blocks.length)
        this.#durableLength += blocks.length
        for (const { payload } of blocks) this.#pendingBytes -= payload.byteLength
        this.#wake()
      }
    } catch (error) {
      this.#failure = new Error(`operations cannot be written: ${(error as Error).message}`, { cause: error })
      this.#wake()
    } finally {
      this.#appending = undefined
    }
  }

  /** Those who wait for an append look again. */
  #wake(): void {
    for (const waiter of this.#waiters) waiter()
    this.#waiters.clear()
  }

  #gather(): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#gathering = undefined
        resolve()
      }
      this.#gathering = { sinceMs: performance.now(), end }
    })
  }

  async #readLast(): Promise<void> {
    if (this.length === 0) return
    const last = await this.get(this.length - 1)
    if (last === undefined) throw new Error(`operation ${this.length - 1} is missing from the log`)
    this.#isLast(last)
  }

  #isLast({ featureLevel, timeMs, term }: CommittedBlock): void {
    this.#featureLevel = featureLevel
    this.#timeMs = timeMs
    this.#lastTerm = term
  }

  #blockOf({ index, term, kind, data }: Entry, expected: number): CommittedBlock {
    if (index - 1 !== expected) throw new Error(`entry ${index} came where entry ${expected + 1} was due`)
    const command = kind === 'command' ? decodeCommand(data, this.#knownLevel) : ofRaft
    this.#featureLevel = Math.max(this.#featureLevel, command.featureLevel)
    this.#timeMs = Math.max(this.#timeMs, command.timeMs)
    this.#lastTerm = term
    const { payload } = command
    return { index: expected, term, timeMs: this.#timeMs, featureLevel: this.#featureLevel, payload }
  }
}
