import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { ByteString } from './backend.ts'
import { GrowingBuffer } from './growing-buffer.ts'
import { fdatasync, pwriteAll } from './libc.ts'
import type { Slot } from './memtable.ts'
import { RangeSet } from './range-set.ts'
import { checksum } from './record.ts'
import {
  BlockBuilder,
  type BlockInfo,
  type BlockReader,
  blockBytes,
  encodeFoot,
  encodeMeta,
  tableName,
} from './table-format.ts'

const writeBytes = 2 ** 20

/** Writes one table; for Workers, its calls block. */
export class TableWriter {
  readonly id: number
  readonly #path: string
  readonly #fd: number
  readonly #block = new BlockBuilder()
  readonly #blocks: BlockInfo[] = []
  readonly #unwritten = new GrowingBuffer(writeBytes + 2 * blockBytes)
  #writtenBytes = 0

  constructor(directory: string, id: number) {
    this.id = id
    this.#path = join(directory, tableName(id))
    this.#fd = openSync(this.#path, 'w', 0o600)
  }

  get sizeBytes(): number {
    return this.#writtenBytes + this.#unwritten.length + this.#block.sizeBytes
  }

  /** Keys come in order. */
  add(key: ByteString, slot: Slot): void {
    this.#block.add(key, slot)
    if (this.#block.sizeBytes >= blockBytes) this.#endBlock()
  }

  /** An entry as another block has it. */
  copy(key: ByteString, block: BlockReader, index: number): void {
    this.#block.copy(key, block, index)
    if (this.#block.sizeBytes >= blockBytes) this.#endBlock()
  }

  /** A put as a record of the log has it; see BlockBuilder. */
  copyPut(key: ByteString, bytes: Buffer, from: number): void {
    this.#block.copyPut(key, bytes, from)
    if (this.#block.sizeBytes >= blockBytes) this.#endBlock()
  }

  /** A block of another table as it is. */
  copyBlock({ first, last, checksum }: BlockInfo, bytes: Buffer): void {
    this.#endBlock()
    this.#appendBlock(first, last, checksum, bytes)
  }

  /** Ends the table; it is on the disk when this returns, its name when the directory is synced. */
  finish(deleted = RangeSet.empty): void {
    try {
      this.#endBlock()
      const offset = this.#writtenBytes + this.#unwritten.length
      const meta = encodeMeta({ blocks: this.#blocks, deleted })
      this.#unwritten.raw(meta)
      this.#unwritten.raw(encodeFoot(meta, offset))
      this.#write()
      fdatasync(this.#fd, this.#path)
    } finally {
      closeSync(this.#fd)
    }
  }

  #endBlock(): void {
    if (this.#block.isEmpty) return
    const { first, last } = this.#block
    const bytes = this.#block.finish()
    this.#appendBlock(first, last, checksum(bytes, 0), bytes)
  }

  #appendBlock(first: ByteString, last: ByteString, checksum: number, bytes: Buffer): void {
    const offset = this.#writtenBytes + this.#unwritten.length
    this.#blocks.push({ first, last, offset, sizeBytes: bytes.byteLength, checksum })
    this.#unwritten.raw(bytes)
    if (this.#unwritten.length >= writeBytes) this.#write()
  }

  #write(): void {
    pwriteAll(this.#fd, this.#unwritten.written(), this.#writtenBytes, this.#path)
    this.#writtenBytes += this.#unwritten.length
    this.#unwritten.length = 0
  }
}
