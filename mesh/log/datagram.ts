import { copyOf } from './copy-of.ts'
import { Damaged } from './damaged.ts'
import { UpgradeNeeded } from './feature-level.ts'
import { getFloat64, putFloat64 } from './float64.ts'

/** What became of a forwarded proposal. The position is the wire format: append only. */
const outcomes = ['committed', 'not committed', 'overloaded', 'unknown', 'too large'] as const
export type Outcome = (typeof outcomes)[number]

/** What voters send each other. */
export type Datagram =
  | { kind: 'raft'; message: Uint8Array }
  /** A payload for the leader to propose; `number` is the sender's own. */
  | { kind: 'proposal'; number: number; payload: Uint8Array }
  | { kind: 'outcome'; number: number; outcome: Outcome }

/** u8 kind; then the message, or f64 number (little endian) and payload or u8 outcome. */
const kinds = ['raft', 'proposal', 'outcome'] as const
const headerBytes = 9

export function encodeDatagram(datagram: Datagram): Uint8Array {
  if (datagram.kind === 'raft') {
    const bytes = new Uint8Array(1 + datagram.message.byteLength)
    bytes.set(datagram.message, 1)
    return bytes
  }
  const body = datagram.kind === 'proposal' ? datagram.payload : [outcomes.indexOf(datagram.outcome)]
  const bytes = new Uint8Array(headerBytes + body.length)
  bytes[0] = kinds.indexOf(datagram.kind)
  putFloat64(bytes, 1, datagram.number)
  bytes.set(body, headerBytes)
  return bytes
}

/** Throws Damaged or UpgradeNeeded. */
export function decodeDatagram(bytes: Uint8Array): Datagram {
  if (bytes[0] === undefined) throw new Damaged('an empty datagram')
  const kind = kinds[bytes[0]]
  if (kind === undefined) throw new UpgradeNeeded('a datagram', bytes[0])
  if (kind === 'raft') return { kind, message: copyOf(bytes, 1) }
  if (bytes.byteLength < headerBytes) throw new Damaged(`a ${kind} of ${bytes.byteLength} bytes is too short`)
  const number = getFloat64(bytes, 1)
  if (!Number.isSafeInteger(number)) throw new Damaged(`a ${kind} with number ${number}`)
  if (kind === 'proposal') return { kind, number, payload: copyOf(bytes, headerBytes) }
  const outcome = outcomes[bytes[headerBytes] ?? 255]
  if (outcome === undefined) throw new Damaged(`an outcome ${bytes[headerBytes]}`)
  return { kind, number, outcome }
}
