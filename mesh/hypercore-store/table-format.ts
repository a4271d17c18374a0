import type { ByteString } from './backend.ts'
import { DamagedFile } from './damage.ts'
import { ByteReader, GrowingBuffer } from './growing-buffer.ts'
import type { Slot } from './memtable.ts'
import { RangeSet } from './range-set.ts'
import { checksum } from './record.ts'

/**
 * A table: sorted keys with their values, in a file that is written once.
 *
 *     blocks, meta (what tells where each block is), foot
 *
 * Block: entries, the u32 offset of each, u32 count. Entry: u32 length of the key, key, u32 length of the value plus one
 * (0: the key is deleted), value. Every block, the meta and the foot have a checksum.
 */
export const blockBytes = 16 * 2 ** 10
export const footBytes = 32

const magic = 0x544c4b53
const format = 1

export interface BlockInfo {
  first: ByteString
  last: ByteString
  offset: number
  sizeBytes: number
  checksum: number
}

export interface TableMeta {
  blocks: BlockInfo[]
  /** Hides what is older than this table, nothing in it. */
  deleted: RangeSet
}

export function tableName(id: number): string {
  return `${String(id).padStart(8, '0')}.table`
}

/** Puts one block together. */
export class BlockBuilder {
  readonly #to = new GrowingBuffer(blockBytes * 2)
  #offsets: number[] = []
  first: ByteString = ''
  last: ByteString = ''

  get sizeBytes(): number {
    return this.#to.length
  }

  get isEmpty(): boolean {
    return this.#offsets.length === 0
  }

  /** Keys come in order. */
  add(key: ByteString, slot: Slot): void {
    this.#begin(key)
    this.#to.string(key)
    this.#to.u32(slot === null ? 0 : slot.byteLength + 1)
    if (slot !== null) this.#to.raw(slot)
  }

  /** An entry as another block has it. */
  copy(key: ByteString, block: BlockReader, index: number): void {
    this.#begin(key)
    this.#to.copy(block.bytes, block.offset(index), block.offset(index + 1))
  }

  /** A put as a record has it, whose key's length is at `from`: an entry but for the one that is added to the value's length. */
  copyPut(key: ByteString, bytes: Buffer, from: number): void {
    this.#begin(key)
    const lengthAt = from + 4 + key.length
    const length = bytes.readUInt32LE(lengthAt)
    this.#to.copy(bytes, from, lengthAt)
    this.#to.u32(length + 1)
    this.#to.copy(bytes, lengthAt + 4, lengthAt + 4 + length)
  }

  #begin(key: ByteString): void {
    if (this.isEmpty) this.first = key
    this.last = key
    this.#offsets.push(this.#to.length)
  }

  /** The block, good until the next add; empty again after. */
  finish(): Buffer {
    for (const offset of this.#offsets) this.#to.u32(offset)
    this.#to.u32(this.#offsets.length)
    const block = this.#to.written()
    this.#to.length = 0
    this.#offsets = []
    return block
  }
}

/** A block's entries; what it hands out are views of the block. */
export class BlockReader {
  static readonly empty = new BlockReader(Buffer.alloc(4))
  readonly bytes: Buffer
  readonly count: number
  readonly #offsetsAt: number

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.count = bytes.readUInt32LE(bytes.byteLength - 4)
    this.#offsetsAt = bytes.byteLength - 4 - this.count * 4
  }

  key(index: number): ByteString {
    return new ByteReader(this.bytes, this.offset(index)).string()
  }

  /** Where the entry begins; of `count`: where the last one ends. */
  offset(index: number): number {
    return index < this.count ? this.bytes.readUInt32LE(this.#offsetsAt + index * 4) : this.#offsetsAt
  }

  isDeleted(index: number): boolean {
    const at = this.offset(index)
    return this.bytes.readUInt32LE(at + 4 + this.bytes.readUInt32LE(at)) === 0
  }

  hasDeletions(): boolean {
    for (let index = 0; index < this.count; index++) if (this.isDeleted(index)) return true
    return false
  }

  slot(index: number): Slot {
    const reader = new ByteReader(this.bytes, this.offset(index))
    reader.raw(reader.u32())
    const length = reader.u32()
    return length === 0 ? null : reader.raw(length - 1)
  }

  /** Index of the first key that is not below this one. */
  seek(key: ByteString): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.key(middle) < key) low = middle + 1
      else high = middle
    }
    return low
  }

  get(key: ByteString): Slot | undefined {
    const index = this.seek(key)
    return index < this.count && this.key(index) === key ? this.slot(index) : undefined
  }
}

