import { Encoder } from 'cbor-x'
import type { SnapshotMetadata } from '../raft/message.ts'
import { Damaged } from './damaged.ts'
import { UpgradeNeeded } from './feature-level.ts'
import { snapshot, text } from './fields.ts'

/** First byte of block 0 of every Raft log. */
const format = 1
/** Append only. */
const structures = [['cluster', 'base']]
const encoder = new Encoder({ structures, maxSharedStructures: structures.length, structuredClone: false })

/** Block 0 of a Raft log; block b after it is the entry base.index + b. */
export interface LogHeader {
  /** The cluster's identity: a log of another cluster is refused. */
  cluster: string
  base: SnapshotMetadata
}

export function encodeLogHeader({ cluster, base }: LogHeader): Uint8Array {
  const body = encoder.encode({ cluster, base: snapshot.encode(base) })
  const bytes = new Uint8Array(body.byteLength + 1)
  bytes[0] = format
  bytes.set(body, 1)
  return bytes
}

/** Throws Damaged or UpgradeNeeded. */
export function decodeLogHeader(bytes: Uint8Array): LogHeader {
  if (bytes[0] === undefined || bytes[0] === 0) throw new Damaged('the Raft log has an empty header')
  if (bytes[0] > format) throw new UpgradeNeeded('the Raft log', bytes[0])
  let record: { cluster?: unknown; base?: unknown }
  try {
    record = encoder.decode(bytes.subarray(1))
  } catch (error) {
    throw new Damaged(`the header of the Raft log is not CBOR: ${(error as Error).message}`)
  }
  if (typeof record !== 'object' || record === null) throw new Damaged('the header of the Raft log is no record')
  return { cluster: text.decode(record.cluster, 'cluster'), base: snapshot.decode(record.base, 'base') }
}
