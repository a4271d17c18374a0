import { Readable } from 'streamx'
import type { Cursor, View } from '../backend.ts'
import { type RangeOptions, rangeOf } from './key.ts'
import type { Snapshot, State } from './state.ts'

export interface IteratorOptions extends RangeOptions {
  reverse?: boolean
  /** False: entries have null for a value. */
  values?: boolean
  limit?: number
}

const entriesPerRead = 16

/** A stream of `{key, value}` over what the store (or the session's snapshot) held when the iterator was made. */
export class Iterator extends Readable {
  readonly #state: State
  readonly #snapshot: Snapshot | null
  readonly #options: IteratorOptions
  #left: number
  /** This iterator's own view, where it has no snapshot. */
  #view: View | null = null
  #cursor: Cursor | null = null

  constructor(state: State, snapshot: Snapshot | null, options: IteratorOptions) {
    super()
    this.#state = state
    this.#snapshot = snapshot
    this.#options = options
    this.#left = options.limit === undefined || options.limit < 0 ? Number.POSITIVE_INFINITY : options.limit
    snapshot?.retain()
    state.enter()
    if (state.opened) this.#start()
  }

  #start(): void {
    this.#view ??= this.#snapshot === null ? this.#state.backend.view() : null
    const view = this.#view ?? this.#snapshot?.view
    this.#cursor ??= view?.scan(rangeOf(this.#options), this.#options.reverse === true) ?? null
  }

  override async _open(done: (error: Error | null) => void): Promise<void> {
    try {
      const admitted = this.#state.admitted()
      if (admitted !== true && !(await admitted)) return done(new Error('RocksDB session is closed'))
      this.#start()
    } catch (error) {
      return done(error as Error)
    }
    done(null)
  }

  override async _read(done: (error: Error | null) => void): Promise<void> {
    try {
      const wanted = Math.min(entriesPerRead, this.#left)
      const entries = wanted === 0 ? [] : await this.#cursor!.next(wanted)
      this.#left -= entries.length
      for (const { key, value } of entries) {
        this.push({ key: Buffer.from(key, 'latin1'), value: this.#options.values === false ? null : value })
      }
      if (entries.length < wanted || wanted === 0) this.push(null)
    } catch (error) {
      return done(error as Error)
    }
    done(null)
  }

  override _destroy(done: (error: Error | null) => void): void {
    this.#cursor?.close()
    this.#view?.release()
    this.#snapshot?.release()
    this.#state.leave()
    done(null)
  }
}
