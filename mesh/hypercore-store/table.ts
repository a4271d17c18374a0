import { close, fstat, open, read } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ByteString } from './backend.ts'
import type { BlockCache } from './block-cache.ts'
import type { Slot } from './memtable.ts'
import {
  BlockReader,
  blockFor,
  checkBlock,
  checkedMeta,
  decodeFoot,
  footBytes,
  type TableMeta,
  tableName,
} from './table-format.ts'

const openFile = promisify(open)
const statFile = promisify(fstat)

/** A table as the main loop reads it: blocks come from the cache at once, from the disk by a promise. */
export class Table {
  readonly id: number
  readonly sizeBytes: number
  readonly meta: TableMeta
  readonly #path: string
  /** No FileHandle: Bun 1.4.5 throws out of nowhere when a forgotten view's is collected. */
  readonly #fd: number
  readonly #cache: BlockCache
  /** Blocks on their way from the disk: whoever asks meanwhile gets the same. */
  readonly #loading = new Map<number, Promise<BlockReader>>()
  #references = 0

  private constructor(id: number, path: string, sizeBytes: number, meta: TableMeta, fd: number, cache: BlockCache) {
    this.id = id
    this.sizeBytes = sizeBytes
    this.meta = meta
    this.#path = path
    this.#fd = fd
    this.#cache = cache
  }

  static async open(directory: string, id: number, cache: BlockCache): Promise<Table> {
    const path = join(directory, tableName(id))
    const fd = await openFile(path, 'r')
    try {
      const { size } = await statFile(fd)
      const foot = decodeFoot(await readAt(fd, Math.max(0, size - footBytes), footBytes), path, size)
      const meta = checkedMeta(await readAt(fd, foot.offset, foot.sizeBytes), path, foot)
      return new Table(id, path, size, meta, fd, cache)
    } catch (error) {
      close(fd)
      throw error
    }
  }

  get first(): ByteString {
    return this.meta.blocks[0]?.first ?? ''
  }

  get last(): ByteString {
    return this.meta.blocks.at(-1)?.last ?? ''
  }

  /** Undefined: ask what is older. The slot is a view of a cached block: copy it. */
  get(key: ByteString): Slot | undefined | Promise<Slot | undefined> {
    const index = blockFor(this.meta.blocks, key)
    if (index === -1) return this.#hidden(key)
    const block = this.block(index)
    if (block instanceof Promise) return block.then((loaded) => this.#lookUp(loaded, key))
    return this.#lookUp(block, key)
  }

  #lookUp(block: BlockReader, key: ByteString): Slot | undefined {
    const slot = block.get(key)
    return slot === undefined ? this.#hidden(key) : slot
  }

  #hidden(key: ByteString): null | undefined {
    return this.meta.deleted.covers(key) ? null : undefined
  }

  block(index: number): BlockReader | Promise<BlockReader> {
    const cached = this.#cache.get(this.id, index)
    if (cached !== undefined) return cached
    const known = this.#loading.get(index)
    if (known !== undefined) return known
    const loading = this.#load(index).finally(() => this.#loading.delete(index))
    this.#loading.set(index, loading)
    return loading
  }

  async #load(index: number): Promise<BlockReader> {
    const block = this.meta.blocks[index]!
    const bytes = await readAt(this.#fd, block.offset, block.sizeBytes)
    checkBlock(bytes, this.#path, block)
    const reader = new BlockReader(bytes)
    this.#cache.set(this.id, index, reader, bytes.byteLength)
    return reader
  }

  retain(): void {
    this.#references++
  }

  /** The file is closed with the last use. */
  release(): void {
    if (--this.#references === 0) this.close()
  }

  close(): void {
    this.#cache.drop(this.id)
    close(this.#fd)
  }
}

async function readAt(fd: number, offset: number, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(sizeBytes)
  let length = 0
  while (length < sizeBytes) {
    const count = await new Promise<number>((resolve, reject) =>
      read(fd, bytes, length, sizeBytes - length, offset + length, (error, bytesRead) =>
        error ? reject(error) : resolve(bytesRead),
      ),
    )
    if (count === 0) break
    length += count
  }
  return bytes.subarray(0, length)
}
