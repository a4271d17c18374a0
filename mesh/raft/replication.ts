import { isVoter, majorityIndex } from './configuration.ts'
import { type Entry, type EntryKind, type Index, type NodeId, sizeBytesOf } from './entry.ts'
import type { AppendAccepted, AppendRejected, HeartbeatResponse } from './message.ts'
import type { Progress } from './progress.ts'
import type { Parts } from './state.ts'

const noData = new Uint8Array()

/** How a leader spreads its log and decides what is committed (sections 5.3 and 5.4.2). */
export class Replication {
  readonly #parts: Parts
  #heartbeatTicks = 0
  #uncommittedBytes = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The first act of a new leader. */
  lead(): void {
    this.#heartbeatTicks = 0
    this.#uncommittedBytes = 0
    this.append('empty', noData)
  }

  append(kind: EntryKind, data: Uint8Array): Entry {
    const { state } = this.#parts
    const entry: Entry = { index: state.log.lastIndex + 1, term: state.term, kind, data }
    state.log.append([entry])
    this.#uncommittedBytes += sizeBytesOf(entry)
    return entry
  }

  get isFull(): boolean {
    const { log, commit, limits } = this.#parts.state
    return (
      log.lastIndex - commit >= limits.maxUncommittedEntries || this.#uncommittedBytes >= limits.maxUncommittedBytes
    )
  }

  tick(): void {
    const { state } = this.#parts
    if (++this.#heartbeatTicks < state.limits.heartbeatTicks) return
    this.heartbeat()
  }

  heartbeat(): void {
    this.#heartbeatTicks = 0
    const { state, feed } = this.#parts
    for (const [id, progress] of state.progress) {
      if (progress.state !== 'fed') feed.offer(id, progress)
      this.#heartbeatTo(id, progress)
    }
  }

  /** A read round's: only those with a vote are asked. */
  heartbeatVoters(): void {
    const { state } = this.#parts
    const { current } = state.membership
    for (const [id, progress] of state.progress) if (isVoter(current, id)) this.#heartbeatTo(id, progress)
  }

  /** Sends what waits. Called once for many steps, so that many proposals travel in one message. */
  flush(): void {
    const { state } = this.#parts
    for (const [id, progress] of state.progress) {
      if (progress.state === 'fed') continue
      while (this.#appendTo(id, progress)) {}
      if (Math.min(progress.match, state.commit) > progress.toldCommit) this.#heartbeatTo(id, progress)
    }
  }

  onAccepted({ from, match }: AppendAccepted): void {
    const { state, transfer } = this.#parts
    const progress = state.progress.get(from)
    if (progress === undefined) return
    progress.isActive = true
    progress.isPaused = false
    if (match > progress.match) {
      progress.match = match
      progress.next = Math.max(progress.next, match + 1)
      progress.inflight.freeTo(match)
      this.advanceCommit()
      transfer.onProgress(from)
    }
    if (progress.state === 'probe') progress.replicate()
    // A snapshot that our log has left behind meanwhile leads to the next one.
    const wanted = Math.min(state.log.base.index, progress.snapshot?.snapshot?.index ?? Number.POSITIVE_INFINITY)
    if (progress.state === 'snapshot' && progress.match >= wanted) progress.replicate()
  }

  onRejected({ from, rejected, hint }: AppendRejected): void {
    const { state } = this.#parts
    const progress = state.progress.get(from)
    if (progress === undefined) return
    progress.isActive = true
    // An answer to something older than what is known by now says nothing.
    if (progress.state === 'snapshot' || progress.state === 'fed' || rejected <= progress.match) return
    if (progress.state === 'probe' && rejected !== progress.next - 1) return
    progress.probe(Math.min(rejected, state.log.hint(hint).index + 1))
  }

  onHeartbeatResponse({ from, round }: HeartbeatResponse): void {
    const { state, reads } = this.#parts
    const progress = state.progress.get(from)
    if (progress === undefined) return
    progress.isActive = true
    progress.isPaused = false
    if (progress.inflight.count > 0) progress.mustVerify = true
    // It was started again.
    if (progress.state === 'fed') progress.probe(progress.fed + 1)
    reads.onConfirmation(progress, round)
  }

  /** Counts who has what, this node only as far as its own disk has it. */
  advanceCommit(): void {
    const { state, changes, reads } = this.#parts
    const matchOf = (id: NodeId) => (id === state.id ? state.log.stable : (state.progress.get(id)?.match ?? 0))
    const index = majorityIndex(state.membership.current, matchOf)
    if (index <= state.commit || !this.mayCommit(index)) return
    for (const entry of state.log.slice(state.commit + 1, index, Number.POSITIVE_INFINITY)) {
      if (entry.term === state.term) this.#uncommittedBytes -= sizeBytesOf(entry)
    }
    state.commit = index
    reads.onCommit()
    changes.onCommit()
  }

  /** Only entries of the leader's own term are committed by counting; older ones with them (figure 8). */
  mayCommit(index: Index): boolean {
    const { log, term } = this.#parts.state
    return log.term(index) === term
  }

  /** Sends one append when there is something to send and room for it. Returns whether another may follow. */
  #appendTo(id: NodeId, progress: Progress): boolean {
    const { state, snapshots } = this.#parts
    if (progress.state === 'snapshot' || progress.isPaused) return false
    const { log } = state
    const previousTerm = log.term(progress.next - 1)
    if (previousTerm === undefined) {
      if (progress.isActive) snapshots.start(id, progress)
      return false
    }
    const isVerifying = progress.mustVerify
    const canSend = progress.next <= log.lastIndex && !progress.inflight.isFull
    if (!canSend && !isVerifying) return false
    const entries = canSend ? log.slice(progress.next, log.lastIndex, state.limits.maxAppendBytes) : []
    progress.mustVerify = false
    const previous = { index: progress.next - 1, term: previousTerm }
    state.free({ type: 'append', to: id, previous, entries, commit: state.commit })
    const last = previous.index + entries.length
    progress.toldCommit = Math.min(state.commit, last)
    if (progress.state === 'probe') {
      progress.isPaused = true
      return false
    }
    if (entries.length > 0) {
      const bytes = entries.reduce((sum, entry) => sum + sizeBytesOf(entry), 0)
      progress.inflight.add(last, bytes)
    }
    progress.next = last + 1
    return canSend
  }

  #heartbeatTo(id: NodeId, progress: Progress): void {
    const { state, reads, feed } = this.#parts
    if (progress.state === 'fed') {
      feed.tell(id, progress)
      return
    }
    const commit = Math.min(progress.match, state.commit)
    progress.toldCommit = commit
    state.free({ type: 'heartbeat', to: id, commit, round: reads.round })
  }
}
