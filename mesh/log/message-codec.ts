import { Encoder } from 'cbor-x'
import type { NodeId } from '../raft/entry.ts'
import type { Message } from '../raft/message.ts'
import { Damaged } from './damaged.ts'
import { UpgradeNeeded } from './feature-level.ts'
import { bytes, count, entries, type Field, flag, placedConfiguration, position, snapshot } from './fields.ts'

/** First byte of every encoded message. A change that an older build would get wrong needs a new number. */
const format = 1

type Type = Message['type']
type Body<T extends Type> = Omit<Extract<Message, { type: T }>, 'type' | 'from' | 'to' | 'term'>
type Layouts = { [T in Type]: { [field in keyof Body<T>]-?: Field<Body<T>[field]> } }

/**
 * Every type's fields beside its term; sender and receiver are those of the link. The order of types and of fields is
 * the wire format: append only.
 */
const layouts: Layouts = {
  'pre-vote': { nextTerm: count, last: position },
  'pre-vote-response': { nextTerm: count, granted: flag },
  'request-vote': { last: position, transfer: flag },
  vote: { granted: flag },
  append: { previous: position, entries: entries, commit: count },
  'append-accepted': { match: count },
  'append-rejected': { rejected: count, hint: position },
  'stale-term': {},
  heartbeat: { commit: count, round: count },
  'heartbeat-response': { round: count },
  'timeout-now': {},
  'read-index': { incarnation: count, ticket: count },
  'read-index-response': { incarnation: count, ticket: count, index: count },
  'snapshot-chunk': { transfer: count, snapshot: snapshot, offsetBytes: count, data: bytes, done: flag },
  'snapshot-progress': { transfer: count, offsetBytes: count },
  feed: { elsewhere: flag, commit: count, configuration: placedConfiguration },
  fed: { isFed: flag, match: count, configurationIndex: count },
}

const types = Object.keys(layouts) as Type[]
const fieldsOf = new Map(types.map((type) => [type, Object.entries(layouts[type]) as [string, Field<unknown>][]]))

/** cbor-x's numbered structures, one a type, fixed: none is ever learned. */
const structures = types.map((type) => [`${types.indexOf(type)}`, ...fieldsOf.get(type)!.map(([name]) => name)])

const encoder = new Encoder({ structures, maxSharedStructures: structures.length, structuredClone: false })

export function encodeMessage(message: Message): Uint8Array {
  // The first field's name is the type's number, its value the term: so each type has a structure of its own.
  const record: Record<string, unknown> = { [`${types.indexOf(message.type)}`]: message.term }
  for (const [name, field] of fieldsOf.get(message.type)!) {
    record[name] = field.encode((message as unknown as Record<string, unknown>)[name])
  }
  const body = encoder.encode(record)
  const encoded = new Uint8Array(body.byteLength + 1)
  encoded[0] = format
  encoded.set(body, 1)
  return encoded
}

/**
 * `from` and `to` are the ends of the link it came over. Entries' and chunks' data are views of the bytes given. Throws
 * Damaged or UpgradeNeeded.
 */
export function decodeMessage(encoded: Uint8Array, from: NodeId, to: NodeId): Message {
  if (encoded[0] === undefined || encoded[0] === 0) throw new Damaged('an empty Raft message')
  if (encoded[0] > format) throw new UpgradeNeeded('a Raft message', encoded[0])
  const record = decodeRecord(encoded.subarray(1))
  const [first, ...rest] = Object.keys(record)
  const type = types[Number(first)]
  if (type === undefined) throw new Damaged(`a Raft message of unknown type ${String(first).slice(0, 40)}`)
  const message: Record<string, unknown> = { type, from, to, term: count.decode(record[first!], 'term') }
  for (const [name, field] of fieldsOf.get(type)!) {
    if (!rest.includes(name)) throw new Damaged(`a Raft message of type ${type} without ${name}`)
    message[name] = field.decode(record[name], name)
  }
  return message as unknown as Message
}

function decodeRecord(body: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = encoder.decode(body)
  } catch (error) {
    throw new Damaged(`a Raft message that is not CBOR: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Damaged('a Raft message that is no record')
  return value as Record<string, unknown>
}
