import type { ByteString, Operation } from './backend.ts'
import { ByteReader, type GrowingBuffer } from './growing-buffer.ts'
import type { Memtable } from './memtable.ts'

/**
 * The records of the log. One record is one batch, all of it or nothing:
 *
 *     u32 length of the body, u32 checksum of all that follows, u48 sequence, u48 durable, u48 first, body, padding to 8
 *
 * Sequences have no gaps. `durable` is the last sequence known to be synced when the record was made: a bad record below
 * the `durable` of a good one was damaged after it was synced, any other bad one is a torn tail. `first` is the sequence of
 * the segment's first record: all before it was synced before this segment was begun. The checksum starts from
 * the number of the segment, so that what an earlier use left in a segment's file is never taken for its own.
 *
 * Body: operations, each a kind byte, a key (u32 length, bytes) and what the kind needs:
 * put: u32 length, bytes; delete: nothing; deleteRange: the end key; patch: u32 offset, u32 length, bytes of the value
 * that this segment put before under the key.
 */
const headBytes = 26

const kinds = { put: 1, delete: 2, deleteRange: 3, patch: 4 } as const

/** Hypercore rewrites a whole bitfield page with every append: of values of this size only the changed span is logged. */
const patchedValueBytes = 4096

/** Values of `patchedValueBytes` as the segment has them, by key. */
export type Pages = Map<ByteString, Uint8Array>

export interface RecordHead {
  /** Number of the segment the record is for. */
  segment: number
  sequence: number
  durable: number
  /** Sequence of the first record of the segment. */
  first: number
}

/** An upper bound of what the operations take in the log, in bytes. */
export function recordBytes(operations: Operation[]): number {
  let total = headBytes + 8
  for (const operation of operations) {
    if (operation.kind === 'deleteRange') total += 9 + operation.start.length + operation.end.length
    else total += 13 + operation.key.length + (operation.kind === 'put' ? operation.value.byteLength : 0)
  }
  return total
}

/** Appends one record to the buffer. Puts' values are taken by reference into `pages`: they must not change. */
export function encodeRecord(to: GrowingBuffer, head: RecordHead, operations: Operation[], pages: Pages): void {
  const start = to.length
  to.u32(0)
  to.u32(0)
  to.u48(head.sequence)
  to.u48(head.durable)
  to.u48(head.first)
  for (const operation of operations) encodeOperation(to, operation, pages)
  const end = to.length
  while ((to.length - start) % 8 !== 0) to.byte(0)
  to.bytes.writeUInt32LE(end - start - headBytes, start)
  to.bytes.writeUInt32LE(checksum(to.bytes.subarray(start + 8, end), head.segment), start + 4)
}

function encodeOperation(to: GrowingBuffer, operation: Operation, pages: Pages): void {
  switch (operation.kind) {
    case 'put':
      encodePut(to, operation.key, operation.value, pages)
      break
    case 'delete':
      pages.delete(operation.key)
      to.byte(kinds.delete)
      to.string(operation.key)
      break
    case 'deleteRange':
      pages.clear()
      to.byte(kinds.deleteRange)
      to.string(operation.start)
      to.string(operation.end)
  }
}

function encodePut(to: GrowingBuffer, key: ByteString, value: Uint8Array, pages: Pages): void {
  const page = value.byteLength === patchedValueBytes ? pages.get(key) : undefined
  if (value.byteLength === patchedValueBytes) pages.set(key, value)
  else pages.delete(key)
  if (page !== undefined) {
    const [start, end] = changedSpan(page, value)
    if (end - start < value.byteLength / 2) {
      to.byte(kinds.patch)
      to.string(key)
      to.u32(start)
      to.u32(end - start)
      to.raw(value.subarray(start, end))
      return
    }
  }
  to.byte(kinds.put)
  to.string(key)
  to.u32(value.byteLength)
  to.raw(value)
}

function changedSpan(before: Uint8Array, after: Uint8Array): [number, number] {
  let start = 0
  while (start < after.byteLength && before[start] === after[start]) start++
  let end = after.byteLength
  while (end > start && before[end - 1] === after[end - 1]) end--
  return [start, end]
}

export interface FoundRecord extends RecordHead {
  bodyStart: number
  bodyEnd: number
  /** Where the next record begins. */
  end: number
}

