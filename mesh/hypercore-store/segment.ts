import { join } from 'node:path'
import { GrowingBuffer } from './growing-buffer.ts'
import { checksum } from './record.ts'

/** Records begin here; one page, so that the first record does not share the header's. */
export const segmentHeaderBytes = 4096

const magic = 0x474c4b53
const format = 1

/** No name ends in `.log`: hypercore-storage deletes such files when it recovers. */
export function segmentPath(directory: string, segment: number): string {
  return join(directory, `${String(segment).padStart(8, '0')}.segment`)
}

export function segmentOf(name: string): number | undefined {
  return /^\d+\.segment$/.test(name) ? Number.parseInt(name, 10) : undefined
}

export function segmentHeader(segment: number): Buffer {
  const to = new GrowingBuffer(segmentHeaderBytes)
  to.u32(magic)
  to.u32(format)
  to.u48(segment)
  to.u32(checksum(to.written(), 0))
  to.bytes.fill(0, to.length)
  return to.bytes
}

export function isHeaderOf(bytes: Buffer, segment: number): boolean {
  return bytes.subarray(0, 18).equals(segmentHeader(segment).subarray(0, 18))
}
