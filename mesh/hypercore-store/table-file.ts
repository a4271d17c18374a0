import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteString } from './backend.ts'
import type { Run, RunOutput, SettledTable } from './merge.ts'
import type { RangeSet } from './range-set.ts'
import {
  type BlockInfo,
  BlockReader,
  blockBytes,
  checkBlock,
  checkedMeta,
  decodeFoot,
  footBytes,
  type TableMeta,
  tableName,
} from './table-format.ts'

const aheadBytes = 2 ** 19

/** A table as a Worker reads it, from its first entry to the last; its calls block. */
export class TableFile implements SettledTable {
  readonly id: number
  readonly sizeBytes: number
  readonly meta: TableMeta
  readonly #path: string

  constructor(directory: string, id: number) {
    this.id = id
    this.#path = join(directory, tableName(id))
    const fd = openSync(this.#path, 'r')
    try {
      this.sizeBytes = fstatSync(fd).size
      const foot = decodeFoot(
        readAt(fd, Math.max(0, this.sizeBytes - footBytes), footBytes),
        this.#path,
        this.sizeBytes,
      )
      this.meta = checkedMeta(readAt(fd, foot.offset, foot.sizeBytes), this.#path, foot)
    } finally {
      closeSync(fd)
    }
  }

  get first(): ByteString {
    return this.meta.blocks[0]?.first ?? ''
  }

  get last(): ByteString {
    return this.meta.blocks.at(-1)?.last ?? ''
  }

  run(): TableRun {
    return new TableRun(this.meta, this.#path)
  }
}

/** The entries of a table file, from the first to the last. Reads several blocks at once. */
export class TableRun implements Run {
  readonly deleted: RangeSet
  readonly #path: string
  readonly #blocks: BlockInfo[]
  readonly #fd: number
  /** Of the block it stands in. */
  #blockIndex = -1
  #block = BlockReader.empty
  #index = 0
  /** Bytes of the file that were read ahead, and where they stand. */
  #ahead: Buffer = Buffer.alloc(0)
  #aheadOffset = 0
  #key: ByteString | undefined

  constructor({ blocks, deleted }: TableMeta, path: string) {
    this.deleted = deleted
    this.#path = path
    this.#blocks = blocks
    this.#fd = openSync(path, 'r')
    this.skipBlock()
  }

  get key(): ByteString | undefined {
    return this.#key
  }

  get isDeleted(): boolean {
    return this.#block.isDeleted(this.#index)
  }

  get wholeBlock(): BlockInfo | undefined {
    const info = this.#blocks[this.#blockIndex]
    const fits = this.#index === 0 && info !== undefined && info.sizeBytes >= blockBytes / 2
    return fits && !this.#block.hasDeletions() ? info : undefined
  }

  copyTo(output: RunOutput): void {
    output.copy(this.#key!, this.#block, this.#index)
  }

  copyBlockTo(output: RunOutput): void {
    output.copyBlock(this.#blocks[this.#blockIndex]!, this.#block.bytes)
  }

  advance(): void {
    this.#index++
    if (this.#index < this.#block.count) this.#key = this.#block.key(this.#index)
    else this.skipBlock()
  }

  skipBlock(): void {
    const info = this.#blocks[++this.#blockIndex]
    this.#index = 0
    if (info === undefined) {
      this.#key = undefined
      this.#block = BlockReader.empty
      return
    }
    this.#block = new BlockReader(this.#read(info))
    this.#key = info.first
  }

  close(): void {
    closeSync(this.#fd)
  }

  #read(info: BlockInfo): Buffer {
    if (info.offset + info.sizeBytes > this.#aheadOffset + this.#ahead.byteLength) {
      const { offset, sizeBytes } = this.#blocks.at(-1)!
      this.#ahead = readAt(
        this.#fd,
        info.offset,
        Math.max(info.sizeBytes, Math.min(aheadBytes, offset + sizeBytes - info.offset)),
      )
      this.#aheadOffset = info.offset
    }
    const start = info.offset - this.#aheadOffset
    const bytes = this.#ahead.subarray(start, start + info.sizeBytes)
    checkBlock(bytes, this.#path, info)
    return bytes
  }
}

function readAt(fd: number, offset: number, sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(sizeBytes)
  let length = 0
  while (length < sizeBytes) {
    const count = readSync(fd, bytes, length, sizeBytes - length, offset + length)
    if (count === 0) break
    length += count
  }
  return bytes.subarray(0, length)
}
