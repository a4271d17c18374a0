import type { Entry, EntryKind } from '../raft/entry.ts'
import { copyOf } from './copy-of.ts'
import { Damaged } from './damaged.ts'
import { UpgradeNeeded } from './feature-level.ts'
import { getFloat64, putFloat64 } from './float64.ts'

/** First byte of every encoded entry. */
const format = 1
/** u8 format, u8 kind, f64 index, f64 term (little endian); the data follows. */
const headerBytes = 18
/** Append only: the position is the wire format. */
const kinds: readonly EntryKind[] = ['command', 'configuration', 'empty']

/**
 * An entry goes to each follower and to the disk as the same bytes: it is encoded once, and carries them along until it is on the
 * disk; null from then on. (By a WeakMap of tens of thousands, the garbage collector stood still for up to half a second.)
 */
const encoding = Symbol('encoding')
type Encoded = Entry & { [encoding]?: Uint8Array | null }

/** An entry as a block of the Raft log, and as it travels in messages. Not to be changed. */
export function encodeEntry(entry: Entry): Uint8Array {
  const known = (entry as Encoded)[encoding]
  if (known) return known
  const { index, term, kind, data } = entry
  const bytes = new Uint8Array(headerBytes + data.byteLength)
  bytes[0] = format
  bytes[1] = kinds.indexOf(kind)
  putFloat64(bytes, 2, index)
  putFloat64(bytes, 10, term)
  bytes.set(data, headerBytes)
  if (known === undefined) (entry as Encoded)[encoding] = bytes
  return bytes
}

/** For entries that are on the disk: whoever lags is sent bytes made anew, so that all that is kept has them once. */
export function dropEncoding(entry: Entry): void {
  ;(entry as Encoded)[encoding] = null
}

/** Throws Damaged or UpgradeNeeded. */
export function decodeEntry(bytes: Uint8Array): Entry {
  if (bytes.byteLength < headerBytes) throw new Damaged(`an entry of ${bytes.byteLength} bytes is too short`)
  if (bytes[0]! > format) throw new UpgradeNeeded('an entry', bytes[0]!)
  const kind = kinds[bytes[1]!]
  const index = getFloat64(bytes, 2)
  const term = getFloat64(bytes, 10)
  if (bytes[0] !== format || kind === undefined || !isCount(index) || !isCount(term)) {
    throw new Damaged(`an entry of format ${bytes[0]}, kind ${bytes[1]}, index ${index}, term ${term}`)
  }
  // What a release after this one added to the end would be lost.
  const entry: Encoded = { index, term, kind, data: copyOf(bytes, headerBytes), [encoding]: bytes }
  return entry
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
