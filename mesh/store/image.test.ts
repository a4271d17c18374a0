import { afterAll, expect, test } from 'bun:test'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock/clock.ts'
import { openLoneVoter, testVoter } from '../log/lone-voter.ts'
import { silentLogger } from '../logger/logger.ts'
import { encodeImage } from './image-file.ts'
import { importImage, revisionGap } from './import-image.ts'
import { ReplicatedStore } from './replicated.ts'
import type { Transaction } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-image-test-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const shared = { clock: systemClock, logger: silentLogger }

async function open(directory: string, generation = 1) {
  const log = await openLoneVoter({ ...testVoter, ...shared, directory: join(directory, 'log'), generation })
  const store = await ReplicatedStore.open({ log, viewFile: join(directory, 'view.sqlite'), ...shared })
  return {
    store,
    async close() {
      await store.close()
      await log.close()
    },
  }
}

let counter = 0
function put(key: string, value: string | null): Transaction {
  return {
    id: { origin: 'test', counter: ++counter },
    class: 'durable',
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: [{ key, value: value === null ? null : Buffer.from(value) }],
  }
}

const text = (value: Uint8Array | null | undefined) => value && Buffer.from(value).toString()
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing thrown',
    (error) => error,
  )

async function* chunksOf(bytes: Uint8Array, sizeBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes)
}

async function imageOf(store: ReplicatedStore, history: boolean): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(encodeImage(store.image(history, { cluster: 'test' }))))
}

async function filled(directory: string) {
  const opened = await open(directory)
  for (let first = 0; first < 300; first += 20) {
    const batch = Array.from({ length: 20 }, (_, at) => put(`k${(first + at) % 40}`, `${first + at}`))
    await Promise.all(batch.map((transaction) => opened.store.commit(transaction)))
  }
  await opened.store.commit(put('k7', null))
  return opened
}

test('a cluster begins anew from an image: the same values, later revisions, nothing from before', async () => {
  const { store, close } = await filled(mkdtempSync(join(root, 'old-')))
  const bytes = await imageOf(store, false)
  const { revision } = store
  const before = await store.get('k3')
  await close()

  const directory = mkdtempSync(join(root, 'new-'))
  const viewFile = join(directory, 'view.sqlite')
  const header = await importImage(chunksOf(bytes), { viewFile, logger: silentLogger, as: 'anew' })
  expect(header).toMatchObject({ history: false, about: { cluster: 'test' }, position: { revision } })
  const anew = await open(directory, 2)
  expect(anew.store.revision).toBe(revision + revisionGap)
  expect(await anew.store.get('k3')).toMatchObject({ revision: before!.revision, created: before!.created })
  expect((await anew.store.list('')).entries).toHaveLength(39)
  expect(await failureOf(anew.store.get('k3', revision))).toMatchObject({ code: 'Compacted' })
  const watch = anew.store.watch('', revision)[Symbol.asyncIterator]()
  expect(await failureOf(watch.next())).toMatchObject({ code: 'Compacted' })
  const written = await anew.store.commit(put('k3', 'new'))
  expect(written.revision).toBe(revision + revisionGap + 1)
  expect((await anew.store.history('k3')).map(({ value }) => text(value))).toEqual(['new'])
  await anew.close()

  const again = await open(directory, 2)
  expect(text((await again.store.get('k3'))?.value)).toBe('new')
  await again.close()
}, 30_000)

test('with history a node goes on with the same operations', async () => {
  const from = mkdtempSync(join(root, 'from-'))
  const { store, close } = await filled(from)
  const bytes = await imageOf(store, true)
  await store.commit(put('k3', 'after the image'))
  const { revision } = store
  await close()

  const to = mkdtempSync(join(root, 'to-'))
  cpSync(join(from, 'log'), join(to, 'log'), { recursive: true })
  await importImage(chunksOf(bytes), { viewFile: join(to, 'view.sqlite'), logger: silentLogger, as: 'here' })
  const here = await open(to)
  expect(here.store.revision).toBe(revision)
  expect((await here.store.history('k3')).map(({ value }) => text(value)).slice(0, 2)).toEqual([
    'after the image',
    '283',
  ])
  expect(await here.store.history('k3')).toHaveLength(9)
  await here.close()
}, 30_000)

test('an image shows one moment, whatever is written while it is read', async () => {
  const { store, close } = await filled(mkdtempSync(join(root, 'moment-')))
  const reading = store.image(false)
  const sections = [(await reading.next()).value!]
  await store.commit(put('k3', 'later'))
  await store.commit(put('new', 'later'))
  for await (const section of reading) sections.push(section)
  const bytes = Buffer.concat(sections.map(({ payload }) => payload))
  expect(bytes.includes('later')).toBe(false)
  await close()
}, 30_000)

test('what is no image, cut short, changed or newer is refused with a reason, and leaves nothing', async () => {
  const { store, close } = await filled(mkdtempSync(join(root, 'bad-')))
  const good = await imageOf(store, false)
  await close()
  const changed = Buffer.from(good)
  changed[good.byteLength - 500]! ^= 1
  const newer = Buffer.from(good)
  newer[7] = 9
  const viewFile = join(mkdtempSync(join(root, 'refused-')), 'view.sqlite')
  const cases: [string, Buffer, string][] = [
    ['text', Buffer.from('this is some text'), 'no snapshot of skein'],
    ['empty', Buffer.alloc(0), 'no snapshot of skein'],
    ['short', good.subarray(0, -1), 'cut short'],
    ['shorter', good.subarray(0, 700), 'cut short'],
    ['changed', changed, 'changed or is damaged'],
    ['newer', newer, 'format 9'],
  ]
  for (const [name, bytes, reason] of cases) {
    const error = await failureOf(importImage(chunksOf(bytes), { viewFile, logger: silentLogger, as: 'anew' }))
    expect(`${name}: ${(error as Error).message}`).toContain(reason)
    expect(existsSync(viewFile) || existsSync(`${viewFile}.new`)).toBe(false)
  }
}, 30_000)
