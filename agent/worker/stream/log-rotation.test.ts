import { expect, test } from 'bun:test'
import { maxLogBytes, nextLookMs } from './log-rotation.ts'
import { rotatedName } from './rotated-files.ts'

test('a log is looked at before it is full, but not more than once a second', () => {
  expect(nextLookMs([])).toBe(10_000)
  expect(nextLookMs([{ sizeBytes: 0, bytesPerMs: 1 }])).toBe(10_000)
  expect(nextLookMs([{ sizeBytes: maxLogBytes - 5_000_000, bytesPerMs: 1000 }])).toBe(5000)
  expect(
    nextLookMs([
      { sizeBytes: maxLogBytes - 5_000_000, bytesPerMs: 1000 },
      { sizeBytes: 0, bytesPerMs: 9999999 },
    ]),
  ).toBe(1000)
})

test('names sort by time', () => {
  expect(rotatedName('/logs/0.log', Date.parse('2026-01-02T03:04:05.678Z'))).toBe('/logs/0.log.20260102-030405')
})
