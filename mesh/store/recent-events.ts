import type { CommittedLog } from '../log/committed-log.ts'
import { decodeTransaction } from './operation.ts'
import type { RevisionBatch } from './state.ts'
import type { Revision, StoreEvent } from './store.ts'
import type { View } from './view.ts'
import type { BlockRow, ExpiryRow } from './view-rows.ts'

export interface RecentEventsBounds {
  maxOperations: number
  maxBytes: number
}

/** The newest revisions' events as watches need them, and the revision after which they are complete. */
export interface RecentEvents {
  after: Revision
  batches: RevisionBatch[]
}

const pageRows = 512

/**
 * Makes the events that were there before a restart once more, from the history: so that watches go on where they were.
 * It ends where the bounds are reached, or where something of a block or of the version before is no longer kept.
 */
export async function recentEvents(
  view: View,
  log: CommittedLog,
  revision: Revision,
  bounds: RecentEventsBounds,
): Promise<RecentEvents> {
  const rows = await newestRows(view, revision, bounds)
  const first = rows.at(-1)?.revision ?? revision + 1
  const expiries = await view.expiriesFrom(first)
  const steps = [...rows, ...expiries].sort((a, b) => a.revision - b.revision)
  const values = new Map<string, Version>()
  let recent: RecentEvents = { after: first - 1, batches: [] }
  let expected = first
  for (const step of steps) {
    if (step.revision > revision) break
    const events = await eventsOf(step, view, log, values)
    if (step.revision !== expected) recent = { after: step.revision - 1, batches: [] }
    if (events === undefined) recent = { after: step.revision, batches: [] }
    else recent.batches.push({ revision: step.revision, events, expiry: 'keys' in step })
    expected = step.revision + 1
  }
  return expected === revision + 1 ? recent : { after: revision, batches: [] }
}

interface Version {
  value: Uint8Array | null
  revision: Revision
}

async function newestRows(view: View, revision: Revision, bounds: RecentEventsBounds): Promise<BlockRow[]> {
  const rows: BlockRow[] = []
  let sizeBytes = 0
  for (let before = revision + 1; ; ) {
    const page = await view.newestBlocks(before, pageRows)
    for (const row of page) {
      sizeBytes += row.sizeBytes
      if (rows.length >= bounds.maxOperations || sizeBytes > bounds.maxBytes) return rows
      rows.push(row)
    }
    if (page.length < pageRows) return rows
    before = page.at(-1)!.revision
  }
}

/** Undefined when they cannot be made any longer. */
async function eventsOf(
  step: BlockRow | ExpiryRow,
  view: View,
  log: CommittedLog,
  values: Map<string, Version>,
): Promise<StoreEvent[] | undefined> {
  const { revision } = step
  let changes: { key: string; value: Uint8Array | null }[]
  if ('keys' in step) {
    changes = step.keys.map((key) => ({ key, value: null }))
  } else {
    const block = await log.get(step.block)
    if (block === undefined) return undefined
    changes = decodeTransaction(block.payload).changes
  }
  const events: StoreEvent[] = []
  let isWhole = true
  for (const { key, value } of changes) {
    const row = await view.changeAt(key, revision)
    const before = values.get(key) ?? (await versionBefore(key, revision, view, log))
    if (row?.revision !== revision) {
      // It deleted what was absent, or it has been pruned.
      if (row !== undefined && row.kind === 'pruned') isWhole = false
      continue
    }
    if (before === undefined) isWhole = false
    const previous = before?.value ?? null
    values.set(key, { value, revision })
    const { created, timeMs } = row
    const previousRevision = previous === null ? 0 : before!.revision
    events.push({ key, revision, timeMs, value, previous, previousRevision, created })
  }
  return isWhole ? events : undefined
}

/** Undefined when there was one that is no longer kept. */
async function versionBefore(
  key: string,
  revision: Revision,
  view: View,
  log: CommittedLog,
): Promise<Version | undefined> {
  const row = await view.changeAt(key, revision - 1)
  if (row === undefined) return { value: null, revision: 0 }
  if (row.deleted) return { value: null, revision: row.revision }
  const block = row.kind === 'pruned' ? undefined : await log.get(row.block)
  if (block === undefined) return undefined
  const change = decodeTransaction(block.payload).changes.findLast((one) => one.key === key)
  return change && { value: change.value, revision: row.revision }
}