/** What stands at the offset, or undefined when that is no whole and sound record of this segment. */
export function recordAt(bytes: Buffer, offset: number, segment: number): FoundRecord | undefined {
  if (offset + headBytes > bytes.byteLength) return undefined
  const bodyStart = offset + headBytes
  const bodyEnd = bodyStart + bytes.readUInt32LE(offset)
  const sequence = sequenceAt(bytes, offset)
  if (sequence === 0 || bodyEnd > bytes.byteLength) return undefined
  if (checksum(bytes.subarray(offset + 8, bodyEnd), segment) !== bytes.readUInt32LE(offset + 4)) return undefined
  const end = offset + Math.ceil((bodyEnd - offset) / 8) * 8
  const durable = bytes.readUIntLE(offset + 14, 6)
  const first = bytes.readUIntLE(offset + 20, 6)
  return { segment, sequence, durable, first, bodyStart, bodyEnd, end }
}

/** What would be the sequence of a record at the offset, sound or not. */
export function sequenceAt(bytes: Buffer, offset: number): number {
  return offset + headBytes > bytes.byteLength ? 0 : bytes.readUIntLE(offset + 8, 6)
}

/** The operations of a record; the puts' values are copies. `pages` as they were when the record was encoded. */
export function decodeRecord(bytes: Buffer, record: FoundRecord, pages: Pages): Operation[] {
  const operations: Operation[] = []
  const reader = new ByteReader(bytes, record.bodyStart)
  while (reader.at < record.bodyEnd) {
    const kind = reader.byte()
    const key = reader.string()
    if (kind === kinds.put) {
      const value = Buffer.from(reader.raw(reader.u32()))
      if (value.byteLength === patchedValueBytes) pages.set(key, value)
      else pages.delete(key)
      operations.push({ kind: 'put', key, value })
    } else if (kind === kinds.patch) {
      const value = Buffer.from(pages.get(key)!)
      const start = reader.u32()
      value.set(reader.raw(reader.u32()), start)
      pages.set(key, value)
      operations.push({ kind: 'put', key, value })
    } else if (kind === kinds.delete) {
      pages.delete(key)
      operations.push({ kind: 'delete', key })
    } else if (kind === kinds.deleteRange) {
      pages.clear()
      operations.push({ kind: 'deleteRange', start: key, end: reader.string() })
    } else throw new Error(`operation of unknown kind ${kind}: written by a later release?`)
  }
  return operations
}

/** A value: where its put's key begins (its u32 length) in the segment, or the value itself where the log has a patch. */
export type Place = number | Uint8Array

/** Like decodeRecord, without a copy of what is in the log already. */
export function indexRecord(bytes: Buffer, record: FoundRecord, pages: Pages, to: Memtable<Place>): void {
  const end = record.bodyEnd
  for (let at = record.bodyStart; at < end; ) {
    const kind = bytes[at]!
    const keyAt = at + 5
    const keyEnd = keyAt + bytes.readUInt32LE(at + 1)
    const key = bytes.toString('latin1', keyAt, keyEnd)
    if (kind === kinds.put) {
      const length = bytes.readUInt32LE(keyEnd)
      if (length === patchedValueBytes) pages.set(key, bytes.subarray(keyEnd + 4, keyEnd + 4 + length))
      to.set(key, at + 1)
      at = keyEnd + 4 + length
    } else if (kind === kinds.patch) {
      const value = Buffer.from(pages.get(key)!)
      const length = bytes.readUInt32LE(keyEnd + 4)
      bytes.copy(value, bytes.readUInt32LE(keyEnd), keyEnd + 8, keyEnd + 8 + length)
      pages.set(key, value)
      to.set(key, value)
      at = keyEnd + 8 + length
    } else if (kind === kinds.delete) {
      to.set(key, null)
      at = keyEnd
    } else if (kind === kinds.deleteRange) {
      const endAt = keyEnd + 4
      at = endAt + bytes.readUInt32LE(keyEnd)
      to.deleteRange(key, bytes.toString('latin1', endAt, at))
    } else throw new Error(`operation of unknown kind ${kind}: written by a later release?`)
  }
}

/** CRC-32 that begins from `seed`. */
export function checksum(bytes: Uint8Array, seed: number): number {
  return Bun.hash.crc32(bytes, seed)
}
