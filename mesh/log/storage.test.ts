import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Hypercore from 'hypercore'
import { type LogFields, silentLogger } from '../logger/logger.ts'
import { openStorage } from './storage.ts'

const root = mkdtempSync(join(tmpdir(), 'skein-log-storage-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('a torn tail that is cut is logged as a warning, with its bytes and sequence', async () => {
  const warnings: LogFields[] = []
  const logger = { ...silentLogger, warn: (_message: string, fields: LogFields = {}) => void warnings.push(fields) }
  const open = async () => {
    const core = new Hypercore(openStorage(root, logger), {})
    await core.ready()
    return core
  }
  const first = await open()
  for (const block of ['one', 'two', 'the last one']) await first.append(Buffer.from(block))
  await first.close()
  expect(warnings).toEqual([])

  const segment = join(root, 'db/00000001.segment')
  // The last record, which is the hint that hypercore writes after the append.
  const bytes = readFileSync(segment)
  const end = bytes.findLastIndex((byte) => byte !== 0)
  bytes[end]! ^= 0xff
  writeFileSync(segment, bytes)
  const second = await open()
  expect(second.length).toBe(3)
  await second.close()
  const [warning, ...others] = warnings
  expect(others).toEqual([])
  expect(warning).toMatchObject({ file: segment, sequence: expect.any(Number), offset: expect.any(Number) })
  expect(warning!.droppedBytes as number).toBeGreaterThan(0)
})
