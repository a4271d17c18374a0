import { Database } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import type { Logger } from '../logger/logger.ts'
import { encodeImage } from './image-file.ts'
import { importImage } from './import-image.ts'
import type { ReplicatedStore } from './replicated.ts'
import { viewVersion } from './view-database.ts'

/** History that comes along with an adopted state. */
const maxWantedBytes = 64 * 1024 * 1024

/**
 * This node's state as other nodes take it, and as it takes theirs: before its store is open the view's file alone, then
 * the store (`store` is set once it is open).
 */
export class LocalState {
  store: ReplicatedStore | undefined
  readonly #viewFile: string
  readonly #logger: Logger

  constructor(viewFile: string, logger: Logger) {
    this.#viewFile = viewFile
    this.#logger = logger
  }

  /** Undefined while there is no open store. */
  image(): AsyncGenerator<Uint8Array> | undefined {
    return this.store && encodeImage(this.store.image(true))
  }

  /** Resolves with the number of operations that the state has applied, once it is this node's own, durably. */
  async adopt(chunks: AsyncIterable<Uint8Array>): Promise<number> {
    if (this.store !== undefined) return this.store.adopt(chunks)
    const { position } = await importImage(chunks, { viewFile: this.#viewFile, logger: this.#logger, as: 'here' })
    return position.applied
  }

  /** Operations that the state has applied; 0 when there is none, or it is damaged (and will be made anew). */
  async applied(): Promise<number> {
    const [row] = this.#read<{ applied: number; version: number }>(
      'SELECT applied, user_version AS version FROM position, pragma_user_version',
    )
    return row?.version === viewVersion ? row.applied : 0
  }

  /** Blocks that history shows, the newest first, as many as a joining node should wait for. */
  async wanted(): Promise<number[]> {
    const rows = this.#read<{ block: number; size: number }>(
      'SELECT block, size FROM blocks WHERE live>0 ORDER BY block DESC LIMIT 200000',
    )
    const blocks: number[] = []
    let leftBytes = maxWantedBytes
    for (const { block, size } of rows) {
      leftBytes -= size
      if (leftBytes < 0) break
      blocks.push(block)
    }
    return blocks
  }

  #read<Row>(sql: string): Row[] {
    if (!existsSync(this.#viewFile)) return []
    let database: Database | undefined
    try {
      database = new Database(this.#viewFile, { readonly: true })
      return database.query(sql).all() as Row[]
    } catch {
      return []
    } finally {
      database?.close()
    }
  }
}
