import { expect, test } from 'bun:test'
import { msUntilMark } from './marks.ts'

test.each([
  [0, 10_000, 10_000],
  [3000, 10_000, 7000],
  [1_800_000_009_000, 10_000, 1000],
  // A timer that came early is taken for the one of the mark.
  [9999.5, 10_000, 10_000.5],
  [8, 10, 12],
  [4, 10, 6],
])('at %p, every %p: in %p', (nowMs, intervalMs, expected) => {
  expect(msUntilMark(nowMs, intervalMs)).toBe(expected)
})
