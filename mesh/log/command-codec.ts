import { copyOf } from './copy-of.ts'
import { Damaged } from './damaged.ts'
import { assertKnownLevel, knownFeatureLevel } from './feature-level.ts'
import { getFloat64, putFloat64 } from './float64.ts'

/** What the log layer puts into a Raft entry of kind `command`. */
export interface Command {
  /** What a node must understand to apply it. */
  featureLevel: number
  /** Cluster time in ms since the epoch, stamped by the leader. */
  timeMs: number
  /** A transaction; empty when the command only raises the feature level. */
  payload: Uint8Array
}

/** u8 feature level, f64 time (little endian); the payload follows. */
const headerBytes = 9

export function encodeCommand({ featureLevel, timeMs, payload }: Command): Uint8Array {
  const bytes = new Uint8Array(headerBytes + payload.byteLength)
  bytes[0] = featureLevel
  putFloat64(bytes, 1, timeMs)
  bytes.set(payload, headerBytes)
  return bytes
}

/** Throws Damaged, and UpgradeNeeded when it takes more than `knownLevel`. */
export function decodeCommand(bytes: Uint8Array, knownLevel = knownFeatureLevel): Command {
  if (bytes.byteLength < headerBytes) throw new Damaged(`a command of ${bytes.byteLength} bytes is too short`)
  const featureLevel = bytes[0]!
  assertKnownLevel('a committed entry', featureLevel, knownLevel)
  const timeMs = getFloat64(bytes, 1)
  if (featureLevel === 0 || !Number.isFinite(timeMs))
    throw new Damaged(`a command of level ${featureLevel}, time ${timeMs}`)
  return { featureLevel, timeMs, payload: copyOf(bytes, headerBytes) }
}
