import { Database, type Statement } from 'bun:sqlite'
import { rmSync } from 'node:fs'
import { type PackedBatch, unpackBatch } from './packed-batch.ts'
import { maxRecentIds } from './state.ts'
import type { Revision } from './store.ts'
import {
  type BlockRow,
  type ChangeRow,
  changeKinds,
  type EntryRow,
  type ExpiryRow,
  type RecentRow,
  type ViewBatch,
  type ViewPosition,
} from './view-rows.ts'

/** SQLite's user_version of the file: another one is thrown away. */
export const viewVersion = 3

/**
 * The materialised view in its own SQLite file, as a Worker uses it. No fsync of its own: after a crash it is as old as
 * its last checkpoint and catches up from the operations; a file that cannot be opened is thrown away and rebuilt.
 */
export class ViewDatabase {
  readonly #database: Database
  readonly #statements: Record<
    'put' | 'delete' | 'change' | 'recent' | 'prune' | 'position' | 'block' | 'expiry' | 'kindOf',
    Statement
  >

  constructor(file: string) {
    this.#database = openOrReplace(file)
    const query = (sql: string) => this.#database.query(sql)
    this.#statements = {
      put: query(
        'INSERT INTO entries(key, value, revision, created, expires) VALUES(?, ?, ?, ?, ?) ON CONFLICT(key) DO UPDATE ' +
          'SET value=excluded.value, revision=excluded.revision, created=excluded.created, expires=excluded.expires',
      ),
      delete: query('DELETE FROM entries WHERE key=?'),
      change: query(
        'INSERT OR REPLACE INTO changes(key, revision, created, time, block, deleted, kind) VALUES(?, ?, ?, ?, ?, ?, ?)',
      ),
      block: query('INSERT OR REPLACE INTO blocks(block, revision, time, kind, size, live) VALUES(?, ?, ?, ?, ?, ?)'),
      expiry: query('INSERT OR REPLACE INTO expiries(revision, time, keys) VALUES(?, ?, ?)'),
      kindOf: query('SELECT kind FROM changes WHERE key=? AND revision<? ORDER BY revision DESC LIMIT 1'),
      recent: query('INSERT INTO recent(id, revision, time, refusal) VALUES(?, ?, ?, ?)'),
      prune: query('DELETE FROM recent WHERE position <= (SELECT max(position) FROM recent) - ?'),
      position: query('UPDATE position SET applied=?, revision=?, time=?, term=?'),
    }
  }

  writePacked(batch: PackedBatch): void {
    this.write(unpackBatch(batch))
  }

  write(batch: ViewBatch): void {
    const { put, delete: remove, change, recent, prune, position } = this.#statements
    this.#database.transaction(() => {
      for (const [key, row] of batch.entries) {
        if (row === null) remove.run(key)
        else put.run(key, row.value, row.revision, row.created, row.expiresMs)
      }
      for (const row of batch.changes) {
        // What ends by its time to live is of the kind that it was.
        const kind = row.block < 0 ? this.#kindBefore(row) : changeKinds.indexOf(row.kind)
        change.run(row.key, row.revision, row.created, row.timeMs, row.block, row.deleted ? 1 : 0, kind)
      }
      for (const { block, revision, timeMs, kind, sizeBytes, live } of batch.blocks) {
        this.#statements.block.run(block, revision, timeMs, changeKinds.indexOf(kind), sizeBytes, live)
      }
      for (const { revision, timeMs, keys } of batch.expiries) {
        this.#statements.expiry.run(revision, timeMs, JSON.stringify(keys))
      }
      for (const row of batch.recent) recent.run(row.id, row.revision, row.timeMs, row.refusal)
      prune.run(maxRecentIds)
      position.run(batch.position.applied, batch.position.revision, batch.position.timeMs, batch.position.term)
    })()
  }

  position(): ViewPosition {
    return this.#database
      .query('SELECT applied, revision, time AS timeMs, term, compacted FROM position')
      .get() as ViewPosition
  }

  /** Entries after a key, in order; a page at most. */
  entriesAfter(key: string | null, limit: number): EntryRow[] {
    const columns = 'key, value, revision, created, expires AS expiresMs'
    const where = key === null ? '' : 'WHERE key > ?1'
    const statement = this.#database.query(`SELECT ${columns} FROM entries ${where} ORDER BY key LIMIT ${limit}`)
    return (key === null ? statement.all() : statement.all(key)) as EntryRow[]
  }

  recent(): RecentRow[] {
    return this.#database
      .query('SELECT id, revision, time AS timeMs, refusal FROM recent ORDER BY position')
      .all() as RecentRow[]
  }

  /** The newest change of a key at or before a revision. */
  changeAt(key: string, at: Revision): ChangeRow | undefined {
    const sql = `SELECT ${changeColumns} FROM changes WHERE key=? AND revision<=? ORDER BY revision DESC LIMIT 1`
    return rowToChange(this.#database.query(sql).get(key, at))
  }

  /** A key's changes that are kept, newest first. */
  changesOf(key: string, limit: number): ChangeRow[] {
    const sql = `SELECT ${changeColumns} FROM changes WHERE key=? AND kind<2 ORDER BY revision DESC LIMIT ?`
    return this.#database.query(sql).all(key, limit).map(rowToChange) as ChangeRow[]
  }

  /** For each key with the prefix that existed at a revision, in key order from `from` on: its change of then. */
  changesBelow(prefix: string, from: string, at: Revision, limit: number): ChangeRow[] {
    const sql =
      `SELECT ${changeColumns} FROM changes AS outer WHERE key>=?1 AND substr(key, 1, ?2)=?3 AND deleted=0 AND revision=` +
      '(SELECT max(revision) FROM changes WHERE key=outer.key AND revision<=?4) ORDER BY key LIMIT ?5'
    const start = Buffer.compare(Buffer.from(from), Buffer.from(prefix)) > 0 ? from : prefix
    const rows = this.#database.query(sql).all(start, [...prefix].length, prefix, at, limit)
    return rows.map(rowToChange) as ChangeRow[]
  }

  /** Blocks with their place in the order, newest first: those that changed something, before a revision. */
  newestBlocks(before: Revision, limit: number): BlockRow[] {
    const sql =
      'SELECT block, revision, time AS timeMs, kind, size AS sizeBytes, live FROM blocks WHERE revision>0 AND ' +
      'revision<? ORDER BY block DESC LIMIT ?'
    const rows = this.#database.query(sql).all(before, limit) as (Omit<BlockRow, 'kind'> & { kind: number })[]
    return rows.map((row) => ({ ...row, kind: changeKinds[row.kind]! }))
  }

  expiriesFrom(revision: Revision): ExpiryRow[] {
    const sql = 'SELECT revision, time AS timeMs, keys FROM expiries WHERE revision>=? ORDER BY revision'
    const rows = this.#database.query(sql).all(revision) as (Omit<ExpiryRow, 'keys'> & { keys: string })[]
    return rows.map((row) => ({ ...row, keys: JSON.parse(row.keys) }))
  }

  /** For what else works on the same file in this thread. */
  get database(): Database {
    return this.#database
  }

  close(): void {
    this.#database.close()
  }

  #kindBefore({ key, revision }: ChangeRow): number {
    const before = this.#statements.kindOf.get(key, revision) as { kind: number } | null
    return before === null || before.kind === 0 ? 0 : 1
  }
}

