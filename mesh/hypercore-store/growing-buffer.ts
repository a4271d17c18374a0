import type { ByteString } from './backend.ts'

/** Up to here a loop is quicker than a call of the runtime. */
const shortText = 32

/** Bytes written one after the other into a buffer that grows. Integers are little-endian. */
export class GrowingBuffer {
  bytes: Buffer
  length = 0

  constructor(initialBytes: number) {
    this.bytes = this.allocate(initialBytes)
  }

  protected allocate(sizeBytes: number): Buffer {
    return Buffer.allocUnsafe(sizeBytes)
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.byteLength) return
    const bytes = this.allocate(Math.max(this.bytes.byteLength * 2, this.length + count))
    bytes.set(this.bytes.subarray(0, this.length))
    this.bytes = bytes
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  u32(value: number): void {
    this.reserve(4)
    const { bytes, length } = this
    // Four stores are quicker than a call of writeUInt32LE.
    bytes[length] = value
    bytes[length + 1] = value >>> 8
    bytes[length + 2] = value >>> 16
    bytes[length + 3] = value >>> 24
    this.length = length + 4
  }

  /** Any count or offset of ours: below 2^48. */
  u48(value: number): void {
    this.reserve(6)
    this.length = this.bytes.writeUIntLE(value, this.length, 6)
  }

  /** u32 length, bytes. */
  string(text: ByteString): void {
    this.u32(text.length)
    this.reserve(text.length)
    const { bytes, length } = this
    if (text.length > shortText) bytes.write(text, length, 'latin1')
    else for (let index = 0; index < text.length; index++) bytes[length + index] = text.charCodeAt(index)
    this.length = length + text.length
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.byteLength)
    this.bytes.set(bytes, this.length)
    this.length += bytes.byteLength
  }

  /** Part of `bytes`. */
  copy(bytes: Buffer, from: number, to: number): void {
    this.reserve(to - from)
    this.length += bytes.copy(this.bytes, this.length, from, to)
  }

  written(): Buffer {
    return this.bytes.subarray(0, this.length)
  }
}

/** Reads what a GrowingBuffer wrote. */
export class ByteReader {
  readonly bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  byte(): number {
    return this.bytes[this.at++]!
  }

  u32(): number {
    this.at += 4
    return this.bytes.readUInt32LE(this.at - 4)
  }

  u48(): number {
    this.at += 6
    return this.bytes.readUIntLE(this.at - 6, 6)
  }

  string(): ByteString {
    const length = this.u32()
    this.at += length
    return this.bytes.toString('latin1', this.at - length, this.at)
  }

  /** A view, no copy. */
  raw(length: number): Buffer {
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
}
