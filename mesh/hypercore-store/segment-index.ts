import { DamagedFile } from './damage.ts'
import { Memtable } from './memtable.ts'
import { indexRecord, type Pages, type Place, recordAt } from './record.ts'
import { isHeaderOf, segmentHeaderBytes } from './segment.ts'

/** What a full segment says, from the batch after `after` to the batch `last`: where in its bytes each value is. */
export function indexSegment(
  { segment, path, bytes }: { segment: number; path: string; bytes: Buffer },
  after: number,
  last: number,
): Memtable<Place> {
  const memtable = new Memtable<Place>()
  const pages: Pages = new Map()
  let reached = after
  let offset = isHeaderOf(bytes, segment) ? segmentHeaderBytes : bytes.byteLength
  while (reached < last) {
    const record = recordAt(bytes, offset, segment)
    if (record?.sequence !== reached + 1) {
      throw new DamagedFile(path, offset, `batch ${reached + 1} is not in the log any more`)
    }
    indexRecord(bytes, record, pages, memtable)
    reached = record.sequence
    offset = record.end
  }
  return memtable
}
