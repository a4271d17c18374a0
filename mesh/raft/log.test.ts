import { expect, test } from 'bun:test'
import { bytesOf } from './conversation/group.ts'
import type { Entry } from './entry.ts'
import { LogView } from './log.ts'

function entry(index: number, term: number): Entry {
  return { index, term, kind: 'command', data: bytesOf('0123456789') }
}

test('a cut takes back what a write under way had made durable', () => {
  const log = new LogView({ index: 0, term: 0 }, [])
  log.append([entry(1, 1), entry(2, 1), entry(3, 1)])
  log.saving(1)
  log.truncateFrom(2)
  log.append([entry(2, 2)])
  expect(log.unsaved()).toMatchObject({ truncateFrom: 2, entries: [{ index: 2, term: 2 }] })
  log.saving(2)
  log.saved(1)
  expect(log.stable).toBe(1)
  log.saved(2)
  expect(log.stable).toBe(2)
})

test('entries cut before they were handed out leave no trace', () => {
  const log = new LogView({ index: 0, term: 0 }, [entry(1, 1)])
  log.append([entry(2, 1)])
  log.truncateFrom(2)
  log.append([entry(2, 2)])
  expect(log.unsaved()).toEqual({ truncateFrom: undefined, entries: [entry(2, 2)] })
})

test('a slice keeps to its bytes, but has at least one entry', () => {
  const log = new LogView({ index: 0, term: 0 }, [entry(1, 1), entry(2, 1), entry(3, 1)])
  expect(log.slice(1, 3, 1)).toHaveLength(1)
  expect(log.slice(1, 3, 84)).toHaveLength(2)
  expect(log.slice(1, 3, 1000)).toHaveLength(3)
})

test('gaps, older terms, cuts below the base and early compaction are broken invariants', () => {
  const log = new LogView({ index: 5, term: 2 }, [entry(6, 2)])
  expect(() => log.append([entry(8, 2)])).toThrow('cannot follow')
  expect(() => log.append([entry(7, 1)])).toThrow('cannot follow')
  expect(() => log.truncateFrom(5)).toThrow('base')
  log.append([entry(7, 2)])
  expect(() => log.compact(7)).toThrow('not durable')
})

test('compaction and a snapshot move the base', () => {
  const log = new LogView({ index: 0, term: 0 }, [entry(1, 1), entry(2, 1), entry(3, 2)])
  log.compact(2)
  expect(log.base).toEqual({ index: 2, term: 1 })
  expect(log.sizeBytes).toBe(42)
  expect([log.term(1), log.term(2), log.term(3)]).toEqual([undefined, 1, 2])
  log.restore({ index: 9, term: 4 })
  expect([log.lastIndex, log.stable, log.sizeBytes]).toEqual([9, 0, 0])
  log.saving(1)
  log.saved(1)
  expect(log.stable).toBe(9)
})

test('the hint skips whole terms, down to before the base', () => {
  const log = new LogView({ index: 1, term: 3 }, [entry(2, 3), entry(3, 5), entry(4, 5)])
  expect(log.hint({ index: 9, term: 4 })).toEqual({ index: 2, term: 3 })
  expect(log.hint({ index: 9, term: 2 })).toEqual({ index: 0, term: 0 })
})
