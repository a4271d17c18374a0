/** The little of the ustar format that the payload needs: regular files with short names, nothing else. */

const blockBytes = 512

export interface TarEntry {
  /** Relative, with forward slashes, at most 100 bytes. */
  path: string
  /** Permission bits. */
  mode: number
  sizeBytes: number
}

/** A piece of an archive in order: a file's head, followed by its content in pieces of any size. */
export type TarPiece = { kind: 'entry'; entry: TarEntry } | { kind: 'data'; bytes: Uint8Array }

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`
}

function header(entry: TarEntry): Uint8Array {
  const block = Buffer.alloc(blockBytes)
  if (Buffer.byteLength(entry.path) > 100) throw new Error(`tar: name longer than 100 bytes: ${entry.path}`)
  block.write(entry.path, 0)
  block.write(octal(entry.mode, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(entry.sizeBytes, 12), 124)
  block.write(octal(0, 12), 136)
  block.fill(' ', 148, 156)
  block.write('0', 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** Makes an archive that depends on nothing but its arguments: no times, no owners, the order as given. */
export function writeTar(files: readonly { path: string; mode: number; content: Uint8Array }[]): Uint8Array {
  const parts: Uint8Array[] = []
  for (const { path, mode, content } of files) {
    parts.push(header({ path, mode, sizeBytes: content.length }), content)
    parts.push(new Uint8Array((blockBytes - (content.length % blockBytes)) % blockBytes))
  }
  parts.push(new Uint8Array(2 * blockBytes))
  return Buffer.concat(parts)
}

function parseHeader(block: Buffer): TarEntry {
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  const text = (from: number, to: number) => block.toString('utf8', from, to).replace(/\0[\s\S]*$/, '')
  if (Number.parseInt(text(148, 156), 8) !== sum) throw new Error('tar: damaged header')
  if (text(156, 157) !== '0') throw new Error(`tar: entry ${text(0, 100)} is no regular file`)
  return {
    path: text(0, 100),
    mode: Number.parseInt(text(100, 108), 8),
    sizeBytes: Number.parseInt(text(124, 136), 8),
  }
}

/**
 * Reads an archive as a stream; holds at most one header block besides the chunk at hand.
 * Data pieces are views of the incoming chunks: use them before asking for the next piece.
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarPiece> {
  const block = Buffer.alloc(blockBytes)
  let blockFill = 0
  let dataLeft = 0
  let paddingLeft = 0
  let ended = false
  for await (const chunk of chunks) {
    let at = 0
    while (at < chunk.length && !ended) {
      if (dataLeft > 0) {
        const bytes = chunk.subarray(at, at + dataLeft)
        at += bytes.length
        dataLeft -= bytes.length
        yield { kind: 'data', bytes }
      } else if (paddingLeft > 0) {
        const skipped = Math.min(paddingLeft, chunk.length - at)
        at += skipped
        paddingLeft -= skipped
      } else {
        const taken = chunk.subarray(at, at + blockBytes - blockFill)
        block.set(taken, blockFill)
        blockFill += taken.length
        at += taken.length
        if (blockFill < blockBytes) continue
        blockFill = 0
        if (block.every((byte) => byte === 0)) {
          ended = true
          continue
        }
        const entry = parseHeader(block)
        dataLeft = entry.sizeBytes
        paddingLeft = (blockBytes - (entry.sizeBytes % blockBytes)) % blockBytes
        yield { kind: 'entry', entry }
      }
    }
  }
  if (!ended) throw new Error('tar: archive ends early')
}
