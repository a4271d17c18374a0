import type { Operation } from './backend.ts'
import { DamagedFile } from './damage.ts'
import { decodeRecord, type FoundRecord, type Pages, recordAt, sequenceAt } from './record.ts'
import { isHeaderOf, segmentHeaderBytes } from './segment.ts'

/** Looked through at once. */
const scannedSliceBytes = 2 ** 16

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
  /** The segment that takes the next record, at `offset`; 0 when it has no sound header yet. */
  segment: number
  offset: number
  /** Of the segment's first batch. */
  first: number
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
 * that is not whole throws DamagedFile. Gives undefined now and then while it looks behind the end, which takes a while.
 */
export function* replay(segments: FoundSegment[], sequence: number): Generator<ReplayedBatch | undefined, LogEnd> {
  const [found] = segments
  let end: LogEnd = { segment: found?.segment ?? 0, offset: 0, first: 0, sequence, pages: new Map(), torn: undefined }
  for (const [index, { segment, bytes }] of segments.entries()) {
    const hasHeader = isHeaderOf(bytes, segment)
    if (index > 0 && !(hasHeader && recordAt(bytes, segmentHeaderBytes, segment)?.sequence === sequence + 1)) break
    const pages: Pages = new Map()
    const first = sequence + 1
    let offset = hasHeader ? segmentHeaderBytes : 0
    while (offset > 0) {
      const record = recordAt(bytes, offset, segment)
      if (record?.sequence !== sequence + 1) break
      yield { segment, sequence: record.sequence, operations: decodeRecord(bytes, record, pages) }
      sequence = record.sequence
      offset = record.end
    }
    end = { segment, offset, first, sequence, pages, torn: undefined }
  }
  return yield* cutTail(segments, end)
}

/** Looks behind the end for what should not be there: a torn tail to be cut, or proof that something was damaged. */
function* cutTail(segments: FoundSegment[], end: LogEnd): Generator<undefined, LogEnd> {
  const { sequence } = end
  for (const { segment, path, bytes } of segments) {
    if (segment < end.segment) continue
    const cut = segment === end.segment ? Math.max(end.offset, segmentHeaderBytes) : segmentHeaderBytes
    let torn: TornTail | undefined
    for (let offset = cut; offset < bytes.byteLength; offset += 8) {
      if (offset % scannedSliceBytes === 0) yield
      const found = sequenceAt(bytes, offset)
      // What an earlier use of the file left has lower sequences.
      if (found <= sequence || found > sequence + 2 ** 24) continue
      const record = recordAt(bytes, offset, segment)
      if (record === undefined && (offset !== cut || found !== sequence + 1)) continue
      if (record !== undefined) refuseDamage(segments, end, record, isHeaderOf(bytes, segment))
      const lastByte = record?.end ?? Math.min(bytes.byteLength, offset + bytes.readUInt32LE(offset))
      torn = { file: path, offset: cut, droppedBytes: lastByte - cut, sequence: sequence + 1 }
    }
    if (torn === undefined) continue
    if (segment === end.segment) return { ...end, torn }
    // The first group of this segment was torn; the one before is whole.
    return { segment, offset: cut, first: sequence + 1, sequence, pages: new Map(), torn }
  }
  return end
}

/** Throws when the batch after the end must have been synced before `record`, which is whole, was made. */
function refuseDamage(segments: FoundSegment[], end: LogEnd, record: FoundRecord, hasHeader: boolean): void {
  const next = end.sequence + 1
  const beforeSegment = record.segment > end.segment && record.first > next
  if (hasHeader && !beforeSegment && record.durable < next) return
  const segment = beforeSegment ? end.segment : record.segment
  const file = segments.find((one) => one.segment === segment)?.path ?? ''
  const offset = segment === end.segment ? end.offset : hasHeader ? segmentHeaderBytes : 0
  throw new DamagedFile(file, offset, `batch ${next} was saved and is damaged; batch ${record.sequence} is whole`)
}
