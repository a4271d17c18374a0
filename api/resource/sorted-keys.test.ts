import { expect, test } from 'bun:test'
import { SortedKeys } from './sorted-keys.ts'

test('holds what a sorted set would hold, through random adds, deletes and ranges', () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed % below
  }
  const keys = new SortedKeys()
  const model = new Set<string>()
  for (let step = 0; step < 5000; step++) {
    const key = `p${random(3)}/${random(200)}`
    if (random(3) > 0 && !model.has(key)) {
      keys.add(key)
      model.add(key)
    } else if (model.delete(key)) keys.delete(key)
    if (step % 50 !== 0) continue
    const prefix = `p${random(3)}/`
    const from = random(2) === 0 ? undefined : `${prefix}${random(200)}`
    const expected = [...model].filter((k) => k.startsWith(prefix) && k >= (from ?? prefix)).sort()
    expect(keys.range(prefix, from)).toEqual(expected)
  }
})
