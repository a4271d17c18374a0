import { expect, test } from 'bun:test'
import { BulkWindow } from './bulk-window.ts'

const frameBytes = 16 * 1024

/** A path that carries so much and delays so long, fed as long as the window lets; what its queue and its use come to. */
function drive(bytesPerMs: number, roundTripMs: number, runMs: number) {
  const window = new BulkWindow()
  const underWay: { doneAtMs: number; bytes: number }[] = []
  let inFlightBytes = 0
  let freeAtMs = 0
  let deliveredBytes = 0
  let maxQueueMs = 0
  for (let nowMs = 0; nowMs < runMs; nowMs += 0.25) {
    while (underWay.length > 0 && underWay[0]!.doneAtMs <= nowMs) {
      const { bytes } = underWay.shift()!
      inFlightBytes -= bytes
      if (nowMs > runMs / 2) deliveredBytes += bytes
      window.acknowledged(bytes, nowMs)
    }
    while (inFlightBytes < window.limitBytes(1)) {
      freeAtMs = Math.max(freeAtMs, nowMs) + frameBytes / bytesPerMs
      if (nowMs > runMs / 2) maxQueueMs = Math.max(maxQueueMs, freeAtMs - nowMs)
      underWay.push({ doneAtMs: freeAtMs + roundTripMs, bytes: frameBytes })
      inFlightBytes += frameBytes
      window.sent(frameBytes, nowMs)
    }
  }
  return { use: deliveredBytes / (runMs / 2) / bytesPerMs, queueBytes: maxQueueMs * bytesPerMs }
}

test.each([
  ['2.5 MB/s, 1 ms', 2500, 1],
  ['2.5 MB/s, 40 ms', 2500, 40],
  ['12.5 MB/s, 20 ms', 12_500, 20],
  ['12.5 MB/s, 150 ms', 12_500, 150],
  ['100 MB/s, 10 ms', 100_000, 10],
])('%s: the path is used, and little waits before it', (_, bytesPerMs, roundTripMs) => {
  const { use, queueBytes } = drive(bytesPerMs, roundTripMs, 30_000)
  expect(use).toBeGreaterThan(0.85)
  // 64 KiB, a frame, what a path quicker than an event loop is given, and the tenth left empty now and then.
  const allowanceBytes = 64 * 1024 + 2 * frameBytes + bytesPerMs * (5 + roundTripMs / 10)
  expect(queueBytes).toBeLessThan(allowanceBytes)
})

test('another way is begun with 64 KiB', () => {
  const window = new BulkWindow()
  window.sent(frameBytes, 0)
  window.acknowledged(frameBytes, 10)
  expect(window.limitBytes(1)).toBeGreaterThan(64 * 1024)
  window.reset()
  expect(window.limitBytes(1)).toBe(64 * 1024)
})
