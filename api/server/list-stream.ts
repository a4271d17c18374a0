import type { Item } from '../resource/item.ts'

const chunkBytes = 256 * 1024
/** Compressing less costs more than it saves. */
export const gzipAboveBytes = 128 * 1024

const comma = 0x2c

/** The pieces of a JSON list: `head` ends with `[`, `tail` begins with `]`. */
export interface ListParts {
  head: string
  items: readonly Item[]
  tail: string
}

/** How an item is written into a chunk. */
export interface ItemWriter {
  /** An upper bound of its bytes. */
  roomOf(item: Item): number
  /** Says where it ends. */
  write(item: Item, target: Buffer, at: number): number
}

/** As upstream writes the items of typed lists: without kind and apiVersion, straight from the stored bytes. */
const storedItems: ItemWriter = {
  roomOf: (item) => item.listedRoom,
  write: (item, target, at) => item.writeListed(target, at),
}

/** Items that have to be made anew, each serialised once. */
export function madeItems(make: (item: Item) => object): ItemWriter {
  const waiting: Buffer[] = []
  return {
    roomOf(item) {
      const bytes = Buffer.from(JSON.stringify(make(item)))
      waiting.push(bytes)
      return bytes.length
    },
    // A chunk's items are measured, then written, in the same order.
    write: (_, target, at) => at + waiting.shift()!.copy(target, at),
  }
}

/** The bytes of a list in chunks of about 256 kB, made as they are pulled. */
export function* listChunks({ head, items, tail }: ListParts, writer = storedItems): Generator<Buffer> {
  let index = 0
  do {
    const from = index
    let room = (from === 0 ? Buffer.byteLength(head) : 0) + Buffer.byteLength(tail)
    while (index < items.length && (index === from || room < chunkBytes)) room += writer.roomOf(items[index++]!) + 1
    const chunk = Buffer.allocUnsafe(room)
    let end = from === 0 ? chunk.write(head) : 0
    for (let next = from; next < index; next++) {
      if (next > 0) chunk[end++] = comma
      end = writer.write(items[next]!, chunk, end)
    }
    if (index >= items.length) end += chunk.write(tail, end)
    yield chunk.subarray(0, end)
  } while (index < items.length)
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
