import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import CoreStorage from 'hypercore-storage'
import { Random } from '../raft/simulator/random.ts'
import { RaftLog } from './raft-log.ts'
import { baseAt, emptyModel, entriesOf, entriesPerCore, entryOf, type Model, randomStep } from './raft-log-model.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-raft-log-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const secret = new Uint8Array(32).fill(3)

function directory(): string {
  return mkdtempSync(join(root, 'log-'))
}

async function open(path: string, options: Partial<Parameters<typeof RaftLog.open>[0]> = {}) {
  const storage = new CoreStorage(path)
  const log = await RaftLog.open({ storage, secret, cluster: 'k', base: baseAt(0, 0), ...options })
  return {
    log,
    async close() {
      await log.close()
      await storage.close()
    },
  }
}

async function reopened<T>(path: string, look: (log: RaftLog) => Promise<T> | T): Promise<T> {
  const { log, close } = await open(path)
  try {
    return await look(log)
  } finally {
    await close()
  }
}

test('term, vote and entries are there after a new start', async () => {
  const path = directory()
  const { log, close } = await open(path)
  await log.write({ hardState: { term: 2, votedFor: 'a' }, entries: [entryOf(1, 1), entryOf(2, 2)] })
  await log.write({ entries: [entryOf(3, 2)] })
  await log.write({ hardState: { term: 3, votedFor: null }, entries: [] })
  await close()
  await reopened(path, async (log) => {
    expect(log.hardState).toEqual({ term: 3, votedFor: null })
    expect(await entriesOf(log)).toEqual([entryOf(1, 1), entryOf(2, 2), entryOf(3, 2)])
    expect(log.lastIndex).toBe(3)
  })
})

test('a cut and what takes its place are one write', async () => {
  const path = directory()
  const { log, close } = await open(path)
  await log.write({ entries: [entryOf(1, 1), entryOf(2, 1), entryOf(3, 1)] })
  await log.write({ hardState: { term: 2, votedFor: null }, truncateFrom: 2, entries: [entryOf(2, 2)] })
  await log.write({ entries: [entryOf(3, 2)] })
  await close()
  expect(await reopened(path, entriesOf)).toEqual([entryOf(1, 1), entryOf(2, 2), entryOf(3, 2)])
})

test('compacted entries are gone, the others keep their place', async () => {
  const path = directory()
  const { log, close } = await open(path)
  await log.write({ entries: Array.from({ length: 50 }, (_, at) => entryOf(at + 1, 1)) })
  await log.compact(baseAt(20, 1))
  await log.compact(baseAt(48, 1))
  await log.write({ truncateFrom: 50, entries: [entryOf(50, 2), entryOf(51, 2)] })
  await close()
  await reopened(path, async (log) => {
    expect(log.base).toEqual(baseAt(48, 1))
    expect(await entriesOf(log)).toEqual([entryOf(49, 1), entryOf(50, 2), entryOf(51, 2)])
  })
})

test('after enough of them a new core begins with what is left', async () => {
  const path = directory()
  const { log, close } = await open(path, { entriesPerCore: 10 })
  await log.write({ hardState: { term: 4, votedFor: 'a' }, entries: [] })
  for (let index = 1; index <= 45; index++) {
    await log.write({ entries: [entryOf(index, 4)] })
    if (index % 5 === 0) await log.compact(baseAt(index - 2, 4))
  }
  expect(await entriesOf(log)).toEqual([entryOf(44, 4), entryOf(45, 4)])
  await close()
  await reopened(path, async (log) => {
    expect(log.hardState).toEqual({ term: 4, votedFor: 'a' })
    expect(await entriesOf(log)).toEqual([entryOf(44, 4), entryOf(45, 4)])
  })
})

test('a new core takes only what must stay along; until then what may go stays', async () => {
  const path = directory()
  const { log, close } = await open(path, { entriesPerCore: 10 })
  await log.write({ entries: Array.from({ length: 40 }, (_, at) => entryOf(at + 1, 4)) })
  await log.compact(baseAt(8, 4), baseAt(38, 4))
  expect(log.base).toEqual(baseAt(8, 4))
  await log.compact(baseAt(20, 4), baseAt(38, 4))
  expect(log.base).toEqual(baseAt(38, 4))
  await log.compact(baseAt(30, 4), baseAt(39, 4))
  expect(log.base).toEqual(baseAt(38, 4))
  await close()
  await reopened(path, async (log) => {
    expect(await entriesOf(log)).toEqual([entryOf(39, 4), entryOf(40, 4)])
  })
})

