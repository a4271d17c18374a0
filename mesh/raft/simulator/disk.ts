import type { Persist } from '../effects.ts'
import type { Entry, HardState } from '../entry.ts'
import type { SnapshotMetadata } from '../message.ts'

/** A state machine's bytes and the last entry it has applied. */
export interface SavedState {
  index: number
  bytes: Uint8Array
}

/** One atom: a record of the core, or the driver's own "the state is durable, the log may begin later". */
export type Write = { persist: Persist; received?: Uint8Array } | { state: SavedState; base: SnapshotMetadata }

/** What is durable. Atoms are whole or absent: a torn one fails its checksum at the next start and is left out. */
export class Disk {
  hardState: HardState = { term: 0, votedFor: null }
  base: SnapshotMetadata
  state: SavedState
  entries: Entry[] = []

  constructor(base: SnapshotMetadata, state: Uint8Array) {
    this.base = base
    this.state = { index: base.index, bytes: state }
  }

  commit(write: Write): void {
    if ('state' in write) {
      // A snapshot received meanwhile is newer than what was being saved.
      if (write.state.index < this.state.index) return
      this.state = write.state
      this.entries = this.entries.filter(({ index }) => index > write.base.index)
      this.base = write.base
      return
    }
    const { hardState, snapshot, truncateFrom, entries } = write.persist
    if (hardState !== undefined) this.hardState = hardState
    if (snapshot !== undefined) {
      this.base = snapshot
      if (write.received !== undefined) this.state = { index: snapshot.index, bytes: write.received }
      this.entries = []
    }
    if (truncateFrom !== undefined) this.entries = this.entries.filter(({ index }) => index < truncateFrom)
    this.entries.push(...entries)
  }
}
