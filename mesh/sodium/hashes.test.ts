import { expect, test } from 'bun:test'
import native from 'sodium-native'
import sodium from 'sodium-universal'

const hash = (by: typeof native, parts: Uint8Array[], length = 32, key?: Uint8Array) => {
  const output = Buffer.alloc(length)
  by.crypto_generichash_batch(output, parts, key)
  return output.toString('hex')
}
const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, at) => (at * 31 + seed) % 256)

test('hashes are those of libsodium, whatever the parts', () => {
  for (const lengths of [
    [],
    [0],
    [1],
    [1, 8, 300],
    [1, 1, 32, 32],
    [127],
    [128],
    [129, 0, 70_000],
    Array(40).fill(9),
  ]) {
    const parts = lengths.map(bytes)
    expect(hash(sodium, parts)).toBe(hash(native, parts))
  }
})

test('with a key, or of another length, it is libsodium that hashes', () => {
  const parts = [bytes(10, 1), bytes(20, 2)]
  const key = bytes(32, 3)
  expect(hash(sodium, parts, 32, key)).toBe(hash(native, parts, 32, key))
  expect(hash(sodium, parts, 64)).toBe(hash(native, parts, 64))
})

test('what cannot be hashed leaves nothing behind in the next hash', () => {
  const parts = [bytes(10, 1)]
  expect(() => hash(sodium, [bytes(5, 5), 7 as unknown as Uint8Array])).toThrow()
  expect(hash(sodium, parts)).toBe(hash(native, parts))
})
