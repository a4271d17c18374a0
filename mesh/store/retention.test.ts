import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLoneVoter, testVoter } from '../log/lone-voter.ts'
import { silentLogger } from '../logger/logger.ts'
import { ReplicatedStore } from './replicated.ts'
import { type RetentionOptions, rangesOf } from './retention.ts'
import type { StoreEvent, Transaction } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-retention-test-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

class TestClock {
  #nowMs = 1_000_000
  nowMs = () => this.#nowMs
  monotonicMs = () => this.#nowMs
  advance(ms: number) {
    this.#nowMs += ms
  }
}

async function open(directory: string, clock: TestClock, retention: RetentionOptions = {}) {
  const logger = silentLogger
  const log = await openLoneVoter({ directory: join(directory, 'log'), ...testVoter, clock, logger })
  const viewFile = join(directory, 'view.sqlite')
  const store = await ReplicatedStore.open({ log, viewFile, clock, logger, retention })
  return {
    log,
    store,
    async close() {
      await store.close()
      await log.close()
    },
  }
}

let counter = 0
function put(key: string, value: string | null, extra: Partial<Transaction> & { ttlMs?: number } = {}): Transaction {
  const { ttlMs, ...rest } = extra
  return {
    id: { origin: 'test', counter: ++counter },
    class: 'durable',
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: [{ key, value: value === null ? null : Buffer.from(value), ttlMs }],
    ...rest,
  }
}

const minuteMs = 60_000
const transient = { class: 'transient' } as const
const text = (value: Uint8Array | null | undefined) => value && Buffer.from(value).toString()
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing thrown',
    (error) => error,
  )

async function keptBlocks(log: { length: number; get(index: number): Promise<unknown> }): Promise<number[]> {
  const kept: number[] = []
  for (let index = 0; index < log.length; index++) if ((await log.get(index)) !== undefined) kept.push(index)
  return kept
}

test('transient versions go after five minutes with their operations, durable ones stay', async () => {
  const clock = new TestClock()
  const { store, log, close } = await open(mkdtempSync(join(root, 'transient-')), clock)
  const spec = await store.commit(put('pod', 'spec'))
  const first = await store.commit(put('pod', 'status 1', transient))
  await store.commit(put('pod', 'status 2', transient))
  const lease = await store.commit(put('lease', '1', transient))
  clock.advance(6 * minuteMs)
  await store.commit(put('lease', '2', transient))
  await store.commit(put('pod', 'status 3', transient))
  const before = await keptBlocks(log)
  clock.advance(minuteMs)
  await store.commit(put('other', 'x'))
  await store.retain()

  expect((await store.history('pod')).map(({ value }) => text(value))).toEqual(['status 3', 'status 2', 'spec'])
  expect((await store.history('lease')).map(({ value }) => text(value))).toEqual(['2', '1'])
  expect(text((await store.get('pod', spec.revision))?.value)).toBe('spec')
  expect(await failureOf(store.get('pod', first.revision))).toMatchObject({ code: 'Compacted' })
  expect(await failureOf(store.list('pod', { at: first.revision }))).toMatchObject({ code: 'Compacted' })
  expect(text((await store.get('lease', lease.revision))?.value)).toBe('1')
  // The leader's first block, and the first status.
  expect(before.length + 1 - (await keptBlocks(log)).length).toBe(2)

  clock.advance(6 * minuteMs)
  await store.commit(put('other', 'y'))
  await store.retain()
  expect((await store.history('pod')).map(({ value }) => text(value))).toEqual(['status 3', 'spec'])
  expect((await store.history('lease')).map(({ value }) => text(value))).toEqual(['2'])
  await close()
}, 30_000)

test('an expired event leaves nothing behind', async () => {
  const clock = new TestClock()
  const { store, log, close } = await open(mkdtempSync(join(root, 'expired-')), clock)
  await store.commit(put('event', '1', { ...transient, ttlMs: 60 * minuteMs }))
  clock.advance(61 * minuteMs)
  await store.commit(put('other', 'x'))
  expect(await store.get('event')).toBeUndefined()
  expect(await store.history('event')).toHaveLength(2)
  clock.advance(6 * minuteMs)
  await store.commit(put('other', 'y'))
  await store.retain()
  expect(await store.history('event')).toEqual([])
  expect(await keptBlocks(log)).toEqual([2, 3])
  await close()
}, 30_000)

test('a key that something durable made does not come back when its transient end is forgotten', async () => {
  const clock = new TestClock()
  const { store, close } = await open(mkdtempSync(join(root, 'ended-')), clock)
  await store.commit(put('a', 'durable'))
  await store.commit(put('a', 'transient', transient))
  const end = await store.commit(put('a', null, transient))
  clock.advance(6 * minuteMs)
  await store.commit(put('other', 'x'))
  await store.retain()
  expect(await store.get('a', end.revision)).toBeUndefined()
  expect((await store.list('', { at: end.revision })).entries).toEqual([])
  await close()
}, 30_000)

