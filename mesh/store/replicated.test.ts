import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLoneVoter, testVoter } from '../log/lone-voter.ts'
import { silentLogger } from '../logger/logger.ts'
import { storeContract } from './contract.ts'
import { ReplicatedStore } from './replicated.ts'
import type { Transaction } from './store.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-store-test-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function virtualClock() {
  let nowMs = 1_000_000
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    advance(ms: number) {
      nowMs += ms
    },
  }
}

async function open(directory: string, clock = virtualClock()) {
  const logger = silentLogger
  const log = await openLoneVoter({ directory: join(directory, 'log'), ...testVoter, clock, logger })
  const store = await ReplicatedStore.open({ log, viewFile: join(directory, 'view.sqlite'), clock, logger })
  return { log, store, clock }
}

let counter = 0
function put(key: string, value: string | null, extra: Partial<Transaction> = {}): Transaction {
  return {
    id: { origin: 'test', counter: ++counter },
    class: 'durable',
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: [{ key, value: value === null ? null : Buffer.from(value) }],
    ...extra,
  }
}

const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString()

storeContract('ReplicatedStore over one voter', async () => {
  const { log, store, clock } = await open(mkdtempSync(join(root, 'contract-')))
  return {
    store,
    async advance(ms) {
      clock.advance(ms)
      await store.expire()
    },
    dispose: () => log.close(),
  }
})

// Bun 1.4.5: `await expect(promise).rejects` runs a loop of its own in which no message of a Worker arrives: it hangs.
test('after a restart everything is there: values, revisions, history, the ids seen', async () => {
  const directory = mkdtempSync(join(root, 'restart-'))
  const first = await open(directory)
  const once = put('a', '1')
  const committed = await first.store.commit(once)
  await first.store.commit(put('a', '2'))
  await first.store.commit(put('b', '1'))
  await first.store.commit(put('b', null))
  const refused = put('a', 'x', { preconditions: [{ key: 'a', revision: 0 }] })
  expect(await first.store.commit(refused).catch((error) => error)).toMatchObject({ code: 'PreconditionFailed' })
  const { revision } = first.store
  await first.store.close()
  await first.log.close()

  const second = await open(directory)
  expect(second.store.revision).toBe(revision)
  expect(text((await second.store.get('a'))?.value)).toBe('2')
  expect(await second.store.get('b')).toBeUndefined()
  expect(text((await second.store.get('a', committed.revision))?.value)).toBe('1')
  expect((await second.store.history('b')).length).toBe(2)
  expect(await second.store.commit(once)).toEqual(committed)
  expect(await second.store.commit(refused).catch((error) => error)).toMatchObject({ code: 'PreconditionFailed' })
  expect(second.log.term).toBe(first.log.term + 1)
  await second.store.close()
  await second.log.close()
})

test('a lost or damaged view is rebuilt from the log', async () => {
  const directory = mkdtempSync(join(root, 'view-'))
  const first = await open(directory)
  for (let index = 0; index < 600; index += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, at) => first.store.commit(put(`k${at}`, `${index + at}`))))
  }
  await first.store.close()
  await first.log.close()
  await Bun.write(
    join(directory, 'view.sqlite'),
    'this is no database, but long enough to be looked at as one'.repeat(99),
  )

  const second = await open(directory)
  expect(second.store.revision).toBe(600)
  expect(text((await second.store.get('k49'))?.value)).toBe('599')
  expect((await second.store.history('k0')).length).toBe(12)
  await second.store.close()
  await second.log.close()
}, 30_000)

test('kill -9 while writing: everything acknowledged is there', async () => {
  const directory = mkdtempSync(join(root, 'kill-'))
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'crash-writer.ts'), directory], { stdout: 'pipe' })
  let acknowledged = 0
  let rest = ''
  for await (const chunk of child.stdout) {
    const lines = (rest + Buffer.from(chunk).toString()).split('\n')
    rest = lines.pop()!
    for (const line of lines) acknowledged = Number(line)
    if (acknowledged > 300) child.kill('SIGKILL')
  }
  await child.exited
  expect(acknowledged).toBeGreaterThan(300)
  const { store, log } = await open(directory)
  const { entries } = await store.list('k/')
  const present = new Set(entries.map((entry) => entry.key))
  for (let index = 1; index <= acknowledged; index++) expect(present.has(`k/${index}`)).toBe(true)
  await store.close()
  await log.close()
}, 30_000)
