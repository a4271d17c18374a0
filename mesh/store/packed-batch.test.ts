import { expect, test } from 'bun:test'
import { buffersOf, packBatch, unpackBatch } from './packed-batch.ts'
import type { ViewBatch } from './view-rows.ts'

/** As the view's thread has it. */
function posted(batch: ViewBatch): ViewBatch {
  const packed = packBatch(batch)
  return unpackBatch(structuredClone(packed, { transfer: buffersOf(packed) }))
}

test('a batch comes out as it went in', () => {
  const value = (text: string) => new TextEncoder().encode(text)
  const batch: ViewBatch = {
    position: { applied: 9, revision: 1e9 + 7, timeMs: 1.7e12, term: 3 },
    entries: new Map([
      ['b', { key: 'b', value: value('second'), revision: 1e9 + 7, created: 5, expiresMs: 0 }],
      ['gone', null],
      ['a', { key: 'a', value: value(''), revision: 6, created: 6, expiresMs: 1.7e12 + 0.5 }],
      ['', { key: '', value: value('of the empty key'), revision: 8, created: 8, expiresMs: 0 }],
      ['\0 ключ 🦢', { key: '\0 ключ 🦢', value: value('fourth'), revision: 9, created: 8, expiresMs: 0 }],
      ['c', { key: 'c', value: value('third'), revision: 8, created: 8, expiresMs: 0 }],
    ]),
    changes: [
      { key: 'gone', revision: 7, created: 2, timeMs: 1.7e12, block: -1, deleted: true, kind: 'transient' },
      { key: 'b', revision: 5, created: 5, timeMs: 1.7e12, block: 4, deleted: false, kind: 'durable' },
      { key: 'b', revision: 1e9 + 7, created: 5, timeMs: 1.7e12, block: 8, deleted: false, kind: 'pruned' },
    ],
    blocks: [{ block: 8, revision: 7, timeMs: 1.7e12, kind: 'durable', sizeBytes: 77, live: 2 }],
    recent: [
      { id: 'x 1', revision: 5, timeMs: 1.7e12, refusal: '' },
      { id: 'x 2', revision: 0, timeMs: 0, refusal: '{"code":"StaleTerm"}' },
    ],
    expiries: [{ revision: 7, timeMs: 1.7e12, keys: ['gone'] }],
  }
  expect(posted(batch)).toEqual(batch)
})

test('an empty one too', () => {
  const position = { applied: 1, revision: 0, timeMs: 0, term: 1 }
  const batch: ViewBatch = { position, entries: new Map(), changes: [], blocks: [], recent: [], expiries: [] }
  expect(posted(batch)).toEqual(batch)
})
