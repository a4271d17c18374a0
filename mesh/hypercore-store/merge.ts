import type { ByteString } from './backend.ts'
import { RangeSet } from './range-set.ts'
import type { BlockInfo, BlockReader } from './table-format.ts'

/** Entries in order of keys; stands on one of them, at first the first. */
export interface Run {
  /** Hides what is older than this run, nothing in it. */
  readonly deleted: RangeSet
  /** Undefined at the end. */
  readonly key: ByteString | undefined
  readonly isDeleted: boolean
  /** Defined when the run stands at the start of a block that could be copied as it is. */
  readonly wholeBlock: BlockInfo | undefined
  copyTo(output: RunOutput): void
  copyBlockTo(output: RunOutput): void
  advance(): void
  /** To the first entry of the next block. */
  skipBlock(): void
  close(): void
}

/** Takes what comes out, in order of keys, into a new table. */
export interface RunOutput {
  copy(key: ByteString, block: BlockReader, index: number): void
  copyBlock(info: BlockInfo, bytes: Buffer): void
}

/** A table of those that do not overlap. */
export interface SettledTable {
  id: number
  first: ByteString
  last: ByteString
  sizeBytes: number
  run(): Run
}

/** Takes the tables that come out, in order of keys. */
export interface MergeOutput extends RunOutput {
  /** The table stays as it is. */
  keep(id: number): void
  /** True while a new table is being written. */
  readonly isOpen: boolean
  /** New tables are about this long. */
  readonly tableBytes: number
}

/**
 * Merges what is newer (newest first) into the settled tables. Only tables that it changes are written again; a table that
 * is long enough is not, when all that is new comes after it: so a growing log costs hardly more than one write. Very short
 * ones are taken along when their neighbour is written. Blocks whose keys no other run has are copied as they are.
 */
export function merge(newer: Run[], settled: SettledTable[], output: MergeOutput): void {
  const spans = newer.flatMap(({ deleted }) => deleted.spans)
  const deleted = spans.reduce((set, { start, end }) => set.with(start, end), RangeSet.empty)
  for (const [index, table] of settled.entries()) {
    mergeOne(newer, deleted, table, settled[index + 1]?.first, output)
  }
  copyUntil(newer, undefined, output)
}

/** One table, and what is new before `bound`. */
function mergeOne(
  newer: Run[],
  deleted: RangeSet,
  table: SettledTable,
  bound: ByteString | undefined,
  output: MergeOutput,
): void {
  const { first, last, id, sizeBytes } = table
  const start = firstChange(newer, last, bound)
  const changes = deleted.meets(first, last) || (start !== undefined && start <= last)
  const isGone = deleted.coversAll(first, last)
  const isLongEnough =
    start === undefined ? !output.isOpen || sizeBytes >= output.tableBytes / 8 : sizeBytes >= output.tableBytes / 2
  if (isGone || (!changes && isLongEnough)) {
    if (!isGone) output.keep(id)
    copyUntil(newer, bound, output)
    return
  }
  const run = table.run()
  try {
    copyUntil([...newer, run], bound, output)
  } finally {
    run.close()
  }
}

/** The first key before `bound` that is put, or deleted and not behind `last`. */
function firstChange(runs: Run[], last: ByteString, bound: ByteString | undefined): ByteString | undefined {
  for (;;) {
    const run = runs[lowest(runs)]
    const key = run?.key
    if (run === undefined || key === undefined || (bound !== undefined && key >= bound)) return undefined
    if (key <= last || !(run.isDeleted || isHidden(runs, run, key))) return key
    passBy(runs, key)
  }
}

/** Copies what counts of the runs (newest first), as far as its keys are below `bound`. */
function copyUntil(runs: Run[], bound: ByteString | undefined, output: RunOutput): void {
  for (;;) {
    const run = runs[lowest(runs)]
    const key = run?.key
    if (run === undefined || key === undefined || (bound !== undefined && key >= bound)) return
    const block = run.wholeBlock
    if (block !== undefined && standsAlone(runs, run, block, bound)) {
      run.copyBlockTo(output)
      run.skipBlock()
      continue
    }
    if (!run.isDeleted && !isHidden(runs, run, key)) run.copyTo(output)
    passBy(runs, key)
  }
}

/** Index of the run with the lowest key; the newest of those with the same. */
function lowest(runs: Run[]): number {
  let found = -1
  let least: ByteString | undefined
  for (let index = 0; index < runs.length; index++) {
    const { key } = runs[index]!
    if (key === undefined || (least !== undefined && key >= least)) continue
    found = index
    least = key
  }
  return found
}

function passBy(runs: Run[], key: ByteString): void {
  for (const run of runs) if (run.key === key) run.advance()
}

/** True when a newer run has deleted the key. */
function isHidden(runs: Run[], run: Run, key: ByteString): boolean {
  for (const newer of runs) {
    if (newer === run) return false
    if (newer.deleted.covers(key)) return true
  }
  return false
}

/** True when no other run has, or hides, a key of the block. */
function standsAlone(runs: Run[], run: Run, { first, last }: BlockInfo, bound: ByteString | undefined): boolean {
  if (bound !== undefined && last >= bound) return false
  let isNewer = true
  for (const other of runs) {
    if (other === run) isNewer = false
    else if (other.key !== undefined && other.key <= last) return false
    else if (isNewer && other.deleted.meets(first, last)) return false
  }
  return true
}
