import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Transaction } from './store.ts'
import { TestNodes } from './test-nodes.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-replacement-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const operations = Number(process.env.OPERATIONS ?? 1_000_000)
const maxPromotionMs = 5000
const inFlight = 500

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

test('each voter is replaced once while writing; the history of a key from before still answers', async () => {
  const nodes = new TestNodes(mkdtempSync(join(root, 'replaced-')))
  for (const id of '123') await nodes.start(id)
  await nodes.voting('123')
  const old = ['1', '2', '3']
  for (const value of old) await nodes.nodes.get('1')!.store.commit(put('old', value))
  let writer = nodes.nodes.get('1')!.store
  let written = 0
  let isDone = false
  const writing = (async () => {
    while (!isDone) {
      await writer.commit(put(`new-${written % 100}`, `${written}`))
      written++
    }
  })()
  for (const [leaves, comes, voters] of [
    ['1', '4', '234'],
    ['2', '5', '345'],
    ['3', '6', '456'],
  ] as const) {
    const { store } = await nodes.start(comes)
    nodes.setMembers([...nodes.nodes.keys()].join(''))
    writer = store
    const before = written
    while (written < before + 20) await Bun.sleep(5)
    nodes.setMembers(voters)
    await nodes.voting(voters)
    await nodes.stop(leaves)
  }
  isDone = true
  await writing
  expect(written).toBeGreaterThan(60)
  for (const id of '456') {
    const { store } = nodes.nodes.get(id)!
    await store.barrier()
    expect((await store.history('old')).map(({ value }) => Buffer.from(value!).toString())).toEqual(old.toReversed())
    expect(Buffer.from((await store.get(`new-${(written - 1) % 100}`))!.value).toString()).toBe(`${written - 1}`)
  }
  await nodes.close()
}, 600_000)

test(`two learners are promoted at operation ${operations}`, async () => {
  const nodes = new TestNodes(mkdtempSync(join(root, 'promoted-')))
  nodes.wantedVoters = 1
  nodes.setMembers('1')
  const { store, log } = await nodes.start('1')
  await nodes.voting('1')
  const writers = Array.from({ length: inFlight }, async (_, number) => {
    while (log.length + inFlight < operations) await store.commit(put(`key-${number}`, `${counter}`, 'transient'))
  })
  await Promise.all(writers)
  while (log.length < operations) await store.commit(put('last', `${counter}`))
  for (const id of '23') await nodes.start(id)
  nodes.setMembers('123')
  const { progress } = log.status
  while (log.status.configuration.learners.length < 2 || progress.some(({ state }) => state === 'snapshot')) {
    await Bun.sleep(5)
  }
  for (const id of '23') {
    const learner = nodes.nodes.get(id)!
    await learner.store.barrier()
    // As learners are: a peer gives them what is committed.
    while (!learner.log.status.isFed) await Bun.sleep(5)
  }
  const beginMs = performance.now()
  nodes.wantedVoters = 3
  nodes.setMembers('123')
  await nodes.voting('123')
  const promotedMs = performance.now() - beginMs
  console.log(`promoted at operation ${log.length} in ${promotedMs.toFixed(0)} ms`)
  expect(promotedMs).toBeLessThan(maxPromotionMs)
  await nodes.nodes.get('3')!.store.commit(put('after', '1'))
  await nodes.close()
}, 1_800_000)
