import { Database } from 'bun:sqlite'
import { Encoder } from 'cbor-x'
import type { ViewPosition } from './view-rows.ts'

/** The view's tables that an image may hold, and the columns that say where a page begins. */
const tables = {
  entries: { columns: 'key, value, revision, created, expires', order: ['key'] },
  changes: { columns: 'key, revision, created, time, block, deleted, kind', order: ['key', 'revision'] },
  blocks: { columns: 'block, revision, time, kind, size, live', order: ['block'] },
  recent: { columns: 'position, id, revision, time, refusal', order: ['position'] },
  expiries: { columns: 'revision, time, keys', order: ['revision'] },
} as const
export type ImageTable = keyof typeof tables
export type ImageRow = (string | number | Uint8Array)[]

/** Some rows of a table, and where the next page begins. */
export interface ImagePage {
  /** CBOR of the rows. */
  payload: Uint8Array
  after: ImageRow
}

const encoder = new Encoder({ useRecords: false, structures: [], structuredClone: false })

/** Images of the view at one moment each, read page by page while the view goes on; used in its thread. */
export class ViewImages {
  readonly #file: string
  readonly #open = new Map<number, Database>()
  #last = 0

  constructor(file: string) {
    this.#file = file
  }

  /** The state of now, as one reader sees it until `endImage`. */
  beginImage(): { image: number; position: ViewPosition } {
    const database = new Database(this.#file, { readonly: true })
    database.run('BEGIN')
    const position = database
      .query('SELECT applied, revision, time AS timeMs, term, compacted FROM position')
      .get() as ViewPosition
    this.#open.set(++this.#last, database)
    return { image: this.#last, position }
  }

  /** Rows after one of the table's order, as arrays of the columns; ends early at `maxBytes` of values. Undefined after the last. */
  imagePage(
    image: number,
    table: ImageTable,
    after: ImageRow | null,
    limit: number,
    maxBytes: number,
  ): ImagePage | undefined {
    const { columns, order } = tables[table]
    const names = order.join(', ')
    const where = after === null ? '' : `WHERE (${names}) > (${order.map(() => '?').join(', ')})`
    const statement = this.#of(image).query(`SELECT ${columns} FROM ${table} ${where} ORDER BY ${names} LIMIT ${limit}`)
    const rows: ImageRow[] = []
    let sizeBytes = 0
    for (const row of statement.values(...(after ?? [])) as ImageRow[]) {
      rows.push(row)
      for (const value of row) if (value instanceof Uint8Array) sizeBytes += value.byteLength
      if (sizeBytes >= maxBytes) break
    }
    const last = rows.at(-1)
    // Encoded here, not by the main loop. Copied: what is posted to it takes along all of the encoder's buffer.
    return last && { payload: new Uint8Array(encoder.encode(rows)), after: last.slice(0, order.length) }
  }

  endImage(image: number): void {
    this.#open.get(image)?.close()
    this.#open.delete(image)
  }

  closeImages(): void {
    for (const image of [...this.#open.keys()]) this.endImage(image)
  }

  #of(image: number): Database {
    const database = this.#open.get(image)
    if (database === undefined) throw new Error('the image is closed')
    return database
  }
}

/** Puts an image's rows into an empty view; used in its thread. */
export class ViewImport {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  importRows(table: ImageTable, rows: ImageRow[]): void {
    const { columns } = tables[table]
    const marks = columns.split(', ').map(() => '?')
    const insert = this.#database.query(`INSERT INTO ${table}(${columns}) VALUES(${marks.join(', ')})`)
    this.#database.transaction(() => {
      for (const row of rows) insert.run(...row)
    })()
  }

  importPosition({ applied, revision, timeMs, term, compacted }: ViewPosition): void {
    this.#database
      .query('UPDATE position SET applied=?, revision=?, time=?, term=?, compacted=?, compactedBlock=?')
      .run(applied, revision, timeMs, term, compacted, -1)
  }
}
