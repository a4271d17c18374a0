import type { ByteString, KeyRange } from '../backend.ts'

export type Bytes = Uint8Array | string | null

/** Copies: the keys of hypercore-storage are slices of a slab that is written again. */
export function keyOf(bytes: Bytes): ByteString {
  if (bytes === null) return ''
  if (typeof bytes === 'string') return Buffer.from(bytes).toString('latin1')
  // Not by a Buffer over it: each array on an ArrayBuffer is looked at by every collection, even by the one that lets it go.
  const isBuffer = Buffer.isBuffer(bytes)
  return (isBuffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString('latin1')
}

export function bytesOf(bytes: Bytes): Uint8Array {
  if (bytes === null) return new Uint8Array()
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes
}

export interface RangeOptions {
  gt?: Bytes
  gte?: Bytes
  lt?: Bytes
  lte?: Bytes
}

/** An empty or absent bound is no bound, as in rocksdb-native. */
export function rangeOf({ gt, gte, lt, lte }: RangeOptions): KeyRange {
  return {
    start: gt?.length ? `${keyOf(gt)}\0` : gte?.length ? keyOf(gte) : '',
    end: lt?.length ? keyOf(lt) : lte?.length ? `${keyOf(lte)}\0` : undefined,
  }
}

/**
 * True for the key of a core's hints in hypercore-storage 3.3: TL_DATA (4), UINT(data pointer), DATA_HINTS (2).
 * A UINT takes one byte up to 0xfb, else 3, 5 or 9 (markers 0xfc, 0xfd, 0xfe). Hypercore awaits a write of the hints alone
 * under its mutex after every append, and repairs them when it opens: they need no sync of their own.
 */
export function isHintKey(key: ByteString): boolean {
  if (key.charCodeAt(0) !== 4 || key.charCodeAt(key.length - 1) !== 2) return false
  const marker = key.charCodeAt(1)
  const pointerLength = marker <= 0xfb ? 1 : marker === 0xfc ? 3 : marker === 0xfd ? 5 : 9
  return key.length === 1 + pointerLength + 1
}
