import type { Backend, View } from '../backend.ts'
import type { RocksDB } from './rocksdb.ts'

/** Something to hold while the store is opened, as device-file is. */
export interface Lock {
  ready(): Promise<void>
  close(): Promise<void>
}

/** What all sessions of one database share: its backend, whether it is open, and what is under way. */
export class State {
  readonly path: string
  readonly db: RocksDB
  readonly backend: Backend
  readonly stats = { gets: 0, puts: 0, deletes: 0, rangeDeletes: 0, readBatches: 0, writeBatches: 0 }
  readonly sessions = new Set<RocksDB>()
  opened = false
  closed = false
  /** Set from the call of close(); hypercore-storage reads it. */
  closing: Promise<void> | null = null
  readonly #lock: Lock | null
  #opening: Promise<void> | null = null
  #underWay = 0
  #idle: PromiseWithResolvers<void> | null = null
  #resumed: PromiseWithResolvers<boolean> | null = null

  constructor(db: RocksDB, path: string, backend: Backend, lock: Lock | null) {
    this.db = db
    this.path = path
    this.backend = backend
    this.#lock = lock
  }

  get suspended(): boolean {
    return this.#resumed !== null
  }

  ready(): Promise<void> {
    this.#opening ??= this.#open()
    return this.#opening
  }

  async #open(): Promise<void> {
    await this.#lock?.ready()
    try {
      await this.backend.open()
    } catch (error) {
      await this.#lock?.close()
      throw error
    }
    this.opened = true
    for (const session of this.sessions) session._snapshot?.take()
  }

  /** True at once when requests may run; else waits for opening and resuming, and is false when it closes instead. */
  admitted(): true | Promise<boolean> {
    return this.opened && this.#resumed === null ? true : this.#admission()
  }

  async #admission(): Promise<boolean> {
    await this.ready()
    while (this.#resumed !== null) {
      // A request that waits to be resumed is not under way: suspend() would wait for it for ever.
      const resumed = this.#resumed.promise
      this.leave()
      const admitted = await resumed
      this.enter()
      if (!admitted) return false
    }
    return true
  }

  enter(): void {
    this.#underWay++
  }

  leave(): void {
    if (--this.#underWay > 0) return
    this.#idle?.resolve()
    this.#idle = null
  }

  isIdle(): boolean {
    return this.#underWay === 0
  }

  async idle(): Promise<void> {
    while (this.#underWay > 0) {
      this.#idle ??= Promise.withResolvers()
      await this.#idle.promise
    }
  }

  async suspend(): Promise<void> {
    if (this.#resumed !== null) return
    this.#resumed = Promise.withResolvers()
    await this.idle()
    if (this.opened) await this.backend.flush()
  }

  async resume(): Promise<void> {
    this.#resumed?.resolve(true)
    this.#resumed = null
  }

  close(): Promise<void> {
    this.closing ??= this.#close()
    return this.closing
  }

  async #close(): Promise<void> {
    await this.#opening
    this.#resumed?.resolve(false)
    await this.idle()
    for (const session of [...this.sessions]) await session.close()
    try {
      await this.backend.close()
    } finally {
      await this.#lock?.close()
      this.closed = true
    }
  }
}

/** A counted view; taken when the store is open, at the latest when it opens. */
export class Snapshot {
  readonly #state: State
  #view: View | null = null
  #references = 0

  constructor(state: State) {
    this.#state = state
    if (state.opened) this.take()
  }

  take(): void {
    this.#view ??= this.#state.backend.view()
  }

  get view(): View {
    if (this.#view === null) throw new Error('the snapshot is released, or its store is not open')
    return this.#view
  }

  retain(): void {
    this.#references++
  }

  release(): void {
    if (--this.#references > 0) return
    this.#view?.release()
    this.#view = null
  }
}
