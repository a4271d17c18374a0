import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../logger/logger.ts'
import type { Entry } from '../raft/entry.ts'
import { encodeCommand } from './command-codec.ts'
import { Operations } from './operations.ts'
import { openOperationsCoreIn } from './operations-core.ts'
import { openStorage } from './storage.ts'
import { leaveHalfFed } from './test-logs.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-operations-test-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function open(directory: string) {
  const storage = openStorage(directory, silentLogger)
  const core = await openOperationsCoreIn(storage, new Uint8Array(32).fill(7), 1)
  core.core.autoClose = false
  const operations = await Operations.open(core)
  return {
    operations,
    async close() {
      await operations.close()
      await storage.close()
    },
  }
}

function entries(first: number, count: number): Entry[] {
  return Array.from({ length: count }, (_, at) => {
    const payload = Buffer.from(`${first + at}`)
    return { index: first + at, term: 1, kind: 'command', data: encodeCommand({ featureLevel: 1, timeMs: 5, payload }) }
  })
}

const textAt = async (operations: Operations, index: number) => {
  const block = await operations.get(index)
  return block && Buffer.from(block.payload).toString()
}

test('what is appended is readable before it is durable, and in the same place afterwards', async () => {
  const { operations, close } = await open(mkdtempSync(join(root, 'pending-')))
  await operations.append(entries(1, 10))
  expect([operations.length, operations.durableLength]).toEqual([10, 0])
  expect(await textAt(operations, 9)).toBe('10')
  await operations.append(entries(11, 5))
  await operations.flush()
  expect([operations.length, operations.durableLength]).toEqual([15, 15])
  expect(await textAt(operations, 9)).toBe('10')
  expect(await textAt(operations, 14)).toBe('15')
  await close()
})

test('cleared blocks stay cleared, are no interrupted fetch, and the newest is never among them', async () => {
  const directory = mkdtempSync(join(root, 'clear-'))
  const first = await open(directory)
  await first.operations.append(entries(1, 100))
  await first.operations.flush()
  await first.operations.clear([
    [0, 10],
    [20, 30],
    [90, 200],
  ])
  await first.close()

  const { operations, close } = await open(directory)
  expect([operations.length, operations.floor, operations.isWhole]).toEqual([100, 99, true])
  expect(await textAt(operations, 5)).toBeUndefined()
  expect(await textAt(operations, 15)).toBe('16')
  expect(await textAt(operations, 29)).toBeUndefined()
  expect(await textAt(operations, 99)).toBe('100')
  await operations.append(entries(101, 1))
  expect(await textAt(operations, 100)).toBe('101')
  await close()
})

test('what a feed left half done is not taken for whole: the node goes on as far as it has all, and fetches the rest before it appends', async () => {
  const peer = await open(mkdtempSync(join(root, 'peer-')))
  await peer.operations.append(entries(1, 3000))
  await peer.operations.flush()
  const directory = mkdtempSync(join(root, 'tail-'))
  const first = await open(directory)
  await first.operations.append(entries(1, 40))
  await first.close()
  await leaveHalfFed(directory, peer.operations.replicate(true))

  const { operations, close } = await open(directory)
  const { length } = operations
  expect(length).toBeGreaterThanOrEqual(40)
  expect(length).toBeLessThan(3000)
  expect([operations.announcedLength, operations.isWritable, operations.isWhole]).toEqual([3000, false, false])
  expect(await textAt(operations, length - 1)).toBe(`${length}`)
  await operations.fetch(peer.operations.replicate(true))
  expect([operations.length, operations.isWritable, operations.isWhole]).toEqual([3000, true, true])
  await operations.append(entries(3001, 1))
  await close()
  await peer.close()
})
