import { expect, test } from 'bun:test'
import { Durations } from './durations.ts'

test('percentiles of the newest', () => {
  const durations = new Durations(100)
  expect(durations.percentileMs(0.99)).toBeUndefined()
  durations.add(7)
  expect(durations.percentileMs(0.99)).toBe(7)
  for (let ms = 1; ms <= 100; ms++) durations.add(ms)
  expect(durations.percentileMs(0.5)).toBe(51)
  expect(durations.percentileMs(0.99)).toBe(100)
  for (let count = 0; count < 100; count++) durations.add(2)
  expect(durations.percentileMs(1)).toBe(2)
  expect(durations.count).toBe(201)
  expect(durations.sumMs).toBe(7 + 5050 + 200)
})
