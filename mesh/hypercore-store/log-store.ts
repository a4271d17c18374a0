import { readFile } from 'node:fs/promises'
import type { Backend, ByteString, Cursor, KeyRange, Operation, View } from './backend.ts'
import { MergingCursor } from './cursor.ts'
import { DamagedFile, type StorePoisoned } from './damage.ts'
import { DirectoryLock } from './directory-lock.ts'
import { DiskThread } from './disk-thread.ts'
import type { Batch } from './group.ts'
import { Log, type LogListener } from './log.ts'
import type { Manifest } from './manifest.ts'
import { Memtable, type Slot } from './memtable.ts'
import { type FoundSegment, type LogEnd, replay, type TornTail } from './replay.ts'
import { segmentPath } from './segment.ts'
import { Settling } from './settling.ts'
import { defaultSizes, type StoreSizes } from './sizes.ts'
import type { SystemError } from './system-error.ts'

export interface LogStoreOptions {
  /** Called when a torn tail was cut while the store was opened. */
  onTornTail?: (torn: TornTail) => void
  /** Called after each write of the log with how long its fsync took. */
  onSynced?: ((durationMs: number) => void) | undefined
  /** For tests. */
  sizes?: StoreSizes
}

/** While the log is read at the start the loop is given back after this time. */
const replaySliceMs = 5

/**
 * An append-only log with group commit; what it says is held in memory until a thread has made a sorted table of it. See
 * DESIGN.md.
 */
export class LogStore implements Backend, LogListener {
  readonly #directory: string
  readonly #options: LogStoreOptions
  readonly #sizes: StoreSizes
  #lock: DirectoryLock | undefined
  #log: Log | undefined
  #settling: Settling | undefined
  #memtable = new Memtable()
  /** What the memtable will be when the batches under way are durable. */
  #staged: Memtable | undefined

  constructor(directory: string, options: LogStoreOptions = {}) {
    this.#directory = directory
    this.#options = options
    this.#sizes = options.sizes ?? defaultSizes
  }

