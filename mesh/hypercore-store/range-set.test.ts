import { expect, test } from 'bun:test'
import { RangeSet } from './range-set.ts'
import { Random } from './test/random.ts'

test.each([
  [
    'apart',
    [
      ['a', 'b'],
      ['d', 'e'],
    ],
    [
      ['a', 'b'],
      ['d', 'e'],
    ],
  ],
  [
    'touching',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    [['a', 'c']],
  ],
  [
    'touching, the later first',
    [
      ['b', 'c'],
      ['a', 'b'],
    ],
    [['a', 'c']],
  ],
  [
    'overlapping',
    [
      ['a', 'c'],
      ['b', 'd'],
    ],
    [['a', 'd']],
  ],
  [
    'within',
    [
      ['a', 'd'],
      ['b', 'c'],
    ],
    [['a', 'd']],
  ],
  [
    'around several',
    [
      ['b', 'c'],
      ['d', 'e'],
      ['f', 'g'],
      ['a', 'f'],
    ],
    [['a', 'g']],
  ],
])('ranges that are %s', (_name, added, wanted) => {
  const set = added.reduce((before, [start, end]) => before.with(start!, end!), RangeSet.empty)
  expect(set.spans.map(({ start, end }) => [start, end])).toEqual(wanted)
})

test('a set of random ranges knows the same keys as a plain set', () => {
  const random = new Random(1)
  const keys = Array.from('abcdefghijklmnopqrstuvwxyz')
  for (let round = 0; round < 200; round++) {
    let set = RangeSet.empty
    const plain = new Set<string>()
    for (let count = random.below(8); count > 0; count--) {
      const [start, end] = [keys[random.below(26)]!, keys[random.below(26)]!].sort() as [string, string]
      if (start === end) continue
      set = set.with(start, end)
      for (const key of keys) if (key >= start && key < end) plain.add(key)
    }
    for (const [index, key] of keys.entries()) {
      expect(set.covers(key)).toBe(plain.has(key))
      const last = keys[Math.min(25, index + 3)]!
      const within = keys.filter((one) => one >= key && one <= last)
      expect(set.meets(key, last)).toBe(within.some((one) => plain.has(one)))
      expect(set.coversAll(key, last)).toBe(within.every((one) => plain.has(one)))
    }
  }
})
