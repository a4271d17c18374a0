import { expect, test } from 'bun:test'
import { imagesToRemove, type KnownImage } from './garbage.ts'

const gigabyte = 1e9
const nowMs = 1e12
const image = (id: string, rest: Partial<KnownImage> = {}): KnownImage => ({
  ...{ id, sizeBytes: 10 * gigabyte, pinned: false, firstSeenMs: nowMs - 3600_000, lastUsedMs: 0 },
  ...rest,
})
const disk = (usedPercent: number) => ({
  capacityBytes: 100 * gigabyte,
  availableBytes: (100 - usedPercent) * gigabyte,
})
const none = new Set<string>()

test('nothing goes below 85 %; above it, as many as bring it to 80 %', () => {
  const images = [image('a'), image('b'), image('c')]
  expect(imagesToRemove(images, none, disk(84), nowMs)).toEqual([])
  expect(imagesToRemove(images, none, disk(86), nowMs)).toEqual(['a'])
  expect(imagesToRemove(images, none, disk(95), nowMs)).toEqual(['a', 'b'])
})

test('not used for longest first; used, pinned and young ones stay', () => {
  const images = [
    image('recent', { lastUsedMs: nowMs - 1000 }),
    image('long ago', { lastUsedMs: nowMs - 1e6 }),
    image('used'),
    image('pinned', { pinned: true }),
    image('young', { firstSeenMs: nowMs - 1000 }),
    image('never'),
  ]
  expect(imagesToRemove(images, new Set(['used']), disk(99.9), nowMs)).toEqual(['never', 'long ago'])
  expect(imagesToRemove(images, new Set(['used', 'never', 'long ago']), disk(99.9), nowMs)).toEqual(['recent'])
})