  async open(): Promise<void> {
    this.#lock = await DirectoryLock.take(this.#directory)
    const thread = new DiskThread('mesh/hypercore-store/table.worker.ts')
    try {
      const found = await thread.call<{ manifest: Manifest; segments: number[] }>('open', this.#directory, this.#sizes)
      this.#settling = await Settling.open(this.#directory, thread, this.#sizes, found.manifest, {
        reuse: (segment) => this.#log?.reuse(segment),
        failed: (error) => this.#log?.poison(error),
      })
      await this.#openLog(found.manifest, found.segments)
    } catch (error) {
      thread.terminate()
      await this.#settling?.close()
      await this.#log?.close()
      await this.#lock.release()
      throw error
    }
  }

  async #openLog(manifest: Manifest, segments: number[]): Promise<void> {
    const found: FoundSegment[] = []
    for (const segment of segments.filter((number) => number >= manifest.firstSegment)) {
      const path = segmentPath(this.#directory, segment)
      found.push({ segment, path, bytes: await readFile(path) })
    }
    checkRow(this.#directory, found, manifest)
    const end = await this.#replay(found, manifest)
    if (end.torn !== undefined) this.#options.onTornTail?.(end.torn)
    this.#log = new Log(this.#directory, this.#sizes, end, this)
    const unused = segments.filter((number) => number < manifest.firstSegment || number > end.segment)
    try {
      const next = unused.toSorted((a, b) => Math.abs(a - end.segment) - Math.abs(b - end.segment))
      await this.#log.open(
        end,
        next.map((segment) => segmentPath(this.#directory, segment)),
      )
    } catch (error) {
      // A full disk, most likely: what is there can be read.
      this.#log.poison(error as SystemError)
    }
    this.#settling!.work()
  }

  async #replay(found: FoundSegment[], manifest: Manifest): Promise<LogEnd> {
    const batches = replay(found, manifest.sequence)
    let segment = manifest.firstSegment
    let sequence = manifest.sequence
    let sliceEndMs = performance.now() + replaySliceMs
    for (let next = batches.next(); ; next = batches.next()) {
      if (next.value !== undefined && next.value.segment > segment) {
        this.#freeze(segment, sequence)
        segment = next.value.segment
      }
      if (next.done === true) return { ...next.value, segment }
      if (next.value !== undefined) {
        sequence = next.value.sequence
        for (const operation of next.value.operations) this.#memtable.apply(operation)
      }
      if (performance.now() < sliceEndMs) continue
      await new Promise((resolve) => setImmediate(resolve))
      sliceEndMs = performance.now() + replaySliceMs
    }
  }

  #freeze(segment: number, sequence: number): void {
    this.#settling!.add({ segment, sequence, memtable: this.#memtable })
    this.#memtable = new Memtable()
  }

  /** From the Log. */
  staged(batches: Batch[]): void {
    const next = this.#memtable.snapshot()
    for (const { operations } of batches) for (const operation of operations) next.apply(operation)
    this.#staged = next
  }

  /** From the Log. */
  saved(batches: Batch[]): void {
    this.#memtable = this.#staged!
    this.#staged = undefined
    for (const { operations } of batches) {
      for (const operation of operations) {
        if (operation.kind !== 'deleteRange') continue
        if (this.#settling!.freed(operation.start, operation.end, this.#memtable.deleted)) this.#log?.rotate()
      }
    }
  }

  /** From the Log. */
  applied(operations: Operation[]): void {
    for (const operation of operations) {
      this.#memtable.apply(operation)
      this.#staged?.apply(operation)
    }
  }

  /** From the Log. */
  synced(durationMs: number): void {
    this.#options.onSynced?.(durationMs)
  }

  /** From the Log. */
  segmentBegun(segment: number, sequence: number): void | Promise<void> {
    this.#freeze(segment - 1, sequence)
    this.#settling!.work()
    return this.#settling!.room()
  }

  /** From the Log. */
  failed(_error: StorePoisoned): void {
    this.#settling!.stop()
  }

  write(operations: Operation[], hint: boolean): Promise<void> {
    return this.#log!.write(owned(operations), hint)
  }

  get(key: ByteString): Buffer | null | Promise<Buffer | null> {
    return read(this.#memtable, this.#settling!, key)
  }

  view(): View {
    return new LogView(this.#memtable.snapshot(), this.#settling!)
  }

  async flush(): Promise<void> {
    await this.#log!.flush()
  }

  async compact(): Promise<void> {
    this.#log!.rotate()
    await this.#log!.flush()
    await this.#settling!.settleAll()
  }

  /** Resolves when what was removed so far is given back, as far as it is due, and no thread is at work. */
  async settled(): Promise<void> {
    await this.#log!.flush()
    await this.#settling!.idle()
  }

  async close(): Promise<void> {
    try {
      if (this.#log?.failure === undefined) await this.#log?.flush()
    } finally {
      await this.#settling?.close()
      await this.#log?.close()
      await this.#lock?.release()
    }
  }
}

/** Asks the newest first. */
function read(
  memtable: Memtable,
  { frozen, version }: Pick<Settling, 'frozen' | 'version'>,
  key: ByteString,
): Buffer | null | Promise<Buffer | null> {
  let slot = memtable.get(key)
  for (let index = frozen.length - 1; slot === undefined && index >= 0; index--) slot = frozen[index]!.memtable.get(key)
  if (slot !== undefined) return own(slot)
  const found = version.get(key)
  if (!(found instanceof Promise)) return own(found)
  version.retain()
  return found.then(own).finally(() => version.release())
}

function own(slot: Slot): Buffer | null {
  return slot === null ? null : Buffer.from(slot)
}

class LogView implements View {
  readonly #memtable: Memtable
  readonly #older: Pick<Settling, 'frozen' | 'version'>

  constructor(memtable: Memtable, { frozen, version }: Settling) {
    this.#memtable = memtable
    this.#older = { frozen, version: version.retain() }
  }

  get(key: ByteString): Buffer | null | Promise<Buffer | null> {
    return read(this.#memtable, this.#older, key)
  }

  scan(range: KeyRange, reverse: boolean): Cursor {
    const { frozen, version } = this.#older
    const memtables = [this.#memtable, ...frozen.map(({ memtable }) => memtable).reverse()]
    return MergingCursor.over(memtables, version.recent, version.settled, range, reverse)
  }

  release(): void {
    this.#older.version.release()
  }
}

/** The log's files must follow one another. */
function checkRow(directory: string, found: FoundSegment[], { firstSegment, sequence }: Manifest): void {
  const count = Math.max(found.length, sequence > 0 ? 1 : 0)
  for (let index = 0; index < count; index++) {
    if (found[index]?.segment === firstSegment + index) continue
    throw new DamagedFile(segmentPath(directory, firstSegment + index), 0, 'this file of the log is missing')
  }
}

/** With copies of the values, all in one buffer. */
function owned(operations: Operation[]): Operation[] {
  let total = 0
  for (const operation of operations) if (operation.kind === 'put') total += operation.value.byteLength
  const values = Buffer.allocUnsafeSlow(total)
  const { buffer } = values
  let at = 0
  return operations.map((operation) => {
    if (operation.kind !== 'put') return operation
    const { kind, key, value } = operation
    const { byteLength } = value
    values.set(value, at)
    at += byteLength
    // Quicker than subarray of a Buffer.
    return { kind, key, value: new Uint8Array(buffer, at - byteLength, byteLength) }
  })
}
