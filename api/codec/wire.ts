/** Protobuf's wire format: a reader over a byte range, and a writer that fills its buffer from the end. */

export const wireVarint = 0
export const wireFixed64 = 1
export const wireBytes = 2
export const wireFixed32 = 5

/** The bytes are no well-formed protobuf. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

export class WireReader {
  position: number
  private readonly view: DataView

  constructor(
    readonly buffer: Buffer,
    start = 0,
    readonly end = buffer.length,
  ) {
    this.position = start
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  }

  get more(): boolean {
    return this.position < this.end
  }

  /** As unsigned, exact up to 2^53. */
  uint(): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < 10; i++) {
      if (this.position >= this.end) throw new WireError('unexpected EOF')
      const byte = this.buffer[this.position++]!
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
    throw new WireError('proto: integer overflow')
  }

  /** As signed 64 bits, exact within 2^53. */
  int(): number {
    const start = this.position
    const value = this.uint()
    // Negative numbers take all ten bytes.
    if (this.position - start < 10) return value
    let bits = 0n
    for (let i = 9; i >= 0; i--) bits = (bits << 7n) | BigInt(this.buffer[start + i]! & 0x7f)
    return Number(BigInt.asIntN(64, bits))
  }

  double(): number {
    const at = this.advance(8)
    return this.view.getFloat64(at, true)
  }

  float(): number {
    const at = this.advance(4)
    return this.view.getFloat32(at, true)
  }

  /** Reads a length and returns where the bytes begin; the position stands after them. */
  bytesStart(): number {
    return this.advance(this.uint())
  }

  text(): string {
    const start = this.bytesStart()
    return this.buffer.toString('utf8', start, this.position)
  }

  skip(wireType: number): void {
    if (wireType === wireVarint) this.uint()
    else if (wireType === wireFixed64) this.advance(8)
    else if (wireType === wireBytes) this.bytesStart()
    else if (wireType === wireFixed32) this.advance(4)
    else throw new WireError(`proto: illegal wireType ${wireType}`)
  }

  private advance(count: number): number {
    const start = this.position
    if (count > this.end - start) throw new WireError('unexpected EOF')
    this.position += count
    return start
  }
}

/**
 * Writes backwards, so that a message's length is known when its prefix is written: fields, list elements and map
 * entries must be given last first. The buffer grows as needed and is reused after `finish`.
 */
export class WireWriter {
  private buffer: Buffer
  private view: DataView
  /** Bytes from here to the end are written. */
  private start: number

  constructor(sizeBytes = 16_384) {
    this.buffer = Buffer.allocUnsafeSlow(sizeBytes)
    this.view = new DataView(this.buffer.buffer)
    this.start = sizeBytes
  }

  /** How much is written: the length of a message is the difference after and before its content. */
  get length(): number {
    return this.buffer.length - this.start
  }

  /** Forgets what a failed encoding left behind. */
  reset(): void {
    this.start = this.buffer.length
  }

  /** A copy of all that was written; the writer is empty then. */
  finish(): Buffer {
    const result = Buffer.from(this.buffer.subarray(this.start))
    // A single huge object must not keep its memory for ever.
    if (this.buffer.length > 1_048_576) this.grow(16_384, 0)
    this.start = this.buffer.length
    return result
  }

  tag(number: number, wireType: number): void {
    this.uint(number * 8 + wireType)
  }

  uint(value: number): void {
    this.reserve(10)
    if (value < 128) {
      this.buffer[--this.start] = value
      return
    }
    let count = 1
    for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) count++
    this.start -= count
    let rest = value
    for (let i = 0; i < count - 1; i++) {
      this.buffer[this.start + i] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.buffer[this.start + count - 1] = rest
  }

  int(value: number): void {
    if (value >= 0) {
      this.uint(value)
      return
    }
    this.reserve(10)
    this.start -= 10
    let bits = BigInt.asUintN(64, BigInt(value))
    for (let i = 0; i < 9; i++) {
      this.buffer[this.start + i] = Number(bits & 0x7fn) | 0x80
      bits >>= 7n
    }
    this.buffer[this.start + 9] = Number(bits)
  }

  double(value: number): void {
    this.reserve(8)
    this.start -= 8
    this.view.setFloat64(this.start, value, true)
  }

  float(value: number): void {
    this.reserve(4)
    this.start -= 4
    this.view.setFloat32(this.start, value, true)
  }

  /** The text with its length in front. */
  text(value: string): void {
    const size = Buffer.byteLength(value, 'utf8')
    this.reserve(size)
    this.start -= size
    if (size === value.length) this.buffer.write(value, this.start, size, 'latin1')
    else this.buffer.write(value, this.start, size, 'utf8')
    this.uint(size)
  }

  /** The bytes with their length in front. */
  bytes(value: Uint8Array): void {
    this.raw(value)
    this.uint(value.length)
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length)
    this.start -= value.length
    this.buffer.set(value, this.start)
  }

  private reserve(sizeBytes: number): void {
    if (this.start < sizeBytes) this.grow(Math.max(this.buffer.length * 2, this.length + sizeBytes), this.length)
  }

  private grow(sizeBytes: number, kept: number): void {
    const next = Buffer.allocUnsafeSlow(sizeBytes)
    next.set(this.buffer.subarray(this.buffer.length - kept), sizeBytes - kept)
    this.buffer = next
    this.view = new DataView(next.buffer)
    this.start = sizeBytes - kept
  }
}
