import { expect, test } from 'bun:test'
import unslab from 'unslab'

test('bytes of a larger buffer are copied, others are not but when they are small', () => {
  const slab = Buffer.from('a slab, written again')
  const small = unslab(slab.subarray(2, 6))
  slab.fill(0)
  expect(small?.toString()).toBe('slab')
  expect(small?.buffer.byteLength).toBe(4)
  const large = new Uint8Array(5000).fill(7)
  expect(unslab(large)).toBe(large)
  const part = unslab(large.subarray(1000, 4000))
  expect(part?.buffer.byteLength).toBe(3000)
  expect(part?.every((byte) => byte === 7)).toBe(true)
  expect(unslab(null)).toBeNull()
})
