import { expect, test } from 'bun:test'
import { HeldProposals, holdMs } from './held-proposals.ts'
import type { Fate } from './raft-driver.ts'

const durable = 0
const patient = 1

/** A time of its own, and what was proposed at which moment of it. */
function world() {
  const proposed: [atMs: number, payload: number][] = []
  const timers = new Set<{ dueMs: number; act: () => void }>()
  let nowMs = 0
  const held = new HeldProposals({
    mayWait: ([first]) => first === patient,
    propose: async (payload): Promise<Fate> => {
      proposed.push([nowMs, payload[1]!])
      return { index: proposed.length, term: 1 }
    },
    after(delayMs, act) {
      const timer = { dueMs: nowMs + delayMs, act }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  })
  const until = (toMs: number) => {
    for (const timer of [...timers].filter(({ dueMs }) => dueMs <= toMs)) {
      timers.delete(timer)
      nowMs = timer.dueMs
      timer.act()
    }
    nowMs = toMs
  }
  return { held, proposed, timers, until }
}

test('what may wait is proposed together, a second after the first', async () => {
  const { held, proposed, until } = world()
  const fates = [held.propose(new Uint8Array([patient, 1]))]
  until(400)
  fates.push(held.propose(new Uint8Array([patient, 2])))
  until(holdMs - 1)
  expect(proposed).toEqual([])
  until(5000)
  expect(proposed).toEqual([
    [holdMs, 1],
    [holdMs, 2],
  ])
  expect(await Promise.all(fates)).toEqual([
    { index: 1, term: 1 },
    { index: 2, term: 1 },
  ])
})

test('what may not wait takes the others along, in the order they came', () => {
  const { held, proposed, timers, until } = world()
  void held.propose(new Uint8Array([patient, 1]))
  until(300)
  void held.propose(new Uint8Array([durable, 2]))
  expect(proposed).toEqual([
    [300, 1],
    [300, 2],
  ])
  expect(timers.size).toBe(0)
  void held.propose(new Uint8Array([patient, 3]))
  until(300 + holdMs)
  expect(proposed.at(-1)).toEqual([300 + holdMs, 3])
})

test('no more than a megabyte waits', () => {
  const { held, proposed, timers } = world()
  const large = new Uint8Array(600_000)
  large[0] = patient
  void held.propose(large)
  expect(proposed).toHaveLength(0)
  void held.propose(large)
  expect(proposed).toHaveLength(2)
  expect(timers.size).toBe(0)
})
