import { afterEach, beforeEach, expect, test } from 'bun:test'
import { systemClock } from '../../mesh/clock/clock.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import { ApiError } from '../client/client.ts'
import { Cache } from './cache.ts'
import { ItemFilter } from './filter.ts'
import { ResourceWatch } from './watch.ts'

const prefix = 'registry/core/configmaps/'
let store: MemoryStore
let cache: Cache
let counter = 0

beforeEach(async () => {
  store = new MemoryStore({ clock: systemClock })
  cache = new Cache(store, silentLogger, { maxEvents: 8, maxBytes: 1_000_000 })
  await cache.start()
})
afterEach(async () => {
  await cache.stop()
  await store.close()
})

async function put(name: string, labels: Record<string, string> | null = {}): Promise<number> {
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'ns', labels } }
  const value = labels === null ? null : Buffer.from(JSON.stringify(object))
  const { revision } = await store.commit({
    id: { origin: 'test', counter: ++counter },
    class: 'durable',
    author: { user: 'test', peer: 'p' },
    preconditions: [],
    changes: [{ key: `${prefix}ns/${name}`, value }],
  })
  await cache.waitFor(revision)
  return revision
}

const all = new ItemFilter({})
const reasonOf = (run: () => unknown) => {
  try {
    run()
    return 'no error'
  } catch (error) {
    return error instanceof ApiError ? error.reason : String(error)
  }
}

test('an item is served with its revision, whole or as part of a list', async () => {
  const revision = await put('a')
  const item = cache.of(prefix).get(`${prefix}ns/a`)!
  expect(JSON.parse(item.json().toString())).toEqual(item.object as never)
  expect(item.object.metadata.resourceVersion).toBe(String(revision))
  const { kind: _, apiVersion: __, ...listed } = item.object
  const buffer = Buffer.alloc(item.listedRoom + 2)
  expect(JSON.parse(buffer.toString('utf8', 2, item.writeListed(buffer, 2)))).toEqual(listed)
})

test('a watch that stands where events were dropped is Expired, a quick one loses nothing', async () => {
  const start = store.revision
  const slow = new ResourceWatch(cache.of(prefix), all, { after: start })
  const quick = new ResourceWatch(cache.of(prefix), all, { after: start })
  const seen: string[] = []
  for (let n = 0; n < 20; n++) {
    await put(`n${n}`)
    for (const { item } of quick.take(100)) seen.push(item.name)
  }
  expect(seen).toHaveLength(20)
  expect(reasonOf(() => slow.take(100))).toBe('Expired')
  expect(reasonOf(() => new ResourceWatch(cache.of(prefix), all, { after: start }))).toBe('Expired')
})

test('when everything is loaded again watches expire, and reads go on', async () => {
  await put('a')
  const watch = new ResourceWatch(cache.of(prefix), all, { after: store.revision })
  const waiting = watch.wait()
  cache.of(prefix).reset([], store.revision)
  cache.of(prefix).notify()
  await waiting
  expect(reasonOf(() => watch.take(10))).toBe('Expired')
  const revision = await put('b')
  expect(cache.revision).toBeGreaterThanOrEqual(revision)
})

test('a revision that never comes ends in Timeout with its cause', async () => {
  const error = await cache.waitFor(store.revision + 5).catch((reason) => reason)
  expect(error).toMatchObject({ code: 504, details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } })
})

test('a selector turns changes into comings and goings', async () => {
  const filter = new ItemFilter({ labelSelector: 'a=1' })
  const watch = new ResourceWatch(cache.of(prefix), filter, { after: store.revision })
  await put('x', { a: '0' })
  await put('x', { a: '1' })
  await put('x', { a: '1', b: '2' })
  const left = await put('x', { a: '2' })
  await put('x', null)
  const seen = watch.take(100)
  expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED'])
  expect(seen[2]!.item.object.metadata).toMatchObject({ labels: { a: '1', b: '2' }, resourceVersion: String(left) })
})

test('a watch from before this start gets what happened since, like one that was there all the time', async () => {
  const first = await put('a')
  await put('a', { changed: 'yes' })
  await put('b')
  await put('b', null)
  const later = new Cache(store, silentLogger, { maxEvents: 8, maxBytes: 1_000_000 })
  await later.start()
  const typesIn = (of: Cache) => {
    const { ring } = of.of(prefix)
    const events = []
    for (let at = ring.sequenceAfter(first)!; at < ring.end; at++) events.push(ring.at(at)!)
    return events.map(({ type, revision, item, previous }) => [type, revision, item.key, previous?.revision])
  }
  expect(typesIn(later)).toEqual(typesIn(cache))
  expect(typesIn(later).map(([type]) => type)).toEqual(['MODIFIED', 'ADDED', 'DELETED'])
  await later.stop()
})

test('an index holds the values that objects have now, through changes, deletions and a fresh load', async () => {
  const labelsOf = ({ metadata }: { metadata: { labels?: Record<string, string> } }) =>
    Object.values(metadata.labels ?? {})
  await put('a', { x: 'one' })
  const held = () => ['one', 'two', 'three'].filter((value) => cache.of(prefix).index(labelsOf).has(value))
  expect(held()).toEqual(['one'])
  await put('b', { x: 'one', y: 'two' })
  await put('a', { x: 'three' })
  expect(held()).toEqual(['one', 'two', 'three'])
  await put('b', null)
  expect(held()).toEqual(['three'])
  const [item] = cache.of(prefix).list()
  cache.of(prefix).reset([], store.revision)
  expect(held()).toEqual([])
  cache.of(prefix).reset([item!], store.revision)
  expect(held()).toEqual(['three'])
})
