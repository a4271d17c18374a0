import type { NodeId } from '../raft/entry.ts'
import type { Message } from '../raft/message.ts'
import { CborReader, CborWriter } from './cbor.ts'
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

const writer = new CborWriter()

/** A record whose structure is the type's number; its first field is the term. */
export function encodeMessage(message: Message): Uint8Array {
  const fields = fieldsOf.get(message.type)!
  writer.begin()
  writer.byte(format)
  writer.record(types.indexOf(message.type), fields.length + 1)
  writer.number(message.term)
  for (const [name, field] of fields) writer.value(field.encode((message as unknown as Record<string, unknown>)[name]))
  return writer.take()
}

/**
 * `from` and `to` are the ends of the link it came over. Throws Damaged or UpgradeNeeded.
 */
export function decodeMessage(encoded: Uint8Array, from: NodeId, to: NodeId): Message {
  if (encoded[0] === undefined || encoded[0] === 0) throw new Damaged('an empty Raft message')
  if (encoded[0] > format) throw new UpgradeNeeded('a Raft message', encoded[0])
  const { type, values } = recordIn(encoded)
  const message: Record<string, unknown> = { type, from, to, term: count.decode(values[0], 'term') }
  for (const [at, [name, field]] of fieldsOf.get(type)!.entries()) {
    message[name] = field.decode(values[at + 1], name)
  }
  return message as unknown as Message
}

/** The term and the fields; what a later release added to them is left out. */
function recordIn(encoded: Uint8Array): { type: Type; values: unknown[] } {
  try {
    const reader = new CborReader(encoded, 1)
    const structure = reader.structure()
    const type = types[structure]
    if (type === undefined) throw new Error(`unknown type ${structure}`)
    const length = fieldsOf.get(type)!.length + 1
    const more = reader.record(structure, length)
    const values = Array.from({ length }, () => reader.value())
    reader.skip(more)
    reader.end()
    return { type, values }
  } catch (error) {
    throw new Damaged(`a Raft message: ${(error as Error).message}`)
  }
}
