import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import {
  type Change,
  maxValueBytes,
  type Precondition,
  type Store,
  StoreError,
  type StoreErrorCode,
  type StoreEvent,
  type Transaction,
} from './store.ts'

/** What the contract needs beside the store itself. */
export interface StoreUnderTest {
  store: Store
  /** Moves cluster time on and lets due keys expire; resolves when that is applied. Absent: no test of TTLs. */
  advance?(ms: number): Promise<void>
  /** Compacts up to the revision. Absent: no test of compaction. */
  compact?(revision: number): Promise<void>
  /** Frees what belongs to the store (directories, workers) after `store.close()`. */
  dispose?(): Promise<void>
}

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (value: Uint8Array | null | undefined) => (value ? new TextDecoder().decode(value) : value)
let counter = 0

function transaction(changes: Record<string, string | null>, extra: Partial<Transaction> = {}): Transaction {
  return {
    id: { origin: 'contract', counter: ++counter },
    class: 'durable',
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: Object.entries(changes).map(
      ([key, value]): Change => ({ key, value: value === null ? null : bytes(value) }),
    ),
    ...extra,
  }
}

async function codeOf(promise: Promise<unknown>): Promise<StoreErrorCode | 'no error'> {
  try {
    await promise
    return 'no error'
  } catch (error) {
    if (error instanceof StoreError) return error.code
    throw error
  }
}

/** Reads a watch until `count` events have come. */
async function take(watch: ReturnType<Store['watch']>, count: number): Promise<StoreEvent[]> {
  const events: StoreEvent[] = []
  for await (const batch of watch) {
    events.push(...batch.events)
    if (events.length >= count) break
  }
  return events
}

