import type { Entry } from '../raft/entry.ts'
import type { SnapshotMetadata } from '../raft/message.ts'
import type { Random } from '../raft/simulator/random.ts'
import type { LogWrite, RaftLog } from './raft-log.ts'

/** What a Raft log should hold. */
export interface Model {
  hardState: { term: number; votedFor: string | null }
  base: SnapshotMetadata
  entries: Entry[]
  /** Where its core begins. */
  start: number
}

/** So few that new cores begin often. */
export const entriesPerCore = 20

function randomWrite(random: Random, { hardState, base, entries }: Model): LogWrite {
  const votes = random.chance(0.3)
  const term = hardState.term + (votes ? 1 : 0)
  const last = base.index + entries.length
  const snapshot = random.chance(0.03) ? baseAt(last + random.integer(1, 50), term) : undefined
  const truncateFrom = random.chance(0.2) && last > base.index ? random.integer(base.index + 1, last) : undefined
  const first = snapshot === undefined ? (truncateFrom ?? last + 1) : snapshot.index + 1
  const count = random.integer(0, 5)
  return {
    hardState: votes ? { term, votedFor: random.pick([null, 'a', 'b']) } : undefined,
    snapshot,
    truncateFrom: snapshot === undefined ? truncateFrom : undefined,
    entries: Array.from({ length: count }, (_, at) => entryOf(first + at, term, 'x'.repeat(random.integer(0, 300)))),
  }
}

function afterWrite(model: Model, { hardState, snapshot, truncateFrom, entries }: LogWrite): Model {
  const before = snapshot === undefined ? model.entries : []
  const kept = before.filter(({ index }) => truncateFrom === undefined || index < truncateFrom)
  return {
    hardState: hardState ?? model.hardState,
    base: snapshot ?? model.base,
    entries: [...kept, ...entries],
    start: snapshot?.index ?? model.start,
  }
}

export const emptyModel: Model = { hardState: { term: 0, votedFor: null }, base: baseAt(0, 0), entries: [], start: 0 }

export function baseAt(index: number, term: number): SnapshotMetadata {
  return { index, term, configuration: { voters: ['a'], outgoing: [], learners: [] } }
}

export function entryOf(index: number, term: number, text = `${index}/${term}`): Entry {
  return { index, term, kind: 'command', data: Buffer.from(text) }
}

/** A log's entries without the encodings that they carry along. */
export async function entriesOf(log: RaftLog): Promise<Entry[]> {
  return (await log.entries()).map(({ index, term, kind, data }) => ({ index, term, kind, data }))
}

/** One thing done to a log, and the log after it. */
export interface Step {
  act: (log: RaftLog) => Promise<void>
  after: Model
}

/** To be done to a log of `entriesPerCore`. */
export function randomStep(random: Random, model: Model): Step {
  const last = model.base.index + model.entries.length
  if (random.chance(0.9)) {
    const write = randomWrite(random, model)
    // Entries of its own: what is written carries its encoding along.
    const entries = write.entries.map((entry) => ({ ...entry }))
    return { act: (log) => log.write({ ...write, entries }), after: afterWrite(model, write) }
  }
  const termAt = (index: number) => model.entries.find((entry) => entry.index === index)?.term ?? model.base.term
  const index = random.integer(model.base.index, last)
  const furthest = random.integer(index, last)
  const act = (log: RaftLog) => log.compact(baseAt(index, termAt(index)), baseAt(furthest, termAt(furthest)))
  if (index === model.base.index) return { act, after: model }
  const isNewCore = index - model.start >= entriesPerCore
  const end = isNewCore ? furthest : index
  const entries = model.entries.filter((entry) => entry.index > end)
  return { act, after: { ...model, base: baseAt(end, termAt(end)), entries, start: isNewCore ? end : model.start } }
}
