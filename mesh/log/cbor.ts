import { copyOf } from './copy-of.ts'

// JavaScriptCore gives a small typed array an ArrayBuffer of its own when `buffer` is read (as cbor-x does for every array that it
// encodes or decodes), and each is looked at by the collector's longest pause: hence no DataView and no views here.
const float = new Float64Array(1)
const bytesOfFloat = new Uint8Array(float.buffer)
const roomBytes = 4096
const maxKeptBytes = 1024 * 1024

/** The major types of RFC 8949, 3.1. */
const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, tag: 6, simple: 7 } as const
/** Of the simple values: false, true, null, undefined, and a double (big endian, as all numbers here). */
const simple = { false: 20, true: 21, null: 22, undefined: 23, double: 27 } as const
/** How cbor-x numbers its structures: tags of two bytes from here on, of an array of the fields. */
const structureTag = 0xe000
/** How cbor-x marks a Uint8Array. */
const arrayTag = 64

/** Writes what operations and messages are made of: a small part of CBOR (RFC 8949), as cbor-x reads it. One is used again and again. */
export class CborWriter {
  #bytes = Buffer.allocUnsafeSlow(roomBytes)
  #end = 0

  begin(): void {
    this.#end = 0
  }

  /** What was written since `begin`, for the caller to keep. */
  take(): Uint8Array {
    const taken = copyOf(this.#bytes, 0, this.#end)
    if (this.#bytes.length > maxKeptBytes) this.#bytes = Buffer.allocUnsafeSlow(roomBytes)
    return taken
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#end++] = value
  }

  /** The head of a record of this structure; its fields follow. */
  record(structure: number, fields: number): void {
    this.#head(major.tag, structureTag + structure)
    this.#head(major.array, fields)
  }

  /** The head of a list; its items follow. */
  list(length: number): void {
    this.#head(major.array, length)
  }

  number(value: number | null | undefined): void {
    if (value === null || value === undefined) this.#null()
    else if (value >>> 0 === value) this.#head(major.unsigned, value)
    else this.#double(value)
  }

  text(value: string | null | undefined): void {
    if (value === null || value === undefined) this.#null()
    else this.#text(value)
  }

  bytes(value: Uint8Array | null): void {
    if (value === null) this.#null()
    else this.#raw(value)
  }

  /** Any of these, or a list of them. */
  value(value: unknown): void {
    if (value === null || value === undefined || typeof value === 'number') this.number(value)
    else if (typeof value === 'boolean') this.byte((major.simple << 5) | (value ? simple.true : simple.false))
    else if (typeof value === 'string') this.text(value)
    else if (value instanceof Uint8Array) this.bytes(value)
    else if (Array.isArray(value)) {
      this.list(value.length)
      for (const item of value) this.value(item)
    } else throw new Error(`${typeof value} is not encoded here`)
  }

  #null(): void {
    this.byte((major.simple << 5) | simple.null)
  }

  #double(value: number): void {
    this.byte((major.simple << 5) | simple.double)
    this.#room(8)
    float[0] = value
    for (let at = 7; at >= 0; at--) this.#bytes[this.#end++] = bytesOfFloat[at]!
  }

