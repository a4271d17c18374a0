import type Hypercore from 'hypercore'
import type { Duplex } from 'streamx'
import type { Entry } from '../raft/entry.ts'
import { decodeCommand } from './command-codec.ts'
import type { CommittedBlock } from './committed-log.ts'
import { fetchBlocks } from './fetch-operations.ts'
import { decodeOperation, encodeOperation } from './operation-block.ts'

const readPage = 256
const noPayload = new Uint8Array()

/**
 * The operations core as its voters write it: block i is the committed Raft entry i + 1, with an empty payload for
 * entries that are Raft's own, so that every voter appends the same bytes.
 */
export class Operations {
  readonly #core: Hypercore
  #timeMs = 0
  #lastTerm = 0

  private constructor(core: Hypercore) {
    this.#core = core
  }

  /** Throws when blocks are missing: a fetch was interrupted. */
  static async open(core: Hypercore): Promise<Operations> {
    if (core.contiguousLength < core.length) {
      const here = `${core.contiguousLength} of ${core.length}`
      throw new Error(`only ${here} operations are here: fetch the others from a peer first (fetchOperations)`)
    }
    // Else a remote head overtakes our own append and blocks appear twice.
    core.core.replicator.setPushOnly(true)
    const operations = new Operations(core)
    await operations.#readLast()
    return operations
  }

  get length(): number {
    return this.#core.length
  }

  get lastTerm(): number {
    return this.#lastTerm
  }

  /** The newest stamp: cluster time never goes back. */
  get timeMs(): number {
    return this.#timeMs
  }

  /**
   * Resolves with the new blocks when they are durable; entries that are here already, fetched, are left out. Throws
   * when an entry is not the next, or from a newer build.
   */
  async append(entries: readonly Entry[]): Promise<CommittedBlock[]> {
    const { length } = this
    const blocks = entries.filter(({ index }) => index > length).map((entry, at) => this.#blockOf(entry, length + at))
    if (blocks.length === 0) return blocks
    await this.#core.append(blocks.map(encodeOperation))
    return blocks
  }

  async get(index: number): Promise<CommittedBlock | undefined> {
    const bytes = await this.#core.get(index, { wait: false })
    return bytes === null ? undefined : decodeOperation(index, bytes)
  }

  /** Stored blocks from `from` on, in pages. Throws when one has been cleared. */
  async *pages(from: number): AsyncGenerator<CommittedBlock[]> {
    for (let first = from; first < this.#core.length; first += readPage) {
      const count = Math.min(readPage, this.#core.length - first)
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
  async fetch(stream: Duplex): Promise<void> {
    const core = this.#core
    core.core.replicator.setPushOnly(false)
    try {
      await fetchBlocks(core, stream)
    } finally {
      core.core.replicator.setPushOnly(true)
    }
    if (core.contiguousLength < core.length) throw new Error('some operations are still missing')
    await this.#readLast()
  }

  /** Every block up to the length is here: no fetch was left half done. */
  get isWhole(): boolean {
    return this.#core.contiguousLength >= this.#core.length
  }

  /** Serves the blocks to learners and laggards. */
  replicate(isInitiator: boolean): Duplex {
    return this.#core.replicate(isInitiator)
  }

  async close(): Promise<void> {
    await this.#core.close()
  }

  async #readLast(): Promise<void> {
    if (this.length === 0) return
    const last = await this.get(this.length - 1)
    if (last === undefined) throw new Error(`operation ${this.length - 1} is missing from the log`)
    this.#timeMs = last.timeMs
    this.#lastTerm = last.term
  }

  #blockOf({ index, term, kind, data }: Entry, expected: number): CommittedBlock {
    if (index - 1 !== expected) throw new Error(`entry ${index} came where entry ${expected + 1} was due`)
    const { timeMs, payload } = kind === 'command' ? decodeCommand(data) : { timeMs: 0, payload: noPayload }
    this.#timeMs = Math.max(this.#timeMs, timeMs)
    this.#lastTerm = term
    return { index: expected, term, timeMs: this.#timeMs, payload }
  }
}
