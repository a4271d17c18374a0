import { copyOf } from '../log/copy-of.ts'
import type { Logger } from '../logger/logger.ts'
import { ThreadCalls } from '../thread/calls.ts'
import { startThread } from '../thread/thread.ts'
import { buffersOf, packBatch } from './packed-batch.ts'
import type { StateEntry } from './state.ts'
import type { Revision } from './store.ts'
import type { CompactionCursor, CompactionTarget, PruneSlice, RetentionLimits } from './view-compaction.ts'
import type { ImagePage, ImageRow, ImageTable, ViewImages } from './view-image.ts'
import type { BlockRow, ChangeRow, EntryRow, ExpiryRow, RecentRow, ViewBatch, ViewPosition } from './view-rows.ts'

const pageRows = 2000
/** While one write is under way the next one gathers; beyond this the caller has to wait. */
const maxGatheredBytes = 32 * 1024 * 1024
/**
 * Nobody waits for the view: what comes within this time goes together, and a page that many changes touch is written once. Then
 * it goes with the next change that comes: the disk is awake for that one anyway. This much does not wait.
 */
const gatherMs = 1800_000
const largeBytes = 2 * 1024 * 1024
/** About what a change takes in memory beside its key and value. */
const changeBytes = 300

/** The view database in its Worker: gathers what operations changed and writes it in the background. */
export class View {
  readonly #calls: ThreadCalls
  #gathered: ViewBatch | undefined
  #gatheredBytes = 0
  #writing: Promise<void> | undefined
  /** Batches taken in, and those of them that are written. */
  #added = 0
  #written = 0
  readonly #waiters = new Set<() => void>()
  #gathering: { sinceMs: number; end: () => void } | undefined
  #failure: Error | undefined

  private constructor(calls: ThreadCalls) {
    this.#calls = calls
  }

  static async open(file: string, log: Logger): Promise<View> {
    const calls = new ThreadCalls(startThread('mesh/store/view.worker.ts'), 'view', log)
    try {
      await calls.call('open', file)
    } catch (error) {
      calls.terminate()
      throw error
    }
    return new View(calls)
  }

  position(): Promise<ViewPosition> {
    return this.#calls.call('position')
  }

  async *entries(): AsyncGenerator<StateEntry[]> {
    let after: string | null = null
    for (;;) {
      const rows: EntryRow[] = await this.#calls.call('entriesAfter', after, pageRows)
      // What a thread posts has an ArrayBuffer for each value, which the collector would look at for as long as the state keeps it.
      yield rows.map((row) => ({ ...row, value: copyOf(row.value, 0) }))
      if (rows.length < pageRows) return
      after = rows.at(-1)!.key
    }
  }

  recent(): Promise<RecentRow[]> {
    return this.#calls.call('recent')
  }

