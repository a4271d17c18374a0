import type { CommittedLog } from '../log/committed-log.ts'
import type { Logger } from '../logger/logger.ts'
import type { Revision } from './store.ts'
import type { View } from './view.ts'
import type { CompactionCursor } from './view-compaction.ts'

/** How long what is kept. */
export interface RetentionOptions {
  /** Default 30 days. */
  durableMs?: number
  /** Default 2 GB: the newest durable transactions that come to this are kept, if they are young enough. */
  durableBytes?: number
  /** Default 5 minutes. */
  transientMs?: number
}

export const defaultRetention: Required<RetentionOptions> = {
  durableMs: 30 * 24 * 3600_000,
  durableBytes: 2_000_000_000,
  transientMs: 5 * 60_000,
}

/** Rows of the view in one short transaction: a few milliseconds of its thread. */
const sliceRows = 500
const clearedAtOnce = 5000

/** Takes old history out of the view and out of this node's copy of the operations; each node does so by itself. */
export class Retention {
  readonly #view: View
  readonly #log: CommittedLog
  readonly #limits: Required<RetentionOptions>
  readonly #logger: Logger
  #running: Promise<void> | undefined
  #ending = false

  constructor(view: View, log: CommittedLog, logger: Logger, options: RetentionOptions = {}) {
    this.#view = view
    this.#log = log
    this.#logger = logger
    this.#limits = { ...defaultRetention, ...options }
  }

  /** One run at a cluster time; says up to which revision durable history is compacted. A run under way goes on instead. */
  async run(nowMs: number): Promise<Revision | undefined> {
    if (this.#running !== undefined || this.#ending) return undefined
    let compacted: Revision | undefined
    this.#running = (async () => {
      await this.#view.flush()
      compacted = await this.#compact(nowMs)
      await this.#prune(nowMs - this.#limits.transientMs)
      await this.#clear(nowMs - this.#limits.transientMs)
    })()
    try {
      await this.#running
    } catch (error) {
      if (!this.#ending) this.#logger.warn('old history could not be removed', { error: (error as Error).message })
    } finally {
      this.#running = undefined
    }
    return compacted
  }

  async close(): Promise<void> {
    this.#ending = true
    await this.#running?.catch(() => {})
  }

  async #compact(nowMs: number): Promise<Revision> {
    const { durableMs, durableBytes } = this.#limits
    const { compacted, isNew } = await this.#view.compactionTarget({ durableBeforeMs: nowMs - durableMs, durableBytes })
    if (!isNew) return compacted
    let cursor: CompactionCursor | undefined
    do {
      cursor = await this.#view.compactSlice(compacted, cursor, sliceRows)
    } while (cursor !== undefined && !this.#ending)
    this.#logger.info('history is compacted', { revision: compacted })
    return compacted
  }

  async #prune(beforeMs: number): Promise<void> {
    let skipped = 0
    for (let isDone = false; !isDone && !this.#ending; ) {
      const slice = await this.#view.pruneTransients(beforeMs, skipped, sliceRows)
      skipped = slice.skipped
      isDone = slice.isDone
    }
    await this.#view.dropExpiries(beforeMs)
  }

  /** Only what the view has safely on the disk: it could not be made again. */
  async #clear(beforeMs: number): Promise<void> {
    let isSynced = false
    while (!this.#ending) {
      const blocks = await this.#view.deadBlocks(beforeMs, clearedAtOnce)
      if (blocks.length === 0) return
      if (!isSynced) await this.#view.sync()
      isSynced = true
      // The newest block stays in the log, and its row here, until there is a newer one.
      const cleared = blocks.filter((block) => block < this.#log.length - 1)
      await this.#log.clear(rangesOf(cleared))
      await this.#view.forgetBlocks(cleared)
      if (blocks.length < clearedAtOnce) return
    }
  }
}

/** Numbers in order as ranges `[first, end)`. */
export function rangesOf(blocks: readonly number[]): [number, number][] {
  const ranges: [number, number][] = []
  for (const block of blocks) {
    const last = ranges.at(-1)
    if (last?.[1] === block) last[1]++
    else ranges.push([block, block + 1])
  }
  return ranges
}
