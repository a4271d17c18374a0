import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteString } from './backend.ts'
import type { Slot } from './memtable.ts'
import type { SettledTable } from './merge.ts'
import {
  BlockReader,
  checkBlock,
  checkedMeta,
  decodeFoot,
  footBytes,
  type TableMeta,
  tableName,
} from './table-format.ts'

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

  /** The slots are the reader's own. */
  *entries(): Generator<[ByteString, Slot]> {
    const fd = openSync(this.#path, 'r')
    try {
      for (const info of this.meta.blocks) {
        const bytes = readAt(fd, info.offset, info.sizeBytes)
        checkBlock(bytes, this.#path, info)
        const block = new BlockReader(bytes)
        for (let index = 0; index < block.count; index++) yield [block.key(index), block.slot(index)]
      }
    } finally {
      closeSync(fd)
    }
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
