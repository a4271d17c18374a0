import type Hypercore from 'hypercore'
import type { Duplex } from 'streamx'
import type { Entry } from '../raft/entry.ts'
import { decodeCommand } from './command-codec.ts'
import type { CommittedBlock } from './committed-log.ts'
import { decodeOperation, encodeOperation } from './operation-block.ts'

const readPage = 256
const noPayload = new Uint8Array()

/**
 * The operations core as its voters write it: block i is the committed Raft entry i + 1, with an empty payload for
 * entries that are Raft's own, so that every voter appends the same bytes.
 */
export class Operations {
  readonly #core: Hypercore
  #timeMs: number
  #lastTerm: number

  private constructor(core: Hypercore, last: CommittedBlock | undefined) {
    this.#core = core
    this.#timeMs = last?.timeMs ?? 0
    this.#lastTerm = last?.term ?? 0
  }

  static async open(core: Hypercore): Promise<Operations> {
    // Else a remote head overtakes our own append and blocks appear twice.
    core.core.replicator.setPushOnly(true)
    const operations = new Operations(core, undefined)
    const last = core.length === 0 ? undefined : await operations.get(core.length - 1)
    if (core.length > 0 && last === undefined) throw new Error(`operation ${core.length - 1} is missing from the log`)
    return new Operations(core, last)
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

  /** Resolves when the blocks are durable. Throws when an entry is not the next, or from a newer build. */
  async append(entries: readonly Entry[]): Promise<CommittedBlock[]> {
    const blocks = entries.map((entry, at) => this.#blockOf(entry, this.#core.length + at))
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

  /** Serves the blocks to learners and laggards. */
  replicate(isInitiator: boolean): Duplex {
    return this.#core.replicate(isInitiator)
  }

  async close(): Promise<void> {
    await this.#core.close()
  }

  #blockOf({ index, term, kind, data }: Entry, expected: number): CommittedBlock {
    if (index - 1 !== expected) throw new Error(`entry ${index} came where entry ${expected + 1} was due`)
    const { timeMs, payload } = kind === 'command' ? decodeCommand(data) : { timeMs: 0, payload: noPayload }
    this.#timeMs = Math.max(this.#timeMs, timeMs)
    this.#lastTerm = term
    return { index: expected, term, timeMs: this.#timeMs, payload }
  }
}