const changeColumns = 'key, revision, created, time AS timeMs, block, deleted, kind'

function rowToChange(row: unknown): ChangeRow | undefined {
  if (row === null) return undefined
  const change = row as Omit<ChangeRow, 'deleted' | 'kind'> & { deleted: number; kind: number }
  return { ...change, deleted: change.deleted === 1, kind: changeKinds[change.kind]! }
}

function openOrReplace(file: string): Database {
  try {
    return open(file)
  } catch (error) {
    const code = (error as { code?: string }).code ?? ''
    if (!['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SKEIN_VIEW_VERSION'].includes(code)) throw error
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
    return open(file)
  }
}

function open(file: string): Database {
  const database = new Database(file, { create: true })
  try {
    database.run('PRAGMA journal_mode=WAL')
    // NORMAL syncs at checkpoints only: enough for the file to stay well formed after a power cut.
    database.run('PRAGMA synchronous=NORMAL')
    const { user_version: version } = database.query('PRAGMA user_version').get() as { user_version: number }
    if (version === 0) create(database)
    else if (version !== viewVersion) throw Object.assign(new Error('view version'), { code: 'SKEIN_VIEW_VERSION' })
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function create(database: Database): void {
  database.transaction(() => {
    database.run(
      'CREATE TABLE entries(key TEXT PRIMARY KEY, value BLOB NOT NULL, revision INT NOT NULL, created INT NOT NULL, ' +
        'expires INT NOT NULL) WITHOUT ROWID',
    )
    database.run(
      'CREATE TABLE changes(key TEXT NOT NULL, revision INT NOT NULL, created INT NOT NULL, time INT NOT NULL, ' +
        'block INT NOT NULL, deleted INT NOT NULL, kind INT NOT NULL, PRIMARY KEY(key, revision)) WITHOUT ROWID',
    )
    database.run('CREATE INDEX transients ON changes(time) WHERE kind=1')
    database.run(
      'CREATE TABLE blocks(block INTEGER PRIMARY KEY, revision INT NOT NULL, time REAL NOT NULL, kind INT NOT NULL, ' +
        'size INT NOT NULL, live INT NOT NULL)',
    )
    database.run('CREATE INDEX dead ON blocks(block) WHERE live<=0')
    database.run('CREATE TABLE expiries(revision INTEGER PRIMARY KEY, time REAL NOT NULL, keys TEXT NOT NULL)')
    database.run(
      'CREATE TABLE recent(position INTEGER PRIMARY KEY, id TEXT NOT NULL, revision INT NOT NULL, ' +
        'time INT NOT NULL, refusal TEXT NOT NULL)',
    )
    database.run(
      'CREATE TABLE position(applied INT, revision INT, time REAL, term INT, compacted INT, compactedBlock INT)',
    )
    database.run('INSERT INTO position VALUES(0, 0, 0, 0, 0, -1)')
    database.run(`PRAGMA user_version=${viewVersion}`)
  })()
}
