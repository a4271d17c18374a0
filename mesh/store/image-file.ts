import { createHash } from 'node:crypto'
import { Damaged } from '../log/damaged.ts'

/** One part of an image: what it is, and its bytes. */
export interface Section {
  kind: SectionKind
  payload: Uint8Array
}

/**
 * What a section holds; the number is the file format. A reader refuses kinds that it does not know, except from 128 on:
 * those add something that may be left out.
 */
const kinds = { header: 1, keyring: 2, entries: 3, changes: 4, blocks: 5, recent: 6, expiries: 7 } as const
export type SectionKind = keyof typeof kinds

const kindOfNumber = new Map<number, SectionKind>(
  Object.entries(kinds).map(([kind, number]) => [number, kind as SectionKind]),
)
const firstOptional = 128
const endNumber = 255
/** `skeinim` and the format's number. */
const magic = Buffer.from('skeinim')
const format = 1
const checksumBytes = 32
/** u8 kind, u32 length (little endian). */
const headBytes = 5
const maxSectionBytes = 64 * 1024 * 1024

/** The bytes of a file, or of a stream: magic, sections, and at the end a SHA-256 over all before. */
export async function* encodeImage(sections: AsyncIterable<Section>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  const begin = Buffer.concat([magic, Buffer.from([format])])
  hash.update(begin)
  yield begin
  for await (const { kind, payload } of sections) {
    const bytes = Buffer.concat([head(kinds[kind], payload.byteLength), payload])
    hash.update(bytes)
    yield bytes
  }
  const end = head(endNumber, checksumBytes)
  hash.update(end)
  yield Buffer.concat([end, hash.digest()])
}

/**
 * The sections of an image as they come. What has been read may be acted on for good only when this ends without an error:
 * the checksum comes last. Throws Damaged, saying whether it is no image, is cut short, changed, or of a newer release.
 */
export async function* decodeImage(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Section> {
  const source = new ByteSource(chunks)
  const begin = await source.take(magic.byteLength + 1)
  if (begin === undefined || !begin.subarray(0, magic.byteLength).equals(magic))
    throw new Damaged('this is no snapshot of skein')
  if (begin[magic.byteLength]! > format) {
    throw new Damaged(
      `the snapshot has format ${begin[magic.byteLength]}, this build knows ${format}: use a newer skein`,
    )
  }
  for (;;) {
    const start = await source.take(headBytes)
    if (start === undefined) throw cutShort()
    const number = start[0]!
    const length = start.readUInt32LE(1)
    if (length > maxSectionBytes) throw new Damaged(`the snapshot has a section of ${length} bytes: it is damaged`)
    if (number === endNumber) {
      const expected = source.digest()
      const found = await source.take(checksumBytes)
      if (found === undefined) throw cutShort()
      if (!found.equals(expected))
        throw new Damaged('the checksum of the snapshot does not fit: it was changed or is damaged')
      return
    }
    const payload = await source.take(length)
    if (payload === undefined) throw cutShort()
    const kind = kindOfNumber.get(number)
    if (kind !== undefined) yield { kind, payload }
    else if (number < firstOptional)
      throw new Damaged(`the snapshot has a section ${number} that this build does not know: use a newer skein`)
  }
}

function cutShort(): Damaged {
  return new Damaged('the snapshot is cut short: take another one')
}

function head(number: number, length: number): Buffer {
  const bytes = Buffer.alloc(headBytes)
  bytes[0] = number
  bytes.writeUInt32LE(length, 1)
  return bytes
}

/** Reads so and so many bytes from chunks of any size, and hashes what it gave. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #hash = createHash('sha256')
  #rest = Buffer.alloc(0)

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** Undefined when the chunks end before. */
  async take(count: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [this.#rest]
    let length = this.#rest.byteLength
    while (length < count) {
      const { done, value } = await this.#chunks.next()
      if (done) return undefined
      parts.push(value)
      length += value.byteLength
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    const taken = all.subarray(0, count)
    this.#rest = all.subarray(count)
    this.#hash.update(taken)
    return taken
  }

  /** Of all that was given so far. */
  digest(): Buffer {
    return this.#hash.copy().digest()
  }
}