test('a snapshot takes the place of the whole log', async () => {
  const path = directory()
  const { log, close } = await open(path)
  await log.write({ entries: [entryOf(1, 1), entryOf(2, 1)] })
  await log.write({ hardState: { term: 5, votedFor: null }, snapshot: baseAt(100, 4), entries: [entryOf(101, 5)] })
  await log.write({ entries: [entryOf(102, 5)] })
  await close()
  await reopened(path, async (log) => {
    expect(log.base).toEqual(baseAt(100, 4))
    expect(log.hardState.term).toBe(5)
    expect(await entriesOf(log)).toEqual([entryOf(101, 5), entryOf(102, 5)])
  })
})

test('a log can begin anywhere', async () => {
  const path = directory()
  const { log, close } = await open(path, { base: baseAt(1_000_000, 7) })
  await log.write({ entries: [entryOf(1_000_001, 8)] })
  await close()
  expect(await reopened(path, entriesOf)).toEqual([entryOf(1_000_001, 8)])
})

test('a log of another cluster is refused, with both names', async () => {
  const path = directory()
  await (await open(path)).close()
  const storage = new CoreStorage(path)
  const opening = RaftLog.open({ storage, secret, cluster: 'other', base: baseAt(0, 0) })
  expect(await messageOf(opening)).toContain('of cluster k, this node is of other')
  await storage.close()
})

test('a gap is refused, and after a failed write all later ones are', async () => {
  const { log, close } = await open(directory())
  await log.write({ entries: [entryOf(1, 1)] })
  expect(await messageOf(log.write({ entries: [entryOf(3, 1)] }))).toContain('cannot follow entry 1')
  expect(await messageOf(log.write({ entries: [entryOf(2, 1)] }))).toContain('cannot follow entry 1')
  await close()
})

test('random writes, compactions and new starts, against a plain model', async () => {
  const random = new Random(Number(process.env.SEED ?? 5))
  const path = directory()
  let { log, close } = await open(path, { entriesPerCore })
  let model = emptyModel
  for (let step = 0; step < 300; step++) {
    if (random.chance(0.05)) {
      await close()
      ;({ log, close } = await open(path, { entriesPerCore }))
    }
    const { act, after } = randomStep(random, model)
    await act(log)
    model = after
    expect(await contentOf(log)).toEqual(contentIn(model))
  }
  await close()
}, 60_000)

test('kill -9 while writing: what was acknowledged is there, and each write is there whole or not at all', async () => {
  for (let round = 1; round <= 6; round++) {
    const path = directory()
    const child = Bun.spawn([process.execPath, join(import.meta.dir, 'raft-log-writer.ts'), path, `${round}`], {
      stdout: 'pipe',
    })
    let acknowledged = 0
    let rest = ''
    for await (const chunk of child.stdout) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n')
      rest = lines.pop()!
      for (const line of lines) acknowledged = Number(line)
      if (acknowledged > 20 * round) child.kill('SIGKILL')
    }
    await child.exited
    const random = new Random(round)
    let model = emptyModel
    for (let step = 0; step < acknowledged; step++) model = randomStep(random, model).after
    const found = await reopened(path, contentOf)
    // The write under way may have reached the disk.
    const isNext = !Bun.deepEquals(found, contentIn(model))
    expect(found).toEqual(contentIn(isNext ? randomStep(random, model).after : model))
  }
}, 120_000)

// Bun 1.4.5: `await expect(promise).rejects` hangs where a Worker's message has to arrive meanwhile.
async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: Error) => reason,
  )
  return error?.message ?? 'no error'
}

async function contentOf(log: RaftLog): Promise<Omit<Model, 'start'>> {
  return { hardState: log.hardState, base: log.base, entries: await entriesOf(log) }
}

function contentIn({ hardState, base, entries }: Model): Omit<Model, 'start'> {
  return { hardState, base, entries }
}
