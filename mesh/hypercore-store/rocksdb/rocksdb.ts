import type { Backend } from '../backend.ts'
import { LogStore, type LogStoreOptions } from '../log-store.ts'
import { type BatchOptions, ReadBatch, WriteBatch } from './batch.ts'
import { ColumnFamily } from './column-family.ts'
import { Iterator, type IteratorOptions } from './iterator.ts'
import type { Bytes } from './key.ts'
import { type Lock, Snapshot, State } from './state.ts'

export interface RocksOptions extends LogStoreOptions {
  lock?: Lock | null
  /** For tests; otherwise a LogStore in the directory. */
  backend?: Backend
}

interface Inherited {
  state: State
  snapshot: Snapshot | null
  columnFamily: ColumnFamily
}

interface SessionOptions {
  columnFamily?: ColumnFamily | string
  snapshot?: boolean
}

/**
 * The part of rocksdb-native 3.18 that hypercore-storage 3.3 uses. Differences: one column family; a resolved flush is
 * durable, but for hints (see isHintKey); values handed out are the caller's own. hypercore-storage reads the fields with
 * an underscore.
 */
export class RocksDB {
  readonly _state: State
  readonly _snapshot: Snapshot | null
  readonly _columnFamily: ColumnFamily
  /** -1: this session is closed. */
  _index = 0

  constructor(path: string | null, options: RocksOptions | Inherited = {}) {
    if ('state' in options) {
      this._state = options.state
      this._snapshot = options.snapshot
      this._columnFamily = options.columnFamily
    } else {
      const directory = path ?? ''
      this._state = new State(
        this,
        directory,
        options.backend ?? new LogStore(directory, options),
        options.lock ?? null,
      )
      this._snapshot = null
      this._columnFamily = new ColumnFamily('default')
    }
    this._state.sessions.add(this)
    this._snapshot?.retain()
  }

  get opened(): boolean {
    return this._state.opened
  }

  get closed(): boolean {
    return this.isRoot() ? this._state.closed : this._index === -1
  }

  get path(): string {
    return this._state.path
  }

  get stats(): State['stats'] {
    return this._state.stats
  }

  get snapshotted(): boolean {
    return this._snapshot !== null
  }

  get defaultColumnFamily(): ColumnFamily {
    return this._columnFamily
  }

  isRoot(): boolean {
    return this === this._state.db
  }

  ready(): Promise<void> {
    return this._state.ready()
  }

  session({ columnFamily, snapshot = this.snapshotted }: SessionOptions = {}): RocksDB {
    this.#check()
    return new RocksDB(null, {
      state: this._state,
      columnFamily: typeof columnFamily === 'object' ? columnFamily : this._columnFamily,
      snapshot: snapshot ? (this._snapshot ?? new Snapshot(this._state)) : null,
    })
  }

  columnFamily(columnFamily: ColumnFamily | string, options?: SessionOptions): RocksDB {
    return this.session({ ...options, columnFamily })
  }

  snapshot(): RocksDB {
    return this.session({ snapshot: true })
  }

  async close({ force = false } = {}): Promise<void> {
    if (!this._state.opened) await this._state.ready()
    if (this._index !== -1) {
      this._index = -1
      this._state.sessions.delete(this)
      this._snapshot?.release()
    }
    if (force) for (const session of [...this._state.sessions]) await session.close()
    if (this.isRoot()) await this._state.close()
  }

  suspend(): Promise<void> {
    this.#check()
    return this._state.suspend()
  }

  resume(): Promise<void> {
    this.#check()
    return this._state.resume()
  }

  isIdle(): boolean {
    return this._state.isIdle()
  }

  idle(): Promise<void> {
    return this._state.idle()
  }

  iterator(range?: IteratorOptions, options?: IteratorOptions): Iterator {
    this.#check()
    return new Iterator(this._state, this._snapshot, { ...range, ...options })
  }

  async peek(range: IteratorOptions, options?: IteratorOptions): Promise<unknown> {
    for await (const entry of this.iterator({ ...range, ...options, limit: 1 })) return entry
    return null
  }

  read(options?: BatchOptions): ReadBatch {
    this.#check()
    return new ReadBatch(this._state, this._snapshot, options)
  }

  write(options?: BatchOptions): WriteBatch {
    this.#check()
    return new WriteBatch(this._state, options)
  }

  async get(key: Bytes): Promise<Buffer | null> {
    const batch = this.read({ autoDestroy: true })
    const value = batch.get(key)
    batch.tryFlush()
    return value
  }

  async put(key: Bytes, value: Bytes): Promise<void> {
    const batch = this.write({ autoDestroy: true })
    batch.tryPut(key, value)
    await batch.flush()
  }

  async delete(key: Bytes): Promise<void> {
    const batch = this.write({ autoDestroy: true })
    batch.tryDelete(key)
    await batch.flush()
  }

  async deleteRange(start: Bytes, end: Bytes): Promise<void> {
    const batch = this.write({ autoDestroy: true })
    batch.tryDeleteRange(start, end)
    await batch.flush()
  }

  async flush(): Promise<void> {
    this.#check()
    await this._state.ready()
    await this._state.backend.flush()
  }

  async compactRange(): Promise<void> {
    this.#check()
    await this._state.ready()
    await this._state.backend.compact()
  }

  #check(): void {
    if (this._state.closing !== null || this._index === -1) throw new Error('RocksDB session is closed')
  }
}
