import type { ByteString, Operation } from './backend.ts'
import { StorePoisoned } from './damage.ts'
import { DiskThread } from './disk-thread.ts'
import { type Batch, Group } from './group.ts'
import { encodeRecord, type Pages, recordBytes } from './record.ts'
import type { LogEnd } from './replay.ts'
import { segmentHeaderBytes, segmentPath } from './segment.ts'
import type { StoreSizes } from './sizes.ts'
import type { SystemError } from './system-error.ts'

/** A group ends when it is this long, so that its batches are not held up by those that come after. */
const groupBytes = 2 ** 20
/** Batches that wait for the disk hold no more than this; writers wait for room then, in order. */
const maxQueuedBytes = 32 * 2 ** 20
/** A hint that nothing else takes along is written after this time. By itself it would cost pages of the disk after each append. */
const hintDelayMs = 60_000

/** Buffers that the thread keeps; a group's own changes when it grows. */
const maxShared = 4

export interface LogListener {
  /** These batches are on their way to the disk; there is time to make ready what readers will see. */
  staged(batches: Batch[]): void
  /** The staged batches are durable: readers may see them. */
  saved(batches: Batch[]): void
  /** A hint, which readers may see at once. */
  applied(operations: Operation[]): void
  /** All batches before are applied; those after go to this segment. May hold the log back. */
  segmentBegun(segment: number, sequence: number): void | Promise<void>
  /** How long the fsync of a group took. */
  synced(durationMs: number): void
  failed(error: StorePoisoned): void
}

/** The append-only log: batches in, in order; one write and one sync for all that wait. */
export class Log {
  readonly #directory: string
  readonly #segmentBytes: number
  readonly #listener: LogListener
  readonly #thread = new DiskThread('mesh/hypercore-store/log.worker.ts')
  #pages: Pages
  /** Of the last batch taken in, and the last one that is on the disk. */
  #sequence: number
  #durable: number
  /** Where the last batch taken in ends. */
  #segment: number
  #offset: number
  /** Of the segment's first batch. */
  #first: number
  readonly #queue: Group[] = []
  #queuedBytes = 0
  readonly #waitingForRoom: (() => void)[] = []
  #writing: Group | undefined
  #written: { segment: number; offset: number }
  readonly #spare: Group[] = []
  /** Buffers that the thread knows, by the number it knows them by: to post one takes Bun 1.4.5 half a millisecond. */
  readonly #shared = new Map<SharedArrayBuffer, number>()
  #nextShared = 1
  #hintTimer: ReturnType<typeof setTimeout> | undefined
  #idle: PromiseWithResolvers<void> | undefined
  #failure: StorePoisoned | undefined
  /** Files of segments that are no longer needed. */
  readonly #reusable: string[] = []
  #preparing: Promise<void> = Promise.resolve()

  constructor(directory: string, sizes: StoreSizes, end: LogEnd, listener: LogListener) {
    this.#directory = directory
    this.#segmentBytes = sizes.segmentBytes
    this.#listener = listener
    this.#pages = end.pages
    this.#sequence = end.sequence
    this.#durable = end.sequence
    this.#segment = end.segment
    this.#offset = end.offset
    this.#first = end.first
    this.#written = { segment: end.segment, offset: end.offset }
  }

