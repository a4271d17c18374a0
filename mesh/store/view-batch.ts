import type { CommittedBlock } from '../log/committed-log.ts'
import { type Applied, idOf, type Outcome, type RecentId, type State } from './state.ts'
import { StoreError, type StoreErrorCode, type Transaction } from './store.ts'
import type { RecentRow, ViewBatch } from './view-rows.ts'

export function emptyBatch(): ViewBatch {
  return {
    position: { applied: 0, revision: 0, timeMs: 0, term: 0 },
    entries: new Map(),
    changes: [],
    recent: [],
    blocks: [],
    expiries: [],
  }
}

/** Adds what applying one block did; `state` is the one after it. */
export function recordApplied(
  batch: ViewBatch,
  block: CommittedBlock,
  applied: Applied,
  state: State,
  transaction: Transaction | undefined,
): void {
  const kind = transaction?.class ?? 'transient'
  let live = 0
  let written = 0
  for (const { events, expiry, revision } of applied.batches) {
    for (const { key, revision, created, timeMs, value } of events) {
      const index = expiry ? -1 : block.index
      batch.changes.push({ key, revision, created, timeMs, block: index, deleted: value === null, kind })
      batch.entries.set(key, state.get(key) ?? null)
    }
    if (expiry) batch.expiries.push({ revision, timeMs: block.timeMs, keys: events.map(({ key }) => key) })
    else if (events.length > 0) {
      written = revision
      live = new Set(events.map(({ key }) => key)).size
    }
  }
  const { index, timeMs, payload } = block
  batch.blocks.push({ block: index, revision: written, timeMs, kind, sizeBytes: payload.byteLength, live })
  if (transaction !== undefined && applied.outcome !== undefined && !applied.isRepeated) {
    batch.recent.push(recentRow(idOf(transaction), applied.outcome))
  }
}

function recentRow(id: string, outcome: Outcome): RecentRow {
  if ('committed' in outcome) return { id, ...outcome.committed, refusal: '' }
  const { code, message, detail } = outcome.refused
  return { id, revision: 0, timeMs: 0, refusal: JSON.stringify({ code, message, detail }) }
}

export function recentIdOf(row: RecentRow): RecentId {
  const { id, revision, timeMs } = row
  if (row.refusal === '') return { id, outcome: { committed: { revision, timeMs } } }
  const { code, message, detail } = JSON.parse(row.refusal) as { code: StoreErrorCode; message: string; detail: object }
  return { id, outcome: { refused: new StoreError(code, message, detail) } }
}
