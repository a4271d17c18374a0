import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib'
import { headerDictionary } from './dictionary.ts'

/** A block that unpacks to more is an attack. */
const maxHeaderBytes = 64 * 1024

/**
 * Header blocks of one connection: a single zlib stream in each direction, flushed after every block. Blocks must be
 * handed over in order; each call resolves before the next may begin.
 */
export class HeaderCodec {
  #inflate: Inflate = createInflate({ dictionary: headerDictionary })
  #deflate: Deflate = createDeflate({ dictionary: headerDictionary })

  /** Throws for a block that is not compressed names and values, or is too large. */
  async decode(block: Buffer): Promise<Map<string, string>> {
    const text = await pump(this.#inflate, block)
    const headers = new Map<string, string>()
    let at = 4
    const count = text.length >= 4 ? text.readUInt32BE(0) : 0
    const next = () => {
      if (at + 4 > text.length) throw new Error('a SPDY header block is cut off')
      const length = text.readUInt32BE(at)
      const value = text.toString('utf8', at + 4, at + 4 + length)
      at += 4 + length
      if (at > text.length) throw new Error('a SPDY header block is cut off')
      return value
    }
    for (let index = 0; index < count; index++) {
      const name = next()
      headers.set(name, next())
    }
    return headers
  }

  async encode(headers: Map<string, string>): Promise<Buffer> {
    const parts: Buffer[] = []
    const push = (text: string) => {
      const bytes = Buffer.from(text)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      parts.push(length, bytes)
    }
    const count = Buffer.alloc(4)
    count.writeUInt32BE(headers.size)
    parts.push(count)
    for (const [name, value] of headers) {
      push(name)
      push(value)
    }
    return await pump(this.#deflate, Buffer.concat(parts))
  }

  close(): void {
    this.#inflate.destroy()
    this.#deflate.destroy()
  }
}

async function pump(stream: Inflate | Deflate, input: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const chunks: Buffer[] = []
  let length = 0
  const collect = (chunk: Buffer) => {
    length += chunk.length
    chunks.push(chunk)
    if (length > maxHeaderBytes) reject(new Error('a SPDY header block is too large'))
  }
  stream.on('data', collect)
  stream.once('error', reject)
  stream.write(input)
  stream.flush(constants.Z_SYNC_FLUSH, () => resolve())
  try {
    await promise
  } finally {
    stream.off('data', collect)
    stream.off('error', reject)
  }
  return Buffer.concat(chunks)
}