export function encodeMeta({ blocks, deleted }: TableMeta): Buffer {
  const to = new GrowingBuffer(2 ** 14)
  to.u32(blocks.length)
  for (const block of blocks) {
    to.string(block.first)
    to.string(block.last)
    to.u48(block.offset)
    to.u32(block.sizeBytes)
    to.u32(block.checksum)
  }
  to.u32(deleted.spans.length)
  for (const { start, end } of deleted.spans) {
    to.string(start)
    to.string(end)
  }
  return to.written()
}

export function decodeMeta(bytes: Buffer): TableMeta {
  const reader = new ByteReader(bytes)
  const blocks = Array.from({ length: reader.u32() }, () => ({
    first: reader.string(),
    last: reader.string(),
    offset: reader.u48(),
    sizeBytes: reader.u32(),
    checksum: reader.u32(),
  }))
  const spans = Array.from({ length: reader.u32() }, () => ({ start: reader.string(), end: reader.string() }))
  return { blocks, deleted: new RangeSet(spans) }
}

export function encodeFoot(meta: Buffer, metaOffset: number): Buffer {
  const to = new GrowingBuffer(footBytes)
  to.u48(metaOffset)
  to.u48(meta.byteLength)
  to.u32(checksum(meta, 0))
  to.u32(format)
  to.u32(0)
  to.u32(checksum(to.written(), 0))
  to.u32(magic)
  return to.written()
}

/** Where the meta is; `sizeBytes` is the file's. */
export function decodeFoot(
  foot: Buffer,
  path: string,
  sizeBytes: number,
): { offset: number; sizeBytes: number; checksum: number } {
  const reader = new ByteReader(foot)
  const meta = { offset: reader.u48(), sizeBytes: reader.u48(), checksum: reader.u32() }
  const found = reader.u32()
  reader.u32()
  const sound =
    foot.byteLength === footBytes && checksum(foot.subarray(0, 24), 0) === reader.u32() && reader.u32() === magic
  if (!sound || meta.offset + meta.sizeBytes + footBytes !== sizeBytes) {
    throw new DamagedFile(path, Math.max(0, sizeBytes - footBytes), 'the foot of the table is not whole')
  }
  if (found !== format) throw new Error(`${path} has format ${found}, this release reads ${format}: upgrade this node`)
  return meta
}

export function checkedMeta(
  bytes: Buffer,
  path: string,
  { offset, checksum: expected }: { offset: number; checksum: number },
): TableMeta {
  if (checksum(bytes, 0) !== expected) throw new DamagedFile(path, offset, 'the meta of the table is not whole')
  return decodeMeta(bytes)
}

export function checkBlock(bytes: Buffer, path: string, block: BlockInfo): void {
  if (bytes.byteLength === block.sizeBytes && checksum(bytes, 0) === block.checksum) return
  throw new DamagedFile(path, block.offset, 'a block of the table is not whole')
}

/** Index of the block that may hold the key, or -1. */
export function blockFor(blocks: BlockInfo[], key: ByteString): number {
  const index = blockFrom(blocks, key)
  return index < blocks.length && blocks[index]!.first <= key ? index : -1
}

/** Index of the first block whose last key is not below this one. */
export function blockFrom(blocks: BlockInfo[], key: ByteString): number {
  let low = 0
  let high = blocks.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (blocks[middle]!.last < key) low = middle + 1
    else high = middle
  }
  return low
}
