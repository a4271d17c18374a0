import { expect, test } from 'bun:test'
import { encodeTransaction, isTransientBelow } from './operation.ts'
import type { Transaction } from './store.ts'

const transaction = (over: Partial<Transaction>): Transaction => ({
  id: { origin: 'node', counter: 1 },
  class: 'transient',
  author: { user: 'u', peer: 'p' },
  preconditions: [],
  changes: [{ key: 'leases/a', value: new Uint8Array(3) }],
  ...over,
})
const isLease = (over: Partial<Transaction>) =>
  isTransientBelow(['nodes/', 'leases/'], encodeTransaction(transaction(over)))

test('what is transient and below a prefix is known by its bytes, whatever the lengths before its class', () => {
  for (const length of [0, 1, 23, 24, 31, 32, 64, 255, 256, 300, 5000]) {
    for (const counter of [0, 1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 40]) {
      const id = { origin: 'o'.repeat(length), counter }
      expect([length, counter, isLease({ id })]).toEqual([length, counter, true])
      expect([length, counter, isLease({ id, class: 'durable' })]).toEqual([length, counter, false])
    }
  }
})

test('a key elsewhere, and what is no transaction, is not', () => {
  const value = new Uint8Array(1)
  expect(
    isLease({
      changes: [
        { key: 'leases/a', value },
        { key: 'pods/a', value },
      ],
    }),
  ).toBe(false)
  expect(isTransientBelow([''], new Uint8Array())).toBe(false)
  expect(isTransientBelow([''], new Uint8Array([1, 0xd9, 0xe0, 0, 0x8a]))).toBe(false)
  expect(isTransientBelow([''], new Uint8Array([2, 0xd9, 0xe0, 0, 0x8a, 0x61, 0x61, 0, 1]))).toBe(false)
})
