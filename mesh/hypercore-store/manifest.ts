import { DamagedFile } from './damage.ts'
import { checksum } from './record.ts'

/** What the store consists of, beside the log. Replaced as a whole, by a rename. */
export interface Manifest {
  format: 1
  /** The last batch that is in tables. */
  sequence: number
  /** The first segment that is not. */
  firstSegment: number
  nextTable: number
  /** One table for each flushed segment, newest first. */
  recent: number[]
  /** All older: tables in order of keys, no two of which overlap. */
  settled: number[]
}

export const manifestName = 'MANIFEST'

export const emptyManifest: Manifest = {
  format: 1,
  sequence: 0,
  firstSegment: 1,
  nextTable: 1,
  recent: [],
  settled: [],
}

export function encodeManifest(manifest: Manifest): Buffer {
  const text = JSON.stringify(manifest)
  return Buffer.from(`${text}\n${checksum(Buffer.from(text), 0)}\n`)
}

export function decodeManifest(bytes: Buffer, path: string): Manifest {
  const [text = '', sum] = bytes.toString().split('\n')
  if (checksum(Buffer.from(text), 0) !== Number(sum) || text === '') {
    throw new DamagedFile(path, 0, 'its checksum does not fit')
  }
  const manifest = JSON.parse(text) as Manifest
  if (manifest.format !== 1)
    throw new Error(`${path} has format ${manifest.format}, this release reads 1: upgrade this node`)
  return manifest
}
