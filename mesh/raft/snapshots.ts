import type { NodeId } from './entry.ts'
import type { SnapshotChunk, SnapshotMetadata, SnapshotProgress } from './message.ts'
import type { Progress } from './progress.ts'
import type { Parts } from './state.ts'

/** A chunk as the leader's driver read it. */
export interface ReadChunk {
  to: NodeId
  transfer: number
  snapshot: SnapshotMetadata
  offsetBytes: number
  data: Uint8Array
  done: boolean
}

/**
 * InstallSnapshot in chunks (section 7), one chunk under way a node. The bytes are the driver's, on both ends: the
 * leader asks it for each chunk, again when one was lost, so that none is kept here.
 */
export class Snapshots {
  readonly #parts: Parts
  #transfers = 0
  /** The snapshot being received. */
  #incoming: { from: NodeId; term: number; transfer: number; offsetBytes: number } | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  start(to: NodeId, progress: Progress): void {
    progress.state = 'snapshot'
    progress.inflight.clear()
    progress.snapshot = {
      transfer: ++this.#transfers,
      snapshot: undefined,
      offsetBytes: 0,
      nextOffsetBytes: 0,
      waitsFor: 'node',
      silentTicks: 0,
    }
    this.#request(to, progress, 0)
  }

  /** Leader: a chunk that is not answered for an election timeout is asked of the driver and sent again. */
  tick(): void {
    const { state } = this.#parts
    for (const [id, progress] of state.progress) {
      const { snapshot } = progress
      if (snapshot === undefined || ++snapshot.silentTicks < state.limits.electionTicks) continue
      if (snapshot.waitsFor === 'node' && progress.isActive) this.#request(id, progress, snapshot.offsetBytes)
    }
  }

  /** The driver's answer to a `ChunkRequest`; what is no longer wanted is dropped. */
  chunkRead({ to, transfer, snapshot, offsetBytes, data, done }: ReadChunk): void {
    const { state } = this.#parts
    const current = state.progress.get(to)?.snapshot
    if (current?.transfer !== transfer || current.waitsFor !== 'driver' || current.offsetBytes !== offsetBytes) return
    if (current.snapshot !== undefined && current.snapshot.index !== snapshot.index) {
      throw new Error(`a chunk of snapshot ${snapshot.index} among those of ${current.snapshot.index}`)
    }
    current.snapshot = snapshot
    current.nextOffsetBytes = offsetBytes + data.byteLength
    current.waitsFor = 'node'
    current.silentTicks = 0
    state.free({ type: 'snapshot-chunk', to, transfer, snapshot, offsetBytes, data, done })
  }

  /** The driver has no such snapshot (any more): the transfer begins again, with another. */
  unavailable(to: NodeId, transfer: number): void {
    const progress = this.#parts.state.progress.get(to)
    if (progress?.snapshot?.transfer === transfer) progress.probe(progress.match + 1)
  }

  onProgress({ from, transfer, offsetBytes }: SnapshotProgress): void {
    const progress = this.#parts.state.progress.get(from)
    if (progress === undefined) return
    progress.isActive = true
    const current = progress.snapshot
    if (current?.transfer !== transfer || current.waitsFor !== 'node') return
    if (offsetBytes === current.nextOffsetBytes) this.#request(from, progress, offsetBytes)
    // A node that was started again wants all of it again; any other answer is to an older chunk.
    else if (offsetBytes === 0 && current.offsetBytes > 0) this.start(from, progress)
  }

  onChunk(message: SnapshotChunk): void {
    const { state, follower } = this.#parts
    const { from, term, transfer, snapshot, offsetBytes, data, done } = message
    follower.hears(from)
    if (snapshot.index <= state.commit || state.log.matches(snapshot)) {
      this.#incoming = undefined
      follower.advanceCommit(snapshot.index)
      state.promise({ type: 'append-accepted', to: from, match: snapshot.index })
      return
    }
    const expected = this.#expected(message)
    if (offsetBytes !== expected) {
      state.promise({ type: 'snapshot-progress', to: from, transfer, offsetBytes: expected })
      return
    }
    state.chunks.push({ snapshot, offsetBytes, data })
    this.#incoming = { from, term, transfer, offsetBytes: offsetBytes + data.byteLength }
    if (done) this.#install(from, snapshot)
    else state.promise({ type: 'snapshot-progress', to: from, transfer, offsetBytes: this.#incoming.offsetBytes })
  }

  #expected({ from, term, transfer }: SnapshotChunk): number {
    const incoming = this.#incoming
    const isSame = incoming?.from === from && incoming.term === term && incoming.transfer === transfer
    return isSame ? incoming.offsetBytes : 0
  }

  #install(from: NodeId, snapshot: SnapshotMetadata): void {
    const { state } = this.#parts
    this.#incoming = undefined
    state.log.restore(snapshot)
    state.membership.restore(snapshot.index, snapshot.configuration)
    state.commit = snapshot.index
    state.delivered = snapshot.index
    state.applied = snapshot.index
    state.installed = snapshot
    state.isBaseUnsaved = false
    state.promise({ type: 'append-accepted', to: from, match: snapshot.index })
  }

  #request(to: NodeId, progress: Progress, offsetBytes: number): void {
    const { chunkRequests } = this.#parts.state
    const current = progress.snapshot!
    current.offsetBytes = offsetBytes
    current.waitsFor = 'driver'
    current.silentTicks = 0
    chunkRequests.push({ to, transfer: current.transfer, snapshot: current.snapshot, offsetBytes })
  }
}