/** What every Store promises. Each implementation's test calls this with a way to make a fresh, empty store. */
export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name}: the contract of Store`, () => {
    let under: StoreUnderTest
    let store: Store
    const put = (changes: Record<string, string | null>, extra?: Partial<Transaction>) =>
      store.commit(transaction(changes, extra))

    beforeEach(async () => {
      under = await make()
      store = under.store
    })
    afterEach(async () => {
      await store.close()
      await under.dispose?.()
    })

    test('a change is readable with its revision and the revision that created the key', async () => {
      const first = await put({ a: '1' })
      const second = await put({ a: '2' })
      expect(second.revision).toBeGreaterThan(first.revision)
      expect(second.timeMs).toBeGreaterThanOrEqual(first.timeMs)
      const entry = await store.get('a')
      expect(text(entry?.value)).toBe('2')
      expect(entry).toMatchObject({ key: 'a', revision: second.revision, created: first.revision })
      expect(store.revision).toBe(second.revision)
      expect(await store.get('b')).toBeUndefined()
    })

    test('reads at an older revision show the state of then', async () => {
      const first = await put({ a: '1' })
      const second = await put({ a: '2', b: '2' })
      await put({ a: null })
      expect(text((await store.get('a', first.revision))?.value)).toBe('1')
      expect(text((await store.get('a', second.revision))?.value)).toBe('2')
      expect(await store.get('a')).toBeUndefined()
      expect((await store.list('', { at: first.revision })).entries.map((entry) => entry.key)).toEqual(['a'])
      expect((await store.list('', { at: second.revision })).revision).toBe(second.revision)
    })

    test('a key created again has a new created revision', async () => {
      await put({ a: '1' })
      await put({ a: null })
      const again = await put({ a: '3' })
      expect(await store.get('a')).toMatchObject({ created: again.revision, revision: again.revision })
    })

    test('lists by prefix in byte order, in pages of one revision', async () => {
      await put({
        'p/b': '1',
        'p/a': '1',
        'p/c': '1',
        q: '1',
        'o/z': '1',
        'p/é': '1',
        'p/\u{1f986}': '1',
        'p/\uff5e': '1',
      })
      const all = await store.list('p/')
      expect(all.entries.map((entry) => entry.key)).toEqual(['p/a', 'p/b', 'p/c', 'p/é', 'p/\uff5e', 'p/\u{1f986}'])
      expect(all.next).toBeUndefined()
      const page = await store.list('p/', { limit: 2 })
      expect(page.next).toBe('p/c')
      await put({ 'p/bb': '2', 'p/c': null })
      const rest = await store.list('p/', { from: page.next, at: page.revision, limit: 1 })
      expect(rest.entries.map((entry) => entry.key)).toEqual(['p/c'])
      expect(rest.next).toBe('p/é')
    })

    test('preconditions hold all or nothing', async () => {
      const first = await put({ a: '1' })
      const cases: [Precondition[], boolean][] = [
        [[{ key: 'a', revision: 0 }], false],
        [[{ key: 'b', revision: first.revision }], false],
        [
          [
            { key: 'a', revision: first.revision },
            { key: 'b', revision: first.revision },
          ],
          false,
        ],
        [
          [
            { key: 'a', revision: first.revision },
            { key: 'b', revision: 0 },
          ],
          true,
        ],
        [[{ key: 'a', revision: first.revision }], false],
      ]
      for (const [preconditions, holds] of cases) {
        const before = store.revision
        const code = await codeOf(put({ a: 'x', c: 'x' }, { preconditions }))
        expect(code).toBe(holds ? 'no error' : 'PreconditionFailed')
        if (!holds) expect(store.revision).toBe(before)
      }
    })

    test('a failed precondition names its key and what is there', async () => {
      const first = await put({ a: '1' })
      const error = await put({ b: '1' }, { preconditions: [{ key: 'a', revision: 0 }] }).catch((caught) => caught)
      expect(error).toBeInstanceOf(StoreError)
      expect(error.detail).toMatchObject({ key: 'a', actual: first.revision })
      expect(await store.get('b')).toBeUndefined()
    })

    test('the same id a second time is not applied again and is answered like the first', async () => {
      const once = transaction({ a: '1' })
      const first = await store.commit(once)
      await put({ a: '2' })
      expect(await store.commit(once)).toEqual(first)
      expect(text((await store.get('a'))?.value)).toBe('2')
    })

    test('of many writers with the same precondition one wins', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          codeOf(put({ a: `${n}` }, { preconditions: [{ key: 'a', revision: 0 }] })),
        ),
      )
      expect(outcomes.filter((code) => code === 'no error')).toHaveLength(1)
      expect(outcomes.filter((code) => code === 'PreconditionFailed')).toHaveLength(19)
    })

    test('an older term is refused once a newer one was seen', async () => {
      await put({ a: '1' }, { term: 5 })
      expect(await codeOf(put({ a: '2' }, { term: 4 }))).toBe('StaleTerm')
      await put({ a: '3' }, { term: 5 })
      await put({ a: '4' })
      expect(text((await store.get('a'))?.value)).toBe('4')
    })

    test('too large a value is refused', async () => {
      const tooLarge = transaction({})
      tooLarge.changes.push({ key: 'a', value: new Uint8Array(maxValueBytes + 1) })
      expect(await codeOf(store.commit(tooLarge))).toBe('TooLarge')
      expect(await store.get('a')).toBeUndefined()
    })

    test('malformed, refused and nothing is changed', async () => {
      const cases: [string, Partial<Transaction>][] = [
        ['the precondition on a has revision -1, which is none', { preconditions: [{ key: 'a', revision: -1 }] }],
        ['revision 1.5', { preconditions: [{ key: 'a', revision: 1.5 }] }],
        ['revision undefined', { preconditions: [{ key: 'a' } as Precondition] }],
        ['a precondition on undefined, which is no key', { preconditions: [{ revision: 1 } as Precondition] }],
        [
          'the precondition on a asks for value, which is not known here',
          { preconditions: [{ key: 'a', revision: 0, value: '1' } as Precondition] },
        ],
        ['of class lasting', { class: 'lasting' as 'durable' }],
        ['of term NaN', { term: Number.NaN }],
        ['without an id', { id: { origin: 'x', counter: Number.NaN } }],
        ['the value of a is not bytes', { changes: [{ key: 'a', value: 'text' as unknown as Uint8Array }] }],
        ['the time to live of a is NaN', { changes: [{ key: 'a', value: bytes('1'), ttlMs: Number.NaN }] }],
      ]
      const before = store.revision
      for (const [message, fields] of cases) {
        const error = await put({ a: '1' }, fields).catch((caught) => caught)
        expect([error.code, error.message]).toEqual(['Invalid', expect.stringContaining(message)])
      }
      expect(store.revision).toBe(before)
    })

    test('a watch gives past and coming changes below its prefix, once each, in order', async () => {
      const first = await put({ 'p/a': '1', q: '1' })
      const second = await put({ 'p/a': '2', 'p/b': '2' })
      const events = take(store.watch('p/', first.revision), 4)
      const third = await put({ 'p/a': null })
      const fourth = await put({ 'p/a': '4' })
      expect(await events).toMatchObject([
        { key: 'p/a', revision: second.revision, previousRevision: first.revision, created: first.revision },
        { key: 'p/b', revision: second.revision, previous: null, previousRevision: 0, created: second.revision },
        { key: 'p/a', revision: third.revision, value: null, previousRevision: second.revision },
        { key: 'p/a', revision: fourth.revision, previous: null, previousRevision: 0, created: fourth.revision },
      ])
      expect(text((await events)[2]?.previous)).toBe('2')
    })

    test("a transaction's events come in one batch, and batches tell of revisions without events", async () => {
      const watch = store.watch('p/', store.revision)
      let last = Number.POSITIVE_INFINITY
      const batches = (async () => {
        const seen: { keys: string[]; revision: number }[] = []
        for await (const batch of watch) {
          seen.push({ keys: batch.events.map((event) => event.key), revision: batch.revision })
          if (batch.revision >= last) break
        }
        return seen
      })()
      const both = await put({ 'p/a': '1', 'p/b': '1' })
      last = (await put({ q: '1' })).revision
      // The watch may have seen that revision before it was answered: one more wakes it again.
      await put({ q: '2' })
      const seen = await batches
      const withBoth = seen.find((batch) => batch.keys.includes('p/a'))
      expect(withBoth?.keys).toEqual(expect.arrayContaining(['p/a', 'p/b']))
      expect(withBoth!.revision).toBeGreaterThanOrEqual(both.revision)
      expect(seen.at(-1)?.revision).toBeGreaterThanOrEqual(last)
    })

    test('close ends a waiting watch', async () => {
      const watch = store.watch('', store.revision)
      const ended = (async () => {
        for await (const _ of watch) throw new Error('an event came from nowhere')
        return 'ended'
      })()
      await Promise.resolve()
      watch.close()
      expect(await ended).toBe('ended')
    })

    test('deleting what is absent makes no event', async () => {
      const before = store.revision
      await put({ a: null })
      await put({ b: '1' })
      expect((await take(store.watch('', before), 1)).map((event) => event.key)).toEqual(['b'])
    })

    test('history tells who, why and what, newest first', async () => {
      const first = await put({ a: '1' }, { message: 'made' })
      await put({ a: '2' }, { author: { user: 'bob', peer: 'peer-2' }, cause: first.revision })
      await put({ a: null })
      const items = await store.history('a')
      expect(items.map((item) => text(item.value))).toEqual([null, '2', '1'])
      expect(items[1]).toMatchObject({ author: { user: 'bob', peer: 'peer-2' }, cause: first.revision })
      expect(items[2]).toMatchObject({ message: 'made', revision: first.revision, timeMs: first.timeMs })
      expect(await store.history('a', 1)).toHaveLength(1)
    })

    test('after a barrier every earlier commit is readable', async () => {
      const committed = await put({ a: '1' })
      expect(await store.barrier()).toBeGreaterThanOrEqual(committed.revision)
      expect(store.revision).toBeGreaterThanOrEqual(committed.revision)
    })

    test('a closed store refuses with Closed', async () => {
      await store.close()
      expect(await codeOf(put({ a: '1' }))).toBe('Closed')
    })

    test('a key with a ttl goes when its time is over, unless written again without', async () => {
      if (!under.advance) return
      const ttl = transaction({})
      ttl.changes.push({ key: 'a', value: bytes('1'), ttlMs: 1000 }, { key: 'b', value: bytes('1'), ttlMs: 1000 })
      const { revision } = await store.commit(ttl)
      await put({ b: '2' })
      await under.advance(500)
      expect(await store.get('a')).toBeDefined()
      const gone = take(store.watch('a', revision), 1)
      await under.advance(600)
      expect(await gone).toMatchObject([{ key: 'a', value: null, previousRevision: revision }])
      expect(await store.get('a')).toBeUndefined()
      expect(await store.get('b')).toBeDefined()
    })

    test('below the compacted revision reads and watches are refused', async () => {
      if (!under.compact) return
      const first = await put({ a: '1' })
      const second = await put({ a: '2' })
      await put({ a: '3' })
      await under.compact(second.revision)
      expect(store.compacted).toBe(second.revision)
      expect(await codeOf(store.get('a', first.revision))).toBe('Compacted')
      expect(await codeOf(store.list('', { at: first.revision }))).toBe('Compacted')
      expect(await codeOf((async () => take(store.watch('', first.revision), 1))())).toBe('Compacted')
      expect(text((await store.get('a', second.revision))?.value)).toBe('2')
      expect(await take(store.watch('', second.revision), 1)).toHaveLength(1)
    })
  })
}
