import type { Database, Statement } from 'bun:sqlite'
import type { Revision } from './store.ts'
import { changeKinds } from './view-rows.ts'

/** How far a walk over the changes has come; undefined at its begin. */
export interface CompactionCursor {
  key: string
  revision: Revision
}

/** What is kept, in cluster time and bytes. */
export interface RetentionLimits {
  /** Durable transactions older than this are compacted. */
  durableBeforeMs: number
  /** The newest durable transactions that come to this many bytes are kept. */
  durableBytes: number
}

export interface CompactionTarget {
  /** Reads below this revision are refused from now on. */
  compacted: Revision
  /** Whether it is newer than before: then all changes are to be walked over. */
  isNew: boolean
}

export interface PruneSlice {
  /** How many of those looked at stay: the next slice begins behind them. */
  skipped: number
  isDone: boolean
}

const durable = changeKinds.indexOf('durable')
const transient = changeKinds.indexOf('transient')
const pruned = changeKinds.indexOf('pruned')

/** One step forward; the next follows at the next time. */
const maxCompactedBlocks = 20_000

interface Row {
  key: string
  revision: Revision
  time: number
  block: number
  deleted: number
  kind: number
}

/**
 * Takes out of the view's history what is past its time, in slices, each a short transaction: a version is dropped once a
 * later one of its key is itself past that time, so that every state since then can be read. Blocks of operations that
 * no version needs any longer are named, to be cleared.
 */
export class ViewCompaction {
  readonly #database: Database
  readonly #statements: Record<'after' | 'before' | 'mark' | 'drop' | 'release', Statement>

  constructor(database: Database) {
    this.#database = database
    const query = (sql: string) => database.query(sql)
    this.#statements = {
      after: query('SELECT revision, time FROM changes WHERE key=? AND revision>? ORDER BY revision LIMIT 1'),
      before: query('SELECT revision, kind FROM changes WHERE key=? AND revision<? ORDER BY revision DESC LIMIT 1'),
      mark: query(`UPDATE changes SET kind=${pruned} WHERE key=? AND revision=?`),
      drop: query('DELETE FROM changes WHERE key=? AND revision=?'),
      release: query('UPDATE blocks SET live=live-1 WHERE block=?'),
    }
  }

  /** A slice of the transient changes before a time; `skipped` is the last slice's, at first 0. */
  pruneTransients(beforeMs: number, skipped: number, limit: number): PruneSlice {
    const sql = `SELECT key, revision, time, block, deleted, kind FROM changes WHERE kind=${transient} AND time<? ORDER BY time LIMIT ? OFFSET ?`
    const rows = this.#database.query(sql).all(beforeMs, limit, skipped) as Row[]
    let kept = skipped
    this.#database.transaction(() => {
      for (const row of rows) if (!this.#pruneTransient(row, beforeMs)) kept++
    })()
    return { skipped: kept, isDone: rows.length < limit }
  }

  /** The newest revision that falls out of the limits, which from now on is the compacted one. */
  compactionTarget({ durableBeforeMs, durableBytes }: RetentionLimits): CompactionTarget {
    const { compacted, compactedBlock } = this.#database
      .query('SELECT compacted, compactedBlock FROM position')
      .get() as { compacted: Revision; compactedBlock: number }
    const sum = `SELECT coalesce(sum(size), 0) AS total FROM blocks WHERE kind=${durable} AND block>?`
    let { total } = this.#database.query(sum).get(compactedBlock) as { total: number }
    let target = { revision: compacted, block: compactedBlock }
    const next = `SELECT block, revision, time, size FROM blocks WHERE kind=${durable} AND block>? AND revision>0 ORDER BY block LIMIT ${maxCompactedBlocks}`
    for (const row of this.#database.query(next).iterate(compactedBlock) as Iterable<Row & { size: number }>) {
      if (row.time >= durableBeforeMs && total <= durableBytes) break
      total -= row.size
      target = { revision: row.revision, block: row.block }
    }
    if (target.revision <= compacted) return { compacted, isNew: false }
    this.#database.query('UPDATE position SET compacted=?, compactedBlock=?').run(target.revision, target.block)
    return { compacted: target.revision, isNew: true }
  }

  /** A slice of all changes in the order of keys. Gives where the next one begins, undefined after the last. */
  compactSlice(compacted: Revision, from: CompactionCursor | undefined, limit: number): CompactionCursor | undefined {
    const { key, revision } = from ?? { key: '', revision: -1 }
    const text =
      'SELECT key, revision, time, block, deleted, kind FROM changes WHERE (key, revision) >= (?, ?) ORDER BY key, revision LIMIT ?'
    const rows = this.#database.query(text).all(key, revision, limit) as Row[]
    const isLast = rows.length < limit
    this.#database.transaction(() => {
      for (const [at, row] of rows.entries()) {
        const next = rows[at + 1]
        if (row.revision > compacted || (next === undefined && !isLast)) continue
        const isSuperseded = next?.key === row.key && next.revision <= compacted
        if (isSuperseded || row.deleted === 1) this.#drop(row)
      }
    })()
    return isLast ? undefined : rows.at(-1)
  }

  /** Expiries at or before a revision are only needed for watches. */
  dropExpiries(beforeMs: number): void {
    this.#database.query('DELETE FROM expiries WHERE time<?').run(beforeMs)
  }

  /** Blocks before a time that nothing needs, in order. */
  deadBlocks(beforeMs: number, limit: number): number[] {
    const rows = this.#database
      .query('SELECT block FROM blocks WHERE live<=0 AND time<? ORDER BY block LIMIT ?')
      .all(beforeMs, limit) as { block: number }[]
    return rows.map(({ block }) => block)
  }

  /** They are cleared. */
  forgetBlocks(blocks: readonly number[]): void {
    const forget = this.#database.query('DELETE FROM blocks WHERE block=?')
    this.#database.transaction(() => {
      for (const block of blocks) forget.run(block)
    })()
  }

  /** Everything written so far survives a power cut: to be called before what it was made from is cleared. */
  sync(): void {
    this.#database.query('PRAGMA wal_checkpoint(FULL)').all()
  }

  #pruneTransient(row: Row, beforeMs: number): boolean {
    const { after, before, mark } = this.#statements
    const next = after.get(row.key, row.revision) as Row | null
    const previous = before.get(row.key, row.revision) as Row | null
    if (next === null && row.deleted === 1) return this.#forgetKey(row, previous)
    if (next === null || next.time >= beforeMs) return false
    if (previous?.kind === pruned) {
      this.#drop(row)
      return true
    }
    mark.run(row.key, row.revision)
    this.#release(row)
    return true
  }

  /** Of a deleted key nothing need be known, unless something durable is: that must not seem to live on. */
  #forgetKey(deletion: Row, previous: Row | null): boolean {
    const first = previous?.kind === pruned ? this.#statements.before.get(deletion.key, previous.revision) : previous
    if (first !== null) return false
    if (previous !== null) this.#statements.drop.run(deletion.key, previous.revision)
    this.#drop(deletion)
    return true
  }

  #drop(row: Row): void {
    this.#statements.drop.run(row.key, row.revision)
    if (row.kind !== pruned) this.#release(row)
  }

  #release({ block }: Row): void {
    if (block >= 0) this.#statements.release.run(block)
  }
}
