import { Encoder } from 'cbor-x'
import type { Change, Transaction, TransactionClass } from './store.ts'

/** First byte of every encoded transaction. Fields only get added; a format that an older node cannot read gets a new number. */
const format = 1

/**
 * The fixed, numbered structures of cbor-x. Append only: their order is the wire format. Every record is built with all
 * of its structure's fields, so that none is ever learned (learned ones decode elsewhere as garbage).
 */
const structures = [
  ['origin', 'counter', 'class', 'user', 'peer', 'message', 'cause', 'term', 'preconditions', 'changes'],
  ['key', 'revision'],
  ['key', 'value', 'ttlMs'],
]

const encoder = new Encoder({ structures, maxSharedStructures: structures.length, structuredClone: false })

interface Encoded {
  origin: string
  counter: number
  class: 0 | 1
  user: string
  peer: string
  message: string | null
  cause: number | null
  term: number | null
  preconditions: { key: string; revision: number }[]
  changes: { key: string; value: Uint8Array | null; ttlMs: number | null }[]
}

export function encodeTransaction(transaction: Transaction): Uint8Array {
  const record: Encoded = {
    origin: transaction.id.origin,
    counter: transaction.id.counter,
    class: transaction.class === 'durable' ? 0 : 1,
    user: transaction.author.user,
    peer: transaction.author.peer,
    message: transaction.message ?? null,
    cause: transaction.cause ?? null,
    term: transaction.term ?? null,
    preconditions: transaction.preconditions.map(({ key, revision }) => ({ key, revision })),
    changes: transaction.changes.map(({ key, value, ttlMs }) => ({ key, value, ttlMs: ttlMs ?? null })),
  }
  const body = encoder.encode(record)
  const bytes = new Uint8Array(body.length + 1)
  bytes[0] = format
  bytes.set(body, 1)
  return bytes
}

/** Throws on a format newer than this build knows: applying must stop then ("upgrade me"). */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  if (bytes[0] !== format) {
    throw new Error(`operation format ${bytes[0]} is newer than this build understands (${format}): upgrade this node`)
  }
  const record = encoder.decode(bytes.subarray(1)) as Encoded
  return {
    id: { origin: record.origin, counter: record.counter },
    class: record.class === 0 ? 'durable' : 'transient',
    author: { user: record.user, peer: record.peer },
    message: record.message ?? undefined,
    cause: record.cause ?? undefined,
    term: record.term ?? undefined,
    preconditions: record.preconditions,
    changes: record.changes.map(decodeChange),
  }
}

/**
 * Whether an encoded transaction is transient and changes nothing but keys below these prefixes; false for what is no transaction of this
 * build. Asked of each proposal at the leader: durable ones, which are most, are not decoded for it.
 */
export function isTransientBelow(prefixes: readonly string[], bytes: Uint8Array): boolean {
  if (classIn(bytes) !== 'transient') return false
  return decodeTransaction(bytes).changes.every(({ key }) => prefixes.some((prefix) => key.startsWith(prefix)))
}

/** How cbor-x begins a record of the first structure: a tag, an array of ten. */
const recordHead = [0xd9, 0xe0, 0x00, 0x80 + structures[0]!.length]

/** The third field, behind the origin (text) and the counter (a number). Source of the heads: RFC 8949, 3.1. */
function classIn(bytes: Uint8Array): TransactionClass | undefined {
  if (bytes[0] !== format || recordHead.some((byte, at) => bytes[at + 1] !== byte)) return undefined
  const origin = 1 + recordHead.length
  const head = bytes[origin] ?? 0
  const lengthBytes = { 120: 1, 121: 2 }[head] ?? 0
  if (lengthBytes === 0 && (head < 0x60 || head > 0x77)) return undefined
  const [high = 0, low = 0] = bytes.subarray(origin + 1)
  const length = lengthBytes === 0 ? head - 0x60 : lengthBytes === 1 ? high : high * 256 + low
  const counter = origin + 1 + lengthBytes + length
  const counterBytes = { 24: 1, 25: 2, 26: 4, 27: 8, 250: 4, 251: 8 }[bytes[counter] ?? 0] ?? 0
  const found = bytes[counter + 1 + counterBytes]
  return found === 0 ? 'durable' : found === 1 ? 'transient' : undefined
}

function decodeChange(change: Encoded['changes'][number]): Change {
  // A copy: the decoded view would keep the whole block alive for as long as the state keeps the value.
  const value = change.value === null ? null : new Uint8Array(change.value)
  return { key: change.key, value, ttlMs: change.ttlMs ?? undefined }
}
