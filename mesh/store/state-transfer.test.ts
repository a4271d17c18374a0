import { Database } from 'bun:sqlite'
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../logger/logger.ts'
import { encodeImage } from './image-file.ts'
import { importImage } from './import-image.ts'
import type { ReplicatedStore } from './replicated.ts'
import type { Transaction } from './store.ts'
import { TestNodes } from './test-nodes.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-state-transfer-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let counter = 0
function put(key: string, value: string, kind: Transaction['class'] = 'durable'): Transaction {
  return {
    id: { origin: 'test', counter: ++counter },
    class: kind,
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: [{ key, value: Buffer.from(value) }],
  }
}

const text = (value: Uint8Array | null | undefined) => value && Buffer.from(value).toString()
const history = async (store: ReplicatedStore, key: string) =>
  (await store.history(key)).map(({ value }) => text(value))
const all = async (store: ReplicatedStore) =>
  (await store.list('')).entries.map(({ key, value, revision, created }) => [key, text(value), revision, created])

test('a newcomer takes the state from a peer that has cleared old operations, and knows the history that is left', async () => {
  const nodes = new TestNodes(mkdtempSync(join(root, 'newcomer-')))
  const { store: first, log } = await nodes.start('1')
  await first.commit(put('a', '1'))
  await first.commit(put('a', '2'))
  for (let at = 0; at < 50; at++) await first.commit(put('lease', `${at}`, 'transient'))
  await first.commit(put('b', '1'))
  await first.retain()
  expect(log.floor).toBeGreaterThan(40)

  const { store: second } = await nodes.start('2')
  await second.barrier()
  expect(await all(second)).toEqual(await all(first))
  expect(await history(second, 'a')).toEqual(['2', '1'])
  await second.commit(put('a', '3'))
  expect(await history(second, 'a')).toEqual(['3', '2', '1'])
  await nodes.close()
}, 20_000)

test('a newcomer to a cluster that was restored gets what the snapshot held', async () => {
  const old = new TestNodes(mkdtempSync(join(root, 'restored-')))
  const { store } = await old.start('1')
  await store.commit(put('a', 'before'))
  const bytes = Buffer.concat(await Array.fromAsync(encodeImage(store.image(false))))
  await old.close()
  const anew = new TestNodes(mkdtempSync(join(root, 'restored-')), 2)
  const chunks = (async function* () {
    yield bytes
  })()
  await importImage(chunks, { viewFile: anew.viewFile('1'), logger: silentLogger, as: 'anew' })
  const { store: first } = await anew.start('1')
  const { store: second } = await anew.start('2')
  await second.barrier()
  expect(text((await second.get('a'))?.value)).toBe('before')
  expect(await all(second)).toEqual(await all(first))
  expect(second.compacted).toBe(first.compacted)
  await anew.close()
}, 20_000)

test('a voter that was away while operations were cleared goes on from the state of another', async () => {
  const nodes = new TestNodes(mkdtempSync(join(root, 'laggard-')))
  const { store: first } = await nodes.start('1')
  await first.commit(put('a', '1'))
  await nodes.start('2')
  const { store: third } = await nodes.start('3')
  await nodes.voting('123')
  const ending = (async () => {
    for await (const _ of third.watch('', third.revision));
  })().catch((error) => error.code)
  nodes.links.cut('3')
  for (let at = 0; at < 200; at++) await first.commit(put('lease', `${at} ${'x'.repeat(500)}`, 'transient'))
  await first.commit(put('a', '2'))
  for (const { store } of nodes.nodes.values()) await store.retain()
  nodes.links.heal('3')
  await third.barrier()
  expect(await all(third)).toEqual(await all(first))
  expect(await ending).toBe('Compacted')
  // The state is there first, then what history shows.
  while ((await history(third, 'a')).length < 2) await Bun.sleep(5)
  expect(await history(third, 'a')).toEqual(['2', '1'])
  const { revision } = await third.commit(put('a', '3'))
  await first.barrier()
  expect(await first.get('a')).toMatchObject({ revision })
  await nodes.stop('3')
  const { store: again } = await nodes.start('3')
  expect(await all(again)).toEqual(await all(first))
  await nodes.close()
}, 120_000)

for (const [what, spoil] of [
  [
    'damaged',
    (file: string) => Bun.write(file, 'this is no database, but long enough to be looked at as one'.repeat(99)),
  ],
  ['lost', (file: string) => Bun.file(file).delete()],
  ['of another version', async (file: string) => void new Database(file).run('PRAGMA user_version=1')],
] as [string, (file: string) => Promise<unknown>][]) {
  test(`a state that is ${what}, and cannot be made anew since operations were cleared, is taken from a peer`, async () => {
    const nodes = new TestNodes(mkdtempSync(join(root, 'damaged-')))
    const { store: first } = await nodes.start('1')
    for (const id of ['2', '3']) await nodes.start(id)
    await nodes.voting('123')
    await first.commit(put('a', '1'))
    for (let at = 0; at < 50; at++) await first.commit(put('lease', `${at}`, 'transient'))
    await first.commit(put('a', '2'))
    const { store: second, log } = nodes.nodes.get('2')!
    await second.barrier()
    await second.retain()
    expect(log.floor).toBeGreaterThan(40)
    await nodes.stop('2')
    await spoil(nodes.viewFile('2'))
    await first.commit(put('a', '3'))

    const { store: again } = await nodes.start('2')
    await again.barrier()
    expect(await all(again)).toEqual(await all(first))
    expect(await history(again, 'a')).toEqual(['3', '2', '1'])
    const { revision } = await again.commit(put('a', '4'))
    await first.barrier()
    expect(await first.get('a')).toMatchObject({ revision })
    await nodes.close()
  }, 120_000)
}
