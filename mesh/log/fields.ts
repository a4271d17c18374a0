import type { Configuration, PlacedConfiguration } from '../raft/configuration.ts'
import type { Entry, LogPosition } from '../raft/entry.ts'
import type { SnapshotMetadata } from '../raft/message.ts'
import { Damaged } from './damaged.ts'
import { decodeEntry, encodeEntry } from './entry-codec.ts'

/** How a field's value travels, and that it is what it should be when it arrives. */
export interface Field<T> {
  encode(value: T): unknown
  /** Throws Damaged, naming the field. */
  decode(value: unknown, name: string): T
}

function damaged(name: string, value: unknown): Damaged {
  const shown = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value)
  return new Damaged(`${name} is ${shown.slice(0, 40)}`)
}

/** Indexes, terms, offsets, tickets. */
export const count: Field<number> = {
  encode: (value) => value,
  decode(value, name) {
    // cbor-x decodes integers beyond 32 bits as bigint or float, whichever they were written as.
    const number = typeof value === 'bigint' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) throw damaged(name, value)
    return number
  },
}

export const flag: Field<boolean> = {
  encode: (value) => value,
  decode(value, name) {
    if (typeof value !== 'boolean') throw damaged(name, value)
    return value
  },
}

export const bytes: Field<Uint8Array> = {
  encode: (value) => value,
  decode(value, name) {
    if (!(value instanceof Uint8Array)) throw damaged(name, value)
    return value
  },
}

export const text: Field<string> = {
  encode: (value) => value,
  decode(value, name) {
    if (typeof value !== 'string') throw damaged(name, value)
    return value
  },
}

export const texts: Field<readonly string[]> = listOf(text)

export const position: Field<LogPosition> = {
  encode: ({ index, term }) => [index, term],
  decode(value, name) {
    const [index, term] = asList(value, name, 2)
    return { index: count.decode(index, name), term: count.decode(term, name) }
  },
}

export const configuration: Field<Configuration> = {
  encode: ({ voters, outgoing, learners }) => [voters, outgoing, learners],
  decode(value, name) {
    const [voters, outgoing, learners] = asList(value, name, 3).map((ids) => texts.decode(ids, name))
    return { voters: voters!, outgoing: outgoing!, learners: learners! }
  },
}

export const snapshot: Field<SnapshotMetadata> = {
  encode: (value) => [value.index, value.term, configuration.encode(value.configuration)],
  decode(value, name) {
    const [index, term, members] = asList(value, name, 3)
    return { ...position.decode([index, term], name), configuration: configuration.decode(members, name) }
  },
}

export const placedConfiguration: Field<PlacedConfiguration | null> = {
  encode: (value) => (value === null ? [] : [value.index, configuration.encode(value.configuration)]),
  decode(value, name) {
    const [index, members] = asList(value, name, 0)
    if (index === undefined) return null
    return { index: count.decode(index, name), configuration: configuration.decode(members, name) }
  },
}

/** Entries in order, each following the one before. */
export const entries: Field<readonly Entry[]> = {
  encode: (value) => value.map(encodeEntry),
  decode(value, name) {
    const decoded = asList(value, name, 0).map((encoded) => decodeEntry(bytes.decode(encoded, name)))
    for (const [at, { index, term }] of decoded.entries()) {
      const previous = decoded[at - 1]
      if (previous !== undefined && (index !== previous.index + 1 || term < previous.term)) {
        throw new Damaged(`${name}: entry ${index} of term ${term} after ${previous.index} of term ${previous.term}`)
      }
    }
    return decoded
  },
}

function listOf<T>(item: Field<T>): Field<readonly T[]> {
  return {
    encode: (values) => values.map((value) => item.encode(value)),
    decode: (value, name) => asList(value, name, 0).map((one) => item.decode(one, name)),
  }
}

/** Later releases may add to the end. */
function asList(value: unknown, name: string, minLength: number): unknown[] {
  if (!Array.isArray(value) || value.length < minLength) throw damaged(name, value)
  return value
}
