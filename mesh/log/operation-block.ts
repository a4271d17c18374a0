import type { CommittedBlock } from './committed-log.ts'
import { Damaged } from './damaged.ts'
import { assertKnownLevel, knownFeatureLevel } from './feature-level.ts'
import { getFloat64, putFloat64 } from './float64.ts'

const headerBytes = 17

/** Layout: u8 feature level, f64 term, f64 time in ms (both little endian), payload. Level 1 is the first. */
export function encodeOperation(block: Omit<CommittedBlock, 'index'>): Uint8Array {
  const bytes = new Uint8Array(headerBytes + block.payload.byteLength)
  bytes[0] = block.featureLevel
  putFloat64(bytes, 1, block.term)
  putFloat64(bytes, 9, block.timeMs)
  bytes.set(block.payload, headerBytes)
  return bytes
}

/** The payload is a view of the bytes given. Throws Damaged, and UpgradeNeeded when it takes more than `knownLevel`. */
export function decodeOperation(index: number, bytes: Uint8Array, knownLevel = knownFeatureLevel): CommittedBlock {
  if (bytes.byteLength < headerBytes) throw new Damaged(`operation ${index} has ${bytes.byteLength} bytes`)
  const featureLevel = bytes[0]!
  assertKnownLevel(`operation ${index}`, featureLevel, knownLevel)
  return {
    index,
    featureLevel,
    term: getFloat64(bytes, 1),
    timeMs: getFloat64(bytes, 9),
    payload: bytes.subarray(headerBytes),
  }
}
