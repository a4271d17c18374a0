import type { ByteString } from './backend.ts'
import { BlockCache } from './block-cache.ts'
import type { DiskThread } from './disk-thread.ts'
import type { Manifest } from './manifest.ts'
import type { Memtable } from './memtable.ts'
import type { RangeSet } from './range-set.ts'
import type { StoreSizes } from './sizes.ts'
import type { SystemError } from './system-error.ts'
import { Table } from './table.ts'
import { Version } from './version.ts'

/** A segment that is full, and what it says. */
export interface Frozen {
  segment: number
  /** Of its last batch. */
  sequence: number
  memtable: Memtable
}

export interface SettlingListener {
  /** The segment is in a table: its file may be written over. */
  reuse(segment: number): void
  failed(error: SystemError): void
}

/** Writers wait while more segments than this wait to become tables. */
const maxFrozen = 3
/** So many recent tables are merged into the settled ones. */
const maxRecent = 4
/** More ranges than this make a memtable slow. */
const maxSpans = 2048

/** Makes tables of the log's segments, and merges the tables, in a thread. */
export class Settling {
  readonly #directory: string
  readonly #thread: DiskThread
  readonly #cache: BlockCache
  readonly #sizes: StoreSizes
  readonly #listener: SettlingListener
  #frozen: readonly Frozen[] = []
  #version = new Version([], [])
  #freeableBytes = 0
  /** A merge is due however few the recent tables are. */
  #mergeDue = false
  #rotating = false
  #working: Promise<void> | undefined
  #stopped = false
  #waitingForRoom: PromiseWithResolvers<void> | undefined

  private constructor(directory: string, thread: DiskThread, sizes: StoreSizes, listener: SettlingListener) {
    this.#directory = directory
    this.#thread = thread
    this.#sizes = sizes
    this.#cache = new BlockCache(sizes.cacheBytes)
    this.#listener = listener
  }

  static async open(
    directory: string,
    thread: DiskThread,
    sizes: StoreSizes,
    manifest: Manifest,
    listener: SettlingListener,
  ): Promise<Settling> {
    const settling = new Settling(directory, thread, sizes, listener)
    await settling.#adopt(manifest)
    return settling
  }

  /** Oldest first; never changed in place. */
  get frozen(): readonly Frozen[] {
    return this.#frozen
  }

  get version(): Version {
    return this.#version
  }

  add(frozen: Frozen): void {
    this.#frozen = [...this.#frozen, frozen]
    this.#mergeDue ||= this.#rotating
    this.#rotating = false
  }

  /**
   * After a removal of these keys; `deleted` is what the memtable hides. True when the log should begin a new segment, for
   * that much can be given back.
   */
  freed(start: ByteString, end: ByteString, deleted: RangeSet): boolean {
    this.#freeableBytes += this.#version.bytesWithin(start, end)
    if (this.#rotating) return false
    if (this.#freeableBytes > this.#sizes.freeableBytes) {
      // The same keys may have been counted before.
      const hidden = [deleted, ...this.#frozen.map(({ memtable }) => memtable.deleted)]
      this.#freeableBytes = this.#version.hiddenBytes(hidden)
    }
    this.#rotating = this.#freeableBytes > this.#sizes.freeableBytes || deleted.spans.length > maxSpans
    return this.#rotating
  }

  /** Undefined when the log may go on at once. */
  room(): Promise<void> | undefined {
    if (this.#frozen.length <= maxFrozen || this.#stopped) return undefined
    this.#waitingForRoom ??= Promise.withResolvers()
    return this.#waitingForRoom.promise
  }

  work(): void {
    this.#working ??= this.#work()
  }

  /** Everything that is frozen into settled tables. */
  async settleAll(): Promise<void> {
    this.#mergeDue = true
    while (!this.#stopped && (this.#mergeDue || this.#frozen.length > 0)) {
      this.work()
      await this.#working
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working
  }

  stop(): void {
    this.#stopped = true
    this.#waitingForRoom?.resolve()
    this.#waitingForRoom = undefined
  }

  /** After the step that is under way. */
  async close(): Promise<void> {
    this.stop()
    await this.#working
    this.#thread.terminate()
    this.#version.release()
  }

  async #work(): Promise<void> {
    // Not before work() has noted that this runs.
    await undefined
    try {
      while (!this.#stopped) {
        const [oldest] = this.#frozen
        if (this.#version.recent.length >= maxRecent) await this.#merge()
        else if (oldest !== undefined) await this.#flush(oldest)
        else if (this.#mergeDue) await this.#merge()
        else break
      }
    } catch (error) {
      this.stop()
      this.#listener.failed(error as SystemError)
    }
    this.#working = undefined
  }

  async #flush({ segment, sequence }: Frozen): Promise<void> {
    const manifest = await this.#thread.call<Manifest>('flush', sequence)
    await this.#adopt(manifest)
    this.#frozen = this.#frozen.slice(1)
    this.#listener.reuse(segment)
    if (this.#frozen.length <= maxFrozen) {
      this.#waitingForRoom?.resolve()
      this.#waitingForRoom = undefined
    }
  }

  async #merge(): Promise<void> {
    this.#mergeDue = false
    this.#freeableBytes = 0
    await this.#adopt(await this.#thread.call<Manifest>('merge'))
  }

  /** Opens the tables that are new. */
  async #adopt({ recent, settled }: Manifest): Promise<void> {
    const before = this.#version
    const known = new Map([...before.recent, ...before.settled].map((table) => [table.id, table]))
    const table = async (id: number): Promise<Table> => known.get(id) ?? Table.open(this.#directory, id, this.#cache)
    const next = new Version(await Promise.all(recent.map(table)), await Promise.all(settled.map(table)))
    this.#version = next
    before.release()
  }
}
