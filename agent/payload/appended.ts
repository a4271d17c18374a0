import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { packedToken } from '../cluster/token-source.ts'

/**
 * The archive stands at the end of the executable, after what Bun compiled, and is followed by this trailer: its size
 * (8 bytes, little-endian) and a mark. Bun would embed it too, but maps what it embeds into memory, where 26 MB count
 * as ours while we unpack; like this it is read piece by piece.
 */
export const trailerBytes = 16
const mark = Buffer.from('SKEINPL1')

/** Where an archive lies in a file. */
export interface ArchiveLocation {
  path: string
  offsetBytes: number
  sizeBytes: number
}

/** What follows an archive of `sizeBytes`. */
export function writeTrailer(sizeBytes: number): Uint8Array {
  const trailer = Buffer.alloc(trailerBytes)
  trailer.writeBigUInt64LE(BigInt(sizeBytes), 0)
  trailer.set(mark, 8)
  return trailer
}

/** Finds the archive at the end of `path`, before a packed join token. Throws when there is none: then the file was cut off. */
export function findAppended(path: string): ArchiveLocation {
  const packedBytes = packedToken(path)?.sizeBytes ?? 0
  const fd = openSync(path, 'r')
  try {
    const endBytes = fstatSync(fd).size - packedBytes - trailerBytes
    const trailer = Buffer.alloc(trailerBytes)
    readSync(fd, trailer, 0, trailerBytes, Math.max(0, endBytes))
    const sizeBytes = Number(trailer.readBigUInt64LE(0))
    if (!trailer.subarray(8).equals(mark) || sizeBytes > endBytes) {
      throw new Error('this executable does not end as it was built (cut off?): copy it here again')
    }
    return { path, offsetBytes: endBytes - sizeBytes, sizeBytes }
  } finally {
    closeSync(fd)
  }
}
