import { expect, test } from 'bun:test'
import { progressText, pullProgress } from './pull-progress.ts'

test('layers that are there, on their way, and not begun', () => {
  const layers = ['a', 'b', 'c'].map((digest, index) => ({ digest, size: 1000 * (index + 1) }))
  const onTheirWay = [
    { ref: 'layer-b', offset: 500n },
    { ref: 'layer-x', offset: 7n },
    { ref: 'config-c', offset: 9n },
  ]
  expect(pullProgress({ layers }, new Set(['a', 'x']), onTheirWay)).toEqual({ receivedBytes: 1500, totalBytes: 6000 })
  expect(pullProgress({}, new Set(), [])).toEqual({ receivedBytes: 0, totalBytes: 0 })
})

test('for people', () => {
  expect(progressText({ receivedBytes: 1_230_000, totalBytes: 120_000_000 })).toBe('1.2 MB of 120.0 MB')
})