  /** Queues a batch. Resolves at once while there is room, else when a write has made some. */
  async add(batch: ViewBatch): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    this.#added++
    if (this.#gathered === undefined) this.#gathered = batch
    else merge(this.#gathered, batch)
    for (const [key, row] of batch.entries) this.#gatheredBytes += key.length + (row?.value.byteLength ?? 0)
    this.#gatheredBytes += (batch.blocks.length + batch.changes.length) * changeBytes
    this.#writing ??= this.#write()
    const isOver = performance.now() - (this.#gathering?.sinceMs ?? Number.POSITIVE_INFINITY) > gatherMs
    if (this.#gatheredBytes > largeBytes || isOver) this.#gathering?.end()
    if (this.#gatheredBytes > maxGatheredBytes) await this.flush()
  }

  /** Resolves when all that was added before is written, whatever is added meanwhile. */
  async flush(): Promise<void> {
    for (const added = this.#added; this.#written < added && this.#failure === undefined; ) {
      this.#gathering?.end()
      await new Promise<void>((resolve) => this.#waiters.add(resolve))
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  async changeAt(key: string, at: Revision): Promise<ChangeRow | undefined> {
    await this.flush()
    return this.#calls.call('changeAt', key, at)
  }

  async changesOf(key: string, limit: number): Promise<ChangeRow[]> {
    await this.flush()
    return this.#calls.call('changesOf', key, limit)
  }

  async changesBelow(prefix: string, from: string, at: Revision, limit: number): Promise<ChangeRow[]> {
    await this.flush()
    return this.#calls.call('changesBelow', prefix, from, at, limit)
  }

  /** Blocks that changed something, newest first, before a revision. */
  async newestBlocks(before: Revision, limit: number): Promise<BlockRow[]> {
    await this.flush()
    return this.#calls.call('newestBlocks', before, limit)
  }

  async expiriesFrom(revision: Revision): Promise<ExpiryRow[]> {
    await this.flush()
    return this.#calls.call('expiriesFrom', revision)
  }

  compactionTarget(limits: RetentionLimits): Promise<CompactionTarget> {
    return this.#calls.call('compactionTarget', limits)
  }

  compactSlice(
    compacted: Revision,
    from: CompactionCursor | undefined,
    limit: number,
  ): Promise<CompactionCursor | undefined> {
    return this.#calls.call('compactSlice', compacted, from, limit)
  }

  pruneTransients(beforeMs: number, skipped: number, limit: number): Promise<PruneSlice> {
    return this.#calls.call('pruneTransients', beforeMs, skipped, limit)
  }

  dropExpiries(beforeMs: number): Promise<void> {
    return this.#calls.call('dropExpiries', beforeMs)
  }

  deadBlocks(beforeMs: number, limit: number): Promise<number[]> {
    return this.#calls.call('deadBlocks', beforeMs, limit)
  }

  forgetBlocks(blocks: readonly number[]): Promise<void> {
    return this.#calls.call('forgetBlocks', blocks)
  }

  /** What is here at this moment, to be read by `imagePage` while writes go on; ended by `endImage`. */
  async beginImage(): Promise<{ image: number; position: ViewPosition }> {
    await this.flush()
    return this.#calls.call('beginImage')
  }

  imagePage(...page: Parameters<ViewImages['imagePage']>): Promise<ImagePage | undefined> {
    return this.#calls.call('imagePage', ...page)
  }

  endImage(image: number): Promise<void> {
    return this.#calls.call('endImage', image)
  }

  importRows(table: ImageTable, rows: ImageRow[]): Promise<void> {
    return this.#calls.call('importRows', table, rows)
  }

  importPosition(position: ViewPosition): Promise<void> {
    return this.#calls.call('importPosition', position)
  }

  /** Resolves when all that was added before survives a power cut. */
  async sync(): Promise<void> {
    await this.flush()
    return this.#calls.call('sync')
  }

  async close(): Promise<void> {
    await this.flush().catch(() => {})
    await this.#calls.call('close').catch(() => {})
    this.#calls.terminate()
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

  async #write(): Promise<void> {
    try {
      while (this.#gathered !== undefined) {
        if (this.#gatheredBytes <= largeBytes) await this.#gather()
        const batch = this.#gathered
        const added = this.#added
        this.#gathered = undefined
        this.#gatheredBytes = 0
        const packed = packBatch(batch)
        await this.#calls.callGiving(buffersOf(packed), 'writePacked', packed)
        this.#written = added
        this.#wake()
      }
    } catch (error) {
      this.#failure = error as Error
      this.#wake()
    } finally {
      this.#writing = undefined
    }
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter()
    this.#waiters.clear()
  }
}

/** Adds a later batch to an earlier one. */
function merge(into: ViewBatch, batch: ViewBatch): void {
  for (const [key, row] of batch.entries) into.entries.set(key, row)
  into.changes.push(...batch.changes)
  into.recent.push(...batch.recent)
  into.blocks.push(...batch.blocks)
  into.expiries.push(...batch.expiries)
  into.position = batch.position
}
