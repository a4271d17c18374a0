import { expect, test } from 'bun:test'
import { Encoder } from 'cbor-x'
import { Random } from '../raft/simulator/random.ts'
import { decodeTransaction, encodeTransaction } from '../store/operation.ts'
import type { Transaction } from '../store/store.ts'
import { CborReader, CborWriter } from './cbor.ts'

/** What wrote operations before, and reads them in older releases. */
const cbor = new Encoder({
  structures: [
    ['origin', 'counter', 'class', 'user', 'peer', 'message', 'cause', 'term', 'preconditions', 'changes'],
    ['key', 'revision'],
    ['key', 'value', 'ttlMs'],
  ],
  maxSharedStructures: 3,
  structuredClone: false,
})

function recordOf({ id, class: kind, author, message, cause, term, preconditions, changes }: Transaction) {
  const nulls = { message: message ?? null, cause: cause ?? null, term: term ?? null }
  return {
    ...{ origin: id.origin, counter: id.counter, class: kind === 'durable' ? 0 : 1 },
    ...{ user: author.user, peer: author.peer, ...nulls, preconditions },
    changes: changes.map(({ key, value, ttlMs }) => ({ key, value, ttlMs: ttlMs ?? null })),
  }
}

const sizes = [0, 1, 23, 24, 31, 32, 255, 256, 257, 5000, 65_535, 65_536, 70_000]
const numbers = [0, 1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, 1.5, 0.1]

function randomTransaction(random: Random): Transaction {
  const text = () => random.pick(['a', 'ä', '日本', '🐑', 'key/']).repeat(random.pick(sizes) >>> random.integer(0, 9))
  const number = () => random.pick(numbers)
  const value = () => (random.chance(0.2) ? null : new Uint8Array(random.pick(sizes)).fill(random.integer(0, 255)))
  return {
    id: { origin: text(), counter: number() },
    class: random.pick(['durable', 'transient'] as const),
    author: { user: text(), peer: text() },
    message: random.chance(0.5) ? text() : undefined,
    cause: random.chance(0.5) ? number() : undefined,
    term: random.chance(0.5) ? number() : undefined,
    preconditions: Array.from({ length: random.integer(0, 30) }, () => ({ key: text(), revision: number() })),
    changes: Array.from({ length: random.integer(0, 3) }, () => {
      return {
        key: text(),
        value: value(),
        ttlMs: random.chance(0.5) ? random.pick([...numbers, -1, -300]) : undefined,
      }
    }),
  }
}

test('cbor-x reads what is written here, and what it writes is read here', () => {
  const random = new Random(7)
  for (let round = 0; round < 300; round++) {
    const transaction = randomTransaction(random)
    const bytes = encodeTransaction(transaction)
    const theirs = cbor.encode(recordOf(transaction))
    expect(decodeTransaction(bytes)).toEqual(transaction)
    expect(cbor.decode(bytes.subarray(1))).toEqual(recordOf(transaction))
    expect(decodeTransaction(Buffer.concat([new Uint8Array([1]), theirs]))).toEqual(transaction)
  }
})

test('what a later release added is left out', () => {
  const writer = new CborWriter()
  writer.begin()
  writer.record(1, 4)
  writer.text('key')
  writer.number(7)
  writer.list(2)
  writer.bytes(new Uint8Array(300))
  writer.record(2, 1)
  writer.number(1.5)
  writer.number(null)
  writer.text('behind')
  const reader = new CborReader(writer.take(), 0)
  const more = reader.record(1, 2)
  expect([reader.text(), reader.number()]).toEqual(['key', 7])
  reader.skip(more)
  expect(reader.text()).toBe('behind')
})

test('an operation that ends too early, or is something else, is damaged', () => {
  const whole = encodeTransaction(randomTransaction(new Random(3)))
  for (let length = 1; length < whole.length; length += 1 + (length >>> 4)) {
    expect(() => decodeTransaction(whole.subarray(0, length))).toThrow('damaged at byte')
  }
  expect(() => decodeTransaction(new Uint8Array([1, 0xd9, 0xe0, 1, 0x8a]))).toThrow('damaged at byte 4 of 5')
  expect(() => decodeTransaction(new Uint8Array([2]))).toThrow('upgrade this node')
})

test('values of all kinds come back', () => {
  const values = [0, -7, 1.5, 2 ** 40, 'ä', '', true, false, null, new Uint8Array([1, 2]), [1, ['a', []], null]]
  const writer = new CborWriter()
  writer.begin()
  for (const value of values) writer.value(value)
  const reader = new CborReader(writer.take(), 0)
  expect(values.map(() => reader.value())).toEqual(values)
  reader.end()
  expect(() => new CborReader(new Uint8Array([0]), 0).end()).toThrow('damaged at byte 0 of 1')
  expect(() => new CborReader(new Uint8Array([0xa0]), 0).value()).toThrow('damaged')
  expect(() => writer.value({})).toThrow('object is not encoded here')
})

test('a writer that failed in the middle begins anew', () => {
  const transaction = randomTransaction(new Random(5))
  const wrong = { ...transaction, author: { user: 'u', peer: 7 as unknown as string } }
  expect(() => encodeTransaction(wrong)).toThrow()
  expect(decodeTransaction(encodeTransaction(transaction))).toEqual(transaction)
})