  #text(value: string): void {
    const length = Buffer.byteLength(value)
    this.#head(major.text, length)
    this.#room(length)
    this.#end += this.#bytes.write(value, this.#end)
  }

  #raw(value: Uint8Array): void {
    this.#head(major.tag, arrayTag)
    this.#head(major.bytes, value.byteLength)
    this.#room(value.byteLength)
    this.#bytes.set(value, this.#end)
    this.#end += value.byteLength
  }

  /** `argument` has at most 32 bits. */
  #head(type: number, argument: number): void {
    this.#room(5)
    const width = argument < 24 ? 0 : argument < 0x100 ? 1 : argument < 0x10000 ? 2 : 4
    this.#bytes[this.#end++] = (type << 5) | (width === 0 ? argument : 24 + (width >>> 1))
    for (let shift = 8 * (width - 1); shift >= 0; shift -= 8) this.#bytes[this.#end++] = argument >>> shift
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * (this.#end + bytes))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}

/** Reads what `CborWriter` and cbor-x write of it. Throws when something else is there, or the end. */
export class CborReader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#at = at
  }

  /** Which structure the record has that follows, not read yet. */
  structure(): number {
    const start = this.#at
    const structure = this.#head(major.tag) - structureTag
    this.#at = start
    return structure
  }

  /** Of a record of this structure, with at least so many fields: how many more follow those, to be skipped. */
  record(structure: number, fields: number): number {
    if (this.#head(major.tag) !== structureTag + structure) throw this.#damaged()
    const more = this.#head(major.array) - fields
    if (more < 0) throw this.#damaged()
    return more
  }

  list<T>(item: () => T): T[] {
    const items: T[] = []
    for (let left = this.#head(major.array); left > 0; left--) items.push(item())
    return items
  }

  number(): number {
    const type = this.#peek() >>> 5
    if (type === major.unsigned) return this.#head(type)
    if (type === major.negative) return -1 - this.#head(type)
    if (this.#next() !== ((major.simple << 5) | simple.double)) throw this.#damaged()
    for (let at = 7; at >= 0; at--) bytesOfFloat[at] = this.#next()
    return float[0]!
  }

  text(): string {
    const start = this.#content(major.text)
    return utf8Slice.call(this.#bytes, start, this.#at)
  }

  /** A copy: the state keeps it for longer than the block. A Buffer of cbor-x has no mark. */
  bytes(): Uint8Array {
    if (this.#peek() >>> 5 === major.tag) this.#head(major.tag)
    const start = this.#content(major.bytes)
    return copyOf(this.#bytes, start, this.#at)
  }

  /** A number, text, bytes, true, false, null, or a list of them. */
  value(): unknown {
    const byte = this.#peek()
    const type = byte >>> 5
    if (type === major.text) return this.text()
    if (type === major.bytes || type === major.tag) return this.bytes()
    if (type === major.array) return this.list(() => this.value())
    if (type !== major.simple || (byte & 31) === simple.double) return this.number()
    this.#at++
    return this.#constant(byte & 31)
  }

  /** Throws when something follows. */
  end(): void {
    if (this.#at !== this.#bytes.byteLength) throw this.#damaged()
  }

  /** What `read` reads, or undefined when there is nothing. */
  optional<T>(read: () => T): T | undefined {
    const byte = this.#peek()
    if (byte !== ((major.simple << 5) | simple.null) && byte !== ((major.simple << 5) | simple.undefined)) return read()
    this.#at++
    return undefined
  }

  /** Whatever comes next, so many times. */
  skip(times = 1): void {
    for (let left = times; left > 0; left--) {
      const type = this.#peek() >>> 5
      if (type === major.bytes || type === major.text) this.#content(type)
      else if (type === major.array) this.skip(this.#head(type))
      else {
        this.#head(type)
        if (type === major.tag) left++
      }
    }
  }

  #constant(value: number): boolean | null {
    if (value === simple.null) return null
    if (value === simple.true || value === simple.false) return value === simple.true
    throw this.#damaged()
  }

  /** Goes behind bytes or text, and says where they begin. */
  #content(type: number): number {
    const length = this.#head(type)
    const start = this.#at
    if (start + length > this.#bytes.byteLength) throw this.#damaged()
    this.#at += length
    return start
  }

  #head(type: number): number {
    const byte = this.#next()
    const low = byte & 31
    if (byte >>> 5 !== type || low > 27) throw this.#damaged()
    if (low < 24) return low
    let argument = 0
    for (let left = 1 << (low - 24); left > 0; left--) argument = argument * 256 + this.#next()
    return argument
  }

  #peek(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw this.#damaged()
    return byte
  }

  #next(): number {
    const byte = this.#peek()
    this.#at++
    return byte
  }

  #damaged(): Error {
    return new Error(`damaged at byte ${this.#at} of ${this.#bytes.byteLength}`)
  }
}

const { utf8Slice } = Buffer.prototype as unknown as {
  utf8Slice(this: Uint8Array, start: number, end: number): string
}
