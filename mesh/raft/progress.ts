import type { Index } from './entry.ts'
import type { SnapshotMetadata } from './message.ts'

/** Appends sent and not yet answered, bounded in number and bytes. */
export class Inflight {
  #appends: { last: Index; sizeBytes: number }[] = []
  #sizeBytes = 0

  constructor(
    readonly maxAppends: number,
    readonly maxBytes: number,
  ) {}

  get count(): number {
    return this.#appends.length
  }

  get isFull(): boolean {
    return this.#appends.length >= this.maxAppends || this.#sizeBytes >= this.maxBytes
  }

  add(last: Index, sizeBytes: number): void {
    this.#appends.push({ last, sizeBytes })
    this.#sizeBytes += sizeBytes
  }

  freeTo(index: Index): void {
    while (this.#appends[0] !== undefined && this.#appends[0].last <= index) {
      this.#sizeBytes -= this.#appends.shift()!.sizeBytes
    }
  }

  clear(): void {
    this.#appends = []
    this.#sizeBytes = 0
  }
}

/** A snapshot on its way to one node. */
export interface SnapshotTransfer {
  readonly transfer: number
  snapshot: SnapshotMetadata | undefined
  /** The chunk asked of the driver, or sent and not answered. */
  offsetBytes: number
  nextOffsetBytes: number
  waitsFor: 'driver' | 'node'
  silentTicks: number
}

/**
 * What the leader knows of one other node. `probe`: where its log meets ours is not known, one append at a time.
 * `replicate`: known, appends are pipelined. `snapshot`: it needs what our log no longer has. `fed`: it gets entries elsewhere.
 */
export class Progress {
  state: 'probe' | 'replicate' | 'snapshot' | 'fed' = 'probe'
  /** The highest entry known to be durable there (matchIndex). */
  match: Index = 0
  /** The next entry to send (nextIndex). */
  next: Index
  /** A probe is under way; the next waits for its answer or for a heartbeat's. */
  isPaused = false
  /** It has been silent about appends under way: ask whether they arrived. */
  mustVerify = false
  /** Heard from since the last quorum check. */
  isActive = true
  /** The commit index it was last told. */
  toldCommit: Index = 0
  /** The last read round it confirmed. */
  round = 0
  snapshot: SnapshotTransfer | undefined
  /** Learner: how far it said it got elsewhere, and the place of the configuration it knows. Counts for nothing. */
  fed: Index = 0
  configurationIndex: Index = 0
  /** Heartbeats until it is offered again to get entries elsewhere. */
  offerTicks = 0

  constructor(
    next: Index,
    readonly inflight: Inflight,
  ) {
    this.next = next
  }

  probe(next: Index): void {
    this.state = 'probe'
    this.next = Math.max(next, this.match + 1)
    this.isPaused = false
    this.mustVerify = false
    this.snapshot = undefined
    this.inflight.clear()
  }

  feed(fed: Index, configurationIndex: Index): void {
    this.probe(this.match + 1)
    this.state = 'fed'
    this.fed = fed
    this.configurationIndex = configurationIndex
  }

  replicate(): void {
    this.probe(this.match + 1)
    this.state = 'replicate'
  }
}
