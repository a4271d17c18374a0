import type { ByteString, Operation } from './backend.ts'

/**
 * The records of the log. One record is one batch, all of it or nothing:
 *
 *     u32 length of the body, u32 checksum of all that follows, u64 sequence, u64 durable, body, padding to 8 bytes
 *
 * Sequences have no gaps. `durable` is the last sequence known to be synced when the record was made: a bad record below
 * the `durable` of a good one was damaged after it was synced, any other bad one is a torn tail. The checksum starts from
 * the number of the segment, so that what an earlier use left in a segment's file is never taken for its own.
 *
 * Body: operations, each a kind byte, a key (u32 length, bytes) and what the kind needs:
 * put: u32 length, bytes; delete: nothing; deleteRange: the end key; patch: u32 offset, u32 length, bytes of the value
 * that this segment put before under the key.
 */
export const recordHeaderBytes = 24
export const maxBodyBytes = 2 ** 30

const kinds = { put: 1, delete: 2, deleteRange: 3, patch: 4 } as const

/** Hypercore rewrites a whole bitfield page with every append: of values of this size only the changed span is logged. */
const patchedValueBytes = 4096

/** Where records are put together: a buffer that grows. */
export interface RecordBuffer {
  bytes: Buffer
  length: number
  /** Makes `bytes` hold `length + count` bytes at least. */
  reserve(count: number): void
}

/** Values of `patchedValueBytes` as the segment has them, by key. */
export type Pages = Map<ByteString, Uint8Array>

export interface RecordHead {
  segment: number
  sequence: number
  durable: number
}

/** Appends one record to the buffer. Puts' values are taken by reference into `pages`: they must not change. */
export function encodeRecord(to: RecordBuffer, head: RecordHead, operations: Operation[], pages: Pages): void {
  const start = to.length
  to.reserve(recordHeaderBytes)
  to.length += recordHeaderBytes
  for (const operation of operations) encodeOperation(to, operation, pages)
  const end = to.length
  to.reserve(8)
  while ((to.length - start) % 8 !== 0) to.bytes[to.length++] = 0
  const { bytes } = to
  bytes.writeUInt32LE(end - start - recordHeaderBytes, start)
  bytes.writeBigUInt64LE(BigInt(head.sequence), start + 8)
  bytes.writeBigUInt64LE(BigInt(head.durable), start + 16)
  bytes.writeUInt32LE(checksum(bytes.subarray(start + 8, end), head.segment), start + 4)
}

function encodeOperation(to: RecordBuffer, operation: Operation, pages: Pages): void {
  switch (operation.kind) {
    case 'put':
      encodePut(to, operation.key, operation.value, pages)
      break
    case 'delete':
      pages.delete(operation.key)
      encodeKey(to, kinds.delete, operation.key)
      break
    case 'deleteRange':
      pages.clear()
      encodeKey(to, kinds.deleteRange, operation.start)
      encodeString(to, operation.end)
  }
}

function encodePut(to: RecordBuffer, key: ByteString, value: Uint8Array, pages: Pages): void {
  let [offset, end] = [0, value.byteLength]
  const page = pages.get(key)
  if (value.byteLength !== patchedValueBytes) pages.delete(key)
  else {
    if (page !== undefined) [offset, end] = changedSpan(page, value)
    pages.set(key, value)
  }
  const isPatch = end - offset < value.byteLength / 2 && page !== undefined
  encodeKey(to, isPatch ? kinds.patch : kinds.put, key)
  const bytes = isPatch ? value.subarray(offset, end) : value
  to.reserve(8 + bytes.byteLength)
  if (isPatch) to.length = to.bytes.writeUInt32LE(offset, to.length)
  to.length = to.bytes.writeUInt32LE(bytes.byteLength, to.length)
  to.bytes.set(bytes, to.length)
  to.length += bytes.byteLength
}

function changedSpan(before: Uint8Array, after: Uint8Array): [number, number] {
  let start = 0
  while (start < after.byteLength && before[start] === after[start]) start++
  let end = after.byteLength
  while (end > start && before[end - 1] === after[end - 1]) end--
  return [start, end]
}

function encodeKey(to: RecordBuffer, kind: number, key: ByteString): void {
  to.reserve(1)
  to.bytes[to.length++] = kind
  encodeString(to, key)
}

function encodeString(to: RecordBuffer, text: ByteString): void {
  to.reserve(4 + text.length)
  to.length = to.bytes.writeUInt32LE(text.length, to.length)
  to.length += to.bytes.write(text, to.length, 'latin1')
}

export interface DecodedRecord {
  sequence: number
  durable: number
  operations: Operation[]
  /** Where the next record begins. */
  end: number
}

/** The head of the record at the offset, or undefined when there is no whole and sound record of this segment. */
export function recordAt(
  bytes: Buffer,
  offset: number,
  segment: number,
): (RecordHead & { bodyEnd: number }) | undefined {
  if (offset + recordHeaderBytes > bytes.byteLength) return undefined
  const bodyEnd = offset + recordHeaderBytes + bytes.readUInt32LE(offset)
  if (bodyEnd > bytes.byteLength) return undefined
  const sequence = Number(bytes.readBigUInt64LE(offset + 8))
  if (sequence === 0) return undefined
  if (checksum(bytes.subarray(offset + 8, bodyEnd), segment) !== bytes.readUInt32LE(offset + 4)) return undefined
  return { segment, sequence, durable: Number(bytes.readBigUInt64LE(offset + 16)), bodyEnd }
}

export function padded(offset: number): number {
  return Math.ceil(offset / 8) * 8
}

/** The operations of a body; the puts' values are copies. `pages` as they were when the record was encoded. */
export function decodeBody(bytes: Buffer, start: number, end: number, pages: Pages): Operation[] {
  const operations: Operation[] = []
  let at = start
  const string = (): string => {
    const length = bytes.readUInt32LE(at)
    at += 4 + length
    return bytes.toString('latin1', at - length, at)
  }
  const value = (): Uint8Array => {
    const length = bytes.readUInt32LE(at)
    at += 4 + length
    return Buffer.from(bytes.subarray(at - length, at))
  }
  while (at < end) {
    const kind = bytes[at++]
    const key = string()
    if (kind === kinds.put) {
      const bytesPut = value()
      if (bytesPut.byteLength === patchedValueBytes) pages.set(key, bytesPut)
      else pages.delete(key)
      operations.push({ kind: 'put', key, value: bytesPut })
    } else if (kind === kinds.patch) {
      const page = Buffer.from(pages.get(key)!)
      const offset = bytes.readUInt32LE(at)
      at += 4
      page.set(value(), offset)
      pages.set(key, page)
      operations.push({ kind: 'put', key, value: page })
    } else if (kind === kinds.delete) {
      pages.delete(key)
      operations.push({ kind: 'delete', key })
    } else if (kind === kinds.deleteRange) {
      pages.clear()
      operations.push({ kind: 'deleteRange', start: key, end: string() })
    } else throw new Error(`operation of unknown kind ${kind}`)
  }
  return operations
}

/** CRC-32 that begins from `seed`. */
export function checksum(bytes: Uint8Array, seed: number): number {
  return Bun.hash.crc32(bytes, seed)
}
