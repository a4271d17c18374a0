import { Encoder } from 'cbor-x'
import type { HardState } from '../raft/entry.ts'
import type { SnapshotMetadata } from '../raft/message.ts'
import { Damaged } from './damaged.ts'
import { UpgradeNeeded } from './feature-level.ts'
import { count, snapshot, text } from './fields.ts'

/** What of a Raft log is not an entry. */
export interface LogState extends HardState {
  /** The number of the core that holds the entries. */
  core: number
  /** Entries up to here are compacted. */
  base: SnapshotMetadata
}

const format = 1
/** Append only. */
const structures = [['core', 'term', 'votedFor', 'base']]
const encoder = new Encoder({ structures, maxSharedStructures: structures.length, structuredClone: false })

export function encodeLogState({ core, term, votedFor, base }: LogState): Uint8Array {
  const body = encoder.encode({ core, term, votedFor, base: snapshot.encode(base) })
  const bytes = new Uint8Array(body.byteLength + 1)
  bytes[0] = format
  bytes.set(body, 1)
  return bytes
}

/** Throws Damaged or UpgradeNeeded. */
export function decodeLogState(bytes: Uint8Array): LogState {
  if (bytes[0] === undefined || bytes[0] === 0) throw new Damaged('the state of the Raft log is empty')
  if (bytes[0] > format) throw new UpgradeNeeded('the Raft log', bytes[0])
  let record: { [field in keyof LogState]?: unknown }
  try {
    record = encoder.decode(bytes.subarray(1))
  } catch (error) {
    throw new Damaged(`the state of the Raft log is not CBOR: ${(error as Error).message}`)
  }
  if (typeof record !== 'object' || record === null) throw new Damaged('the state of the Raft log is no record')
  return {
    core: count.decode(record.core, 'core'),
    term: count.decode(record.term, 'term'),
    votedFor: record.votedFor === null ? null : text.decode(record.votedFor, 'votedFor'),
    base: snapshot.decode(record.base, 'base'),
  }
}