test('durable history is compacted by size: what is older is refused, what is now is readable, and its author known', async () => {
  const clock = new TestClock()
  const directory = mkdtempSync(join(root, 'size-'))
  const retention = { durableBytes: 20_000 }
  const first = await open(directory, clock, retention)
  const still = await first.store.commit(put('still', 'never changed', { message: 'made' }))
  const revisions: number[] = []
  for (let at = 0; at < 100; at++) {
    revisions.push((await first.store.commit(put(`k${at % 10}`, `${at} ${'x'.repeat(1000)}`))).revision)
  }
  clock.advance(6 * minuteMs)
  await first.store.commit(put('other', 'x'))
  await first.store.retain()
  const { compacted } = first.store
  expect(compacted).toBeGreaterThan(revisions[70]!)
  expect(compacted).toBeLessThan(revisions[99]!)
  expect(await failureOf(first.store.get('k0', compacted - 1))).toMatchObject({ code: 'Compacted' })
  expect(text((await first.store.get('k9', compacted))?.value)).toStartWith('7')
  expect(await first.store.list('', { at: compacted })).toMatchObject({ revision: compacted })
  expect((await first.store.list('', { at: compacted })).entries).toHaveLength(11)
  expect((await keptBlocks(first.log)).length).toBeLessThan(40)
  await first.close()

  const second = await open(directory, clock, retention)
  expect(second.store.compacted).toBe(compacted)
  expect(await failureOf(second.store.get('k0', compacted - 1))).toMatchObject({ code: 'Compacted' })
  expect(await second.store.history('still')).toMatchObject([{ revision: still.revision, message: 'made' }])
  expect(text((await second.store.get('k5'))?.value)).toStartWith('95 ')
  await second.close()
}, 30_000)

test('durable history is compacted by age', async () => {
  const clock = new TestClock()
  const { store, close } = await open(mkdtempSync(join(root, 'age-')), clock)
  const old = await store.commit(put('a', '1'))
  const newer = await store.commit(put('a', '2'))
  clock.advance(31 * 24 * 60 * minuteMs)
  await store.commit(put('a', '3'))
  await store.retain()
  expect(store.compacted).toBe(newer.revision)
  expect(await failureOf(store.get('a', old.revision))).toMatchObject({ code: 'Compacted' })
  expect((await store.history('a')).map(({ value }) => text(value))).toEqual(['3', '2'])
  await close()
}, 30_000)

test('after a restart watches go on where they were: no gap, no duplicate, the same events', async () => {
  const clock = new TestClock()
  const directory = mkdtempSync(join(root, 'ring-'))
  const first = await open(directory, clock)
  const seen = collect(first.store.watch('', 0))
  await first.store.commit(put('p/a', '1'))
  await first.store.commit(put('p/b', '1', { ttlMs: 1000 }))
  await first.store.commit(
    put('p/a', '2', {
      changes: [
        { key: 'p/a', value: Buffer.from('2') },
        { key: 'p/c', value: Buffer.from('2') },
        { key: 'p/absent', value: null },
      ],
    }),
  )
  await first.store.commit(put('p/a', null))
  clock.advance(2000)
  await first.store.commit(put('p/a', '3'))
  const last = first.store.revision
  await first.close()
  const before = await seen

  const second = await open(directory, clock)
  expect(second.store.watchable).toBe(0)
  const again = collect(second.store.watch('', 0))
  const resumed = collect(second.store.watch('p/', 3))
  await second.store.commit(put('p/a', '4'))
  await second.close()
  expect((await again).slice(0, -1)).toEqual(before)
  expect((await again).at(-1)).toMatchObject({ key: 'p/a', revision: last + 1, previousRevision: last })
  expect((await resumed).map(({ revision }) => revision)).toEqual([4, 5, 6, 7])
}, 30_000)

test('ranges of blocks', () => {
  expect(rangesOf([1, 2, 3, 7, 9, 10])).toEqual([
    [1, 4],
    [7, 8],
    [9, 11],
  ])
  expect(rangesOf([])).toEqual([])
}, 30_000)

/** All events until the store is closed. */
async function collect(watch: ReturnType<ReplicatedStore['watch']>): Promise<StoreEvent[]> {
  const events: StoreEvent[] = []
  for await (const batch of watch) {
    events.push(...batch.events.map((event) => ({ ...event, value: event.value && new Uint8Array(event.value) })))
  }
  return events.map((event) => ({ ...event, previous: event.previous && new Uint8Array(event.previous) }))
}
