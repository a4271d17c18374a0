import type Hypercore from 'hypercore'
import type { Duplex } from 'streamx'
import { withoutHints } from './fetch-operations.ts'

/** Gets every block of a core as soon as a peer has it. Nobody may append to the core meanwhile. */
export class LiveDownload {
  readonly #core: Hypercore
  readonly #came: () => void
  readonly #range: ReturnType<Hypercore['download']>
  readonly #resumeHints: () => void
  readonly #streams = new Set<Duplex>()

  /** From block `start` on; `came` is called when one is here, durably. */
  constructor(core: Hypercore, start: number, came: () => void) {
    this.#core = core
    this.#came = came
    core.core.replicator.setPushOnly(false)
    core.core.replicator.eagerUpgrade = true
    this.#resumeHints = withoutHints(core)
    core.on('download', came)
    this.#range = core.download({ start, end: -1 })
    // A range that is ended is no failure.
    this.#range.done().catch(() => {})
  }

  /** One end of a replication over this stream, which ends with it. */
  from(stream: Duplex): Duplex {
    const replication = this.#core.replicate(false)
    this.#streams.add(replication)
    replication.once('close', () => {
      this.#streams.delete(replication)
      stream.destroy()
    })
    stream.once('close', () => replication.destroy())
    // Their ends say it.
    stream.on('error', () => {})
    replication.on('error', () => {})
    if (stream.destroyed) replication.destroy()
    else stream.pipe(replication).pipe(stream)
    return replication
  }

  /** Resolves when all that has come is written. */
  async end(): Promise<void> {
    this.#range.destroy()
    for (const stream of this.#streams) stream.destroy()
    this.#core.off('download', this.#came)
    this.#core.core.replicator.setPushOnly(true)
    this.#resumeHints()
    const { replicator, state } = this.#core.core
    // hypercore 11.37 goes on with what a stream gave before its end.
    await replicator._rxLock.lock()
    replicator._rxLock.unlock()
    await state.mutex.lock()
    state.mutex.unlock()
  }
}
