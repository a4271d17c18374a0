import type { Operation } from './backend.ts'
import { DamagedFile } from './damage.ts'
import { decodeRecord, type Pages, recordAt, sequenceAt } from './record.ts'
import { isHeaderOf, segmentHeaderBytes } from './segment.ts'

/** One file of the log as it was found. */
export interface FoundSegment {
  segment: number
  path: string
  bytes: Buffer
}

export interface TornTail {
  file: string
  /** Where the log was cut. */
  offset: number
  droppedBytes: number
  /** Of the first batch that was cut; it was never acknowledged. */
  sequence: number
}

export interface LogEnd {
  /** The segment that takes the next record, at `offset`; past the last one found when that has no sound header. */
  segment: number
  offset: number
  /** Of the last whole batch. */
  sequence: number
  pages: Pages
  torn: TornTail | undefined
}

export interface ReplayedBatch {
  segment: number
  sequence: number
  operations: Operation[]
}

/**
 * Reads the log from the batch after `sequence` to its end. A torn tail is what no one was told is saved; anything else
 * that is not whole throws DamagedFile.
 */
export function* replay(segments: FoundSegment[], sequence: number): Generator<ReplayedBatch, LogEnd> {
  let end: LogEnd = { segment: segments[0]?.segment ?? 0, offset: 0, sequence, pages: new Map(), torn: undefined }
  for (const [index, { segment, bytes }] of segments.entries()) {
    const begins = isHeaderOf(bytes, segment) && recordAt(bytes, segmentHeaderBytes, segment)?.sequence === sequence + 1
    if (index > 0 && !begins) break
    const pages: Pages = new Map()
    let offset = isHeaderOf(bytes, segment) ? segmentHeaderBytes : 0
    while (offset > 0) {
      const record = recordAt(bytes, offset, segment)
      if (record?.sequence !== sequence + 1) break
      yield { segment, sequence: record.sequence, operations: decodeRecord(bytes, record, pages) }
      sequence = record.sequence
      offset = record.end
    }
    end = { segment, offset, sequence, pages, torn: undefined }
  }
  return { ...end, torn: tornAt(segments, end) }
}

/** Looks behind the end for what should not be there. */
function tornAt(segments: FoundSegment[], { segment: last, offset: cut, sequence }: LogEnd): TornTail | undefined {
  let torn: TornTail | undefined
  for (const { segment, path, bytes } of segments) {
    if (segment < last) continue
    const start = segment === last ? Math.max(cut, segmentHeaderBytes) : segmentHeaderBytes
    for (let offset = start; offset < bytes.byteLength; offset += 8) {
      const found = sequenceAt(bytes, offset)
      // What an earlier use of the file left has lower sequences.
      if (found <= sequence || found > sequence + 2 ** 24) continue
      const record = recordAt(bytes, offset, segment)
      const file = segments.find((one) => one.segment === last)?.path ?? path
      // A segment is begun only when its header, and the segment before it, are synced.
      const wasSaved = record !== undefined && (segment > last || cut < segmentHeaderBytes || record.durable > sequence)
      if (wasSaved) {
        throw new DamagedFile(file, cut, `batch ${sequence + 1} was saved and is damaged; batch ${found} is whole`)
      }
      if (segment !== last || (record === undefined && offset !== cut)) continue
      const end = record?.end ?? Math.min(bytes.byteLength, offset + bytes.readUInt32LE(offset))
      torn = { file, offset: cut, droppedBytes: end - cut, sequence: sequence + 1 }
    }
  }
  return torn
}
