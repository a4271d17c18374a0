/**
 * A key as a string of one character per byte (latin1). Such strings compare as their bytes do, and are much smaller and
 * quicker to compare than buffers.
 */
export type ByteString = string

/** Keys from `start` (included) to `end` (excluded; undefined: to the last key). */
export interface KeyRange {
  start: ByteString
  end: ByteString | undefined
}

export type Operation =
  | { kind: 'put'; key: ByteString; value: Uint8Array }
  | { kind: 'delete'; key: ByteString }
  | { kind: 'deleteRange'; start: ByteString; end: ByteString }

export interface Entry {
  key: ByteString
  /** The caller's own copy. */
  value: Buffer
}

export interface Cursor {
  /** The next entries, at most `count`; fewer only at the end. */
  next(count: number): Entry[] | Promise<Entry[]>
  close(): void
}

/** What a store held at one moment. */
export interface View {
  /** The caller's own copy of the value. Answered at once when it is in memory, so that a hot read costs no turn. */
  get(key: ByteString): Buffer | null | Promise<Buffer | null>
  scan(range: KeyRange, reverse: boolean): Cursor
  release(): void
}

/** An ordered, durable map of bytes to bytes: what stands behind the RocksDB of this package. */
export interface Backend {
  open(): Promise<void>
  /**
   * Applies all operations as one: they are durable, and seen by readers, when the promise resolves. `hint` marks a write
   * that its caller can do without after a crash: it is ordered as any other, but need not be durable when the promise
   * resolves. The values are copied before the call returns. After a failed write every later one rejects.
   */
  write(operations: Operation[], hint: boolean): Promise<void>
  get(key: ByteString): Buffer | null | Promise<Buffer | null>
  view(): View
  /** Resolves when all accepted so far is durable, hints too. */
  flush(): Promise<void>
  /** Gives back what is not needed on the disk. */
  compact(): Promise<void>
  /** Ends after a flush. The views and cursors are of no use then. */
  close(): Promise<void>
}
