import { CborReader, CborWriter } from '../log/cbor.ts'
import type { Change, Transaction, TransactionClass } from './store.ts'

/** First byte of every encoded transaction. Fields only get added; a format that an older node cannot read gets a new number. */
const format = 1

/** The numbered structures, as cbor-x has them: how many fields each has is the wire format, and their order. */
const structures = { transaction: 0, precondition: 1, change: 2 } as const
const fields = { transaction: 10, precondition: 2, change: 3 } as const

const writer = new CborWriter()

export function encodeTransaction(transaction: Transaction): Uint8Array {
  const { id, author, preconditions, changes } = transaction
  writer.begin()
  writer.byte(format)
  writer.record(structures.transaction, fields.transaction)
  writer.text(id.origin)
  writer.number(id.counter)
  writer.number(transaction.class === 'durable' ? 0 : 1)
  writer.text(author.user)
  writer.text(author.peer)
  writer.text(transaction.message)
  writer.number(transaction.cause)
  writer.number(transaction.term)
  writer.list(preconditions.length)
  for (const { key, revision } of preconditions) {
    writer.record(structures.precondition, fields.precondition)
    writer.text(key)
    writer.number(revision)
  }
  writer.list(changes.length)
  for (const { key, value, ttlMs } of changes) {
    writer.record(structures.change, fields.change)
    writer.text(key)
    writer.bytes(value)
    writer.number(ttlMs)
  }
  return writer.take()
}

/** Throws on a format newer than this build knows: applying must stop then ("upgrade me"). */
export function decodeTransaction(bytes: Uint8Array): Transaction {
  if (bytes[0] !== format) {
    throw new Error(`operation format ${bytes[0]} is newer than this build understands (${format}): upgrade this node`)
  }
  const reader = new CborReader(bytes, 1)
  const text = () => reader.text()
  const number = () => reader.number()
  const more = reader.record(structures.transaction, fields.transaction)
  // In the order of the fields.
  const transaction: Transaction = {
    id: { origin: reader.text(), counter: reader.number() },
    class: classOf(reader.number()),
    author: { user: reader.text(), peer: reader.text() },
    message: reader.optional(text),
    cause: reader.optional(number),
    term: reader.optional(number),
    preconditions: reader.list(() => {
      const more = reader.record(structures.precondition, fields.precondition)
      const precondition = { key: reader.text(), revision: reader.number() }
      reader.skip(more)
      return precondition
    }),
    changes: reader.list(() => changeOf(reader)),
  }
  reader.skip(more)
  reader.end()
  return transaction
}

function changeOf(reader: CborReader): Change {
  const more = reader.record(structures.change, fields.change)
  const key = reader.text()
  const value = reader.optional(() => reader.bytes()) ?? null
  const ttlMs = reader.optional(() => reader.number())
  reader.skip(more)
  return { key, value, ttlMs }
}

function classOf(number: number): TransactionClass {
  return number === 0 ? 'durable' : 'transient'
}

/**
 * Whether an encoded transaction is transient and changes nothing but keys below these prefixes; false for what is no transaction of this
 * build. Asked of each proposal at the leader: durable ones, which are most, are not decoded for it.
 */
export function isTransientBelow(prefixes: readonly string[], bytes: Uint8Array): boolean {
  if (classIn(bytes) !== 'transient') return false
  return decodeTransaction(bytes).changes.every(({ key }) => prefixes.some((prefix) => key.startsWith(prefix)))
}

/** The third field, behind the origin and the counter. */
function classIn(bytes: Uint8Array): TransactionClass | undefined {
  if (bytes[0] !== format) return undefined
  try {
    const reader = new CborReader(bytes, 1)
    reader.record(structures.transaction, fields.transaction)
    reader.skip(2)
    return classOf(reader.number())
  } catch {
    return undefined
  }
}