  /** Ready for the first write: cuts a torn tail, makes the segment that is written and the one after it. */
  async open(end: LogEnd, reusable: string[]): Promise<void> {
    this.#reusable.push(...reusable)
    if (end.torn !== undefined) {
      // What is left behind the cut could fit the batches to come.
      const rest = new SharedArrayBuffer(Math.max(0, this.#segmentBytes - end.offset, end.torn.droppedBytes))
      await this.#append(end.torn.file, rest, rest.byteLength, end.offset)
    }
    if (end.offset < segmentHeaderBytes) {
      await this.#prepare(end.segment)
      this.#offset = segmentHeaderBytes
      this.#written.offset = segmentHeaderBytes
    }
    await this.#prepare(end.segment + 1)
  }

  get failure(): StorePoisoned | undefined {
    return this.#failure
  }

  /** Its file may be written over. */
  reuse(segment: number): void {
    this.#reusable.push(segmentPath(this.#directory, segment))
  }

  async write(operations: Operation[], hint: boolean): Promise<void> {
    if (this.#queuedBytes > maxQueuedBytes || this.#waitingForRoom.length > 0) {
      await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve))
    }
    if (this.#failure !== undefined) throw this.#failure
    const group = this.#groupFor(recordBytes(operations))
    const before = group.length
    const sequence = ++this.#sequence
    if (this.#offset === segmentHeaderBytes) this.#first = sequence
    const head = { segment: group.segment, sequence, durable: this.#durable, first: this.#first }
    encodeRecord(group, head, operations, this.#pages)
    group.sequence = sequence
    this.#offset += group.length - before
    this.#queuedBytes += group.length - before
    if (hint && !this.#isAwaited(operations)) {
      this.#listener.applied(operations)
      // Once more when its group is saved: the memtable of the segment that its record is in must have it.
      group.batches.push({ operations, isApplied: true, resolve() {}, reject() {} })
      this.#hintTimer ??= setTimeout(() => this.#push(), hintDelayMs)
      this.#hintTimer.unref?.()
      return
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    group.batches.push({ operations, isApplied: false, resolve, reject })
    // A group of hints alone may be before it.
    this.#push()
    return promise
  }

  /** Ends the segment, whatever room it has. */
  rotate(): void {
    if (this.#failure !== undefined || this.#offset === segmentHeaderBytes) return
    this.#beginSegment()
    this.#openGroup()
    this.#push()
  }

  /** Resolves when all that was taken in is durable. */
  async flush(): Promise<void> {
    this.#push()
    while (this.#failure === undefined && (this.#writing !== undefined || this.#queue.length > 0)) {
      this.#idle ??= Promise.withResolvers()
      await this.#idle.promise
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  async close(): Promise<void> {
    clearTimeout(this.#hintTimer)
    await this.#preparing.catch(() => {})
    this.#thread.terminate()
  }

  /** Nothing of the store may change after a write that failed: no one knows what is on the disk. */
  poison(error: SystemError): void {
    if (this.#failure !== undefined) return
    this.#failure = new StorePoisoned(this.#directory, error.code ?? 'EIO', error)
    clearTimeout(this.#hintTimer)
    for (const group of [this.#writing, ...this.#queue.splice(0)]) {
      for (const { reject } of group?.batches ?? []) reject(this.#failure)
    }
    this.#writing = undefined
    for (const resolve of this.#waitingForRoom.splice(0)) resolve()
    this.#idle?.resolve()
    this.#listener.failed(this.#failure)
  }

  #groupFor(sizeBytes: number): Group {
    // A batch larger than a segment makes its segment longer.
    if (this.#offset + sizeBytes > this.#segmentBytes && this.#offset > segmentHeaderBytes) this.#beginSegment()
    const last = this.#queue.at(-1)
    return last?.segment === this.#segment && last.length < groupBytes ? last : this.#openGroup()
  }

  #beginSegment(): void {
    this.#segment++
    this.#offset = segmentHeaderBytes
    this.#pages = new Map()
  }

  #openGroup(): Group {
    const group = this.#spare.pop() ?? new Group()
    group.segment = this.#segment
    group.sequence = this.#sequence
    this.#queue.push(group)
    return group
  }

  /** True when a batch that is not yet applied touches what the hint writes: the hint must come after it. */
  #isAwaited(hint: Operation[]): boolean {
    const [operation] = hint
    if (operation?.kind !== 'put') return true
    const groups = this.#writing === undefined ? this.#queue : [this.#writing, ...this.#queue]
    return groups.some(({ batches }) => batches.some(({ operations }) => touch(operations, operation.key)))
  }

  #push(): void {
    clearTimeout(this.#hintTimer)
    this.#hintTimer = undefined
    for (const group of this.#queue) group.urgent = true
    this.#commit()
  }

  #commit(): void {
    const [group] = this.#queue
    if (this.#writing !== undefined || this.#failure !== undefined || !group?.urgent) return
    this.#queue.shift()
    this.#writing = group
    this.#save(group).then(
      () => this.#saved(group),
      (error: SystemError) => this.poison(error),
    )
  }

  async #save(group: Group): Promise<void> {
    const begins = group.segment !== this.#written.segment
    if (begins) {
      await this.#preparing
      await this.#listener.segmentBegun(group.segment, this.#durable)
      this.#written = { segment: group.segment, offset: segmentHeaderBytes }
      for (const { operations, isApplied } of [group, ...this.#queue].flatMap(({ batches }) => batches)) {
        if (isApplied) this.#listener.applied(operations)
      }
    }
    const path = segmentPath(this.#directory, group.segment)
    const saved = this.#append(path, group.shared, group.length, this.#written.offset)
    if (begins) {
      this.#preparing = this.#prepare(group.segment + 1)
      this.#preparing.catch((error) => this.poison(error))
    }
    this.#listener.staged(group.batches)
    this.#listener.synced(await saved)
  }

  /** Resolves with how long the fsync took, in ms. */
  #append(path: string, buffer: SharedArrayBuffer, length: number, position: number): Promise<number> {
    let id = this.#shared.get(buffer)
    if (id === undefined) {
      id = this.#nextShared++
      this.#shared.set(buffer, id)
      this.#thread.call('share', id, buffer).catch((error) => this.poison(error))
      for (const [oldest, oldestId] of this.#shared) {
        if (this.#shared.size <= maxShared) break
        this.#shared.delete(oldest)
        this.#thread.call('unshare', oldestId).catch((error) => this.poison(error))
      }
    }
    return this.#thread.call('append', path, id, length, position)
  }

  #saved(group: Group): void {
    if (this.#failure !== undefined) return
    this.#written.offset += group.length
    this.#durable = group.sequence
    this.#queuedBytes -= group.length
    this.#writing = undefined
    this.#listener.saved(group.batches)
    for (const { resolve } of group.batches) resolve()
    group.clear()
    if (this.#spare.length < 2) this.#spare.push(group)
    for (const resolve of this.#waitingForRoom.splice(0)) resolve()
    this.#commit()
    if (this.#writing === undefined && this.#queue.length === 0) {
      this.#idle?.resolve()
      this.#idle = undefined
    }
  }

  #prepare(segment: number): Promise<void> {
    const path = segmentPath(this.#directory, segment)
    // A file of that name that was left here must not stay in the list: it is about to be in use.
    const own = this.#reusable.indexOf(path)
    const [from] = this.#reusable.splice(Math.max(0, own), 1)
    return this.#thread.call('prepare', path, segment, this.#segmentBytes, from)
  }
}

function touch(operations: Operation[], key: ByteString): boolean {
  return operations.some((operation) =>
    operation.kind === 'deleteRange' ? operation.start <= key && key < operation.end : operation.key === key,
  )
}
