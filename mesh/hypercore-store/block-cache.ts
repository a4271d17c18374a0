import type { BlockReader } from './table-format.ts'

interface Cached {
  block: BlockReader
  sizeBytes: number
}

/** The blocks read last, as many as `capacityBytes` holds. */
export class BlockCache {
  readonly #capacityBytes: number
  /** Least recently used first; keys are table and block. */
  readonly #blocks = new Map<string, Cached>()
  readonly #ofTable = new Map<number, Set<string>>()
  #bytes = 0

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes
  }

  get(table: number, index: number): BlockReader | undefined {
    const key = `${table}:${index}`
    const cached = this.#blocks.get(key)
    if (cached === undefined) return undefined
    this.#blocks.delete(key)
    this.#blocks.set(key, cached)
    return cached.block
  }

  set(table: number, index: number, block: BlockReader, sizeBytes: number): void {
    const key = `${table}:${index}`
    if (this.#blocks.has(key) || sizeBytes > this.#capacityBytes / 4) return
    this.#blocks.set(key, { block, sizeBytes })
    this.#bytes += sizeBytes
    const keys = this.#ofTable.get(table) ?? new Set()
    this.#ofTable.set(table, keys.add(key))
    for (const oldest of this.#blocks.keys()) {
      if (this.#bytes <= this.#capacityBytes) return
      this.#remove(oldest)
      this.#ofTable.get(Number.parseInt(oldest, 10))?.delete(oldest)
    }
  }

  drop(table: number): void {
    for (const key of this.#ofTable.get(table) ?? []) this.#remove(key)
    this.#ofTable.delete(table)
  }

  #remove(key: string): void {
    this.#bytes -= this.#blocks.get(key)?.sizeBytes ?? 0
    this.#blocks.delete(key)
  }
}
