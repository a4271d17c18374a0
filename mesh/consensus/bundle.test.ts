import { expect, test } from 'bun:test'
import { Damaged } from '../log/damaged.ts'
import { decodeBundle, encodeBundle } from './bundle.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)

test('datagrams come out as they went in, those of no bytes too', () => {
  const datagrams = [bytes(0, 1, 2), bytes(), bytes(2, ...new Array(300).fill(7)), bytes(1)]
  expect(decodeBundle(encodeBundle(datagrams)).map((one) => [...one])).toEqual(datagrams.map((one) => [...one]))
})

test('a datagram alone is itself', () => {
  expect(decodeBundle(bytes(1, 255, 3))).toEqual([bytes(1, 255, 3)])
})

test('a bundle that is cut off anywhere is damaged, or has fewer datagrams', () => {
  const whole = encodeBundle([bytes(1, 2, 3), bytes(4, 5)])
  for (let length = 1; length < whole.byteLength; length++) {
    const cut = whole.subarray(0, length)
    if (length === 1 || length === 8) expect(decodeBundle(cut).length).toBe(length === 1 ? 0 : 1)
    else expect(() => decodeBundle(cut)).toThrow(Damaged)
  }
})
