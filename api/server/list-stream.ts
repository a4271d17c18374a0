import type { Item } from '../resource/item.ts'

const chunkBytes = 256 * 1024
/** Compressing less costs more than it saves. */
export const gzipAboveBytes = 128 * 1024

const comma = Buffer.from(',')

/** The pieces of a JSON list: `head` ends with `[`, `tail` begins with `]`. */
export interface ListParts {
  head: string
  items: readonly Item[]
  tail: string
}

/** The bytes of a list in chunks of about 256 kB, made as they are pulled. */
export function* listChunks({ head, items, tail }: ListParts, pieceOf = listedJson): Generator<Buffer> {
  let pieces: Buffer[] = [Buffer.from(head)]
  let length = pieces[0]!.length
  for (let index = 0; index < items.length; index++) {
    if (index > 0) pieces.push(comma)
    const piece = pieceOf(items[index]!)
    pieces.push(piece)
    length += piece.length + 1
    if (length >= chunkBytes) {
      yield Buffer.concat(pieces)
      pieces = []
      length = 0
    }
  }
  pieces.push(Buffer.from(tail))
  yield Buffer.concat(pieces)
}

/** As upstream writes the items of typed lists: without kind and apiVersion. */
function listedJson(item: Item): Buffer {
  return item.listedJson()
}

/** A body of one chunk as it is, of more as a stream; compressed when the client takes it and it is worth it. */
export function bodyOf(
  chunks: Iterator<Buffer>,
  isGzip: boolean,
): { body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>; isCompressed: boolean } {
  const first = chunks.next().value as Buffer
  const second = chunks.next()
  if (second.done) {
    const isCompressed = isGzip && first.length > gzipAboveBytes
    return { body: isCompressed ? gzip(first) : bytes(first), isCompressed }
  }
  const waiting: Buffer[] = [first, second.value]
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = waiting.shift() ?? chunks.next().value
        if (chunk === undefined) controller.close()
        else controller.enqueue(isGzip ? gzip(chunk) : bytes(chunk))
      },
    },
    { highWaterMark: 0 },
  )
  return { body, isCompressed: isGzip }
}

/** Each chunk is a member of its own: together they are one gzip stream. */
function gzip(chunk: Buffer): Uint8Array<ArrayBuffer> {
  return Bun.gzipSync(bytes(chunk), { level: 1 }) as Uint8Array<ArrayBuffer>
}

function bytes(chunk: Buffer): Uint8Array<ArrayBuffer> {
  return chunk as Uint8Array<ArrayBuffer>
}
