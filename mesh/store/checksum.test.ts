import { expect, test } from 'bun:test'
import { MemoryLinkNetwork } from '../link/memory-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { Checkpoints, judge } from './checksum.ts'
import { ChecksumExchange } from './checksum-exchange.ts'
import { State } from './state.ts'
import type { Transaction } from './store.ts'

let counter = 0
function put(key: string, value: string | null, ttlMs?: number): Transaction {
  return {
    id: { origin: 'test', counter: ++counter },
    class: 'durable',
    author: { user: 'alice', peer: 'peer-1' },
    preconditions: [],
    changes: [{ key, value: value === null ? null : Buffer.from(value), ttlMs }],
  }
}

test('it follows every change, and is that of the entries alone', () => {
  const state = new State()
  const empty = state.checksum
  state.apply(1, 1, put('a', '1'))
  const one = state.checksum
  state.apply(2, 1, put('b', '1', 10))
  state.apply(3, 1, put('a', '2'))
  expect(new Set([empty, one, state.checksum]).size).toBe(3)
  const restored = new State()
  const entries = ['b', 'a'].map((key) => state.get(key)!)
  restored.restore({ entries, recent: [], revision: 3, timeMs: 3, term: 1 })
  expect(restored.checksum).toBe(state.checksum)
  state.apply(20, 1, put('a', null))
  expect(state.checksum).toBe(empty)
})

test('each kind of difference shows', () => {
  const sums = new Set<number>()
  for (const [key, value, ttlMs] of [
    ['a', '1', undefined],
    ['b', '1', undefined],
    ['a', '2', undefined],
    ['a', '1\0', undefined],
    ['a', '1', 5],
  ] as const) {
    const state = new State()
    state.apply(1, 1, put(key, value, ttlMs))
    sums.add(state.checksum)
  }
  expect(sums.size).toBe(5)
})

test('checkpoints are where a minute begins, after a restart from the next one on', () => {
  const checkpoints = new Checkpoints()
  const at = (position: number, timeMs: number) => checkpoints.before(position, timeMs, position * 10)
  expect(at(0, 0)).toBeUndefined()
  expect(at(1, 59_999)).toBeUndefined()
  expect(at(2, 60_000)).toEqual({ position: 2, checksum: 20 })
  expect(at(3, 61_000)).toBeUndefined()
  expect(at(4, 600_000)).toEqual({ position: 4, checksum: 40 })
  const restarted = new Checkpoints()
  expect(restarted.before(3, 61_000, 1)).toBeUndefined()
  expect(restarted.before(4, 600_000, 40)).toEqual({ position: 4, checksum: 40 })
})

test('most are right; of two the leader', () => {
  const cases: [number, Record<string, number>, string | null, string][] = [
    [1, { b: 1, c: 1 }, 'b', 'agrees'],
    [1, { b: 2, c: 2 }, 'a', 'differs'],
    [1, { b: 1, c: 2 }, 'c', 'agrees'],
    [1, { b: 2 }, 'b', 'differs'],
    [1, { b: 2 }, 'a', 'agrees'],
    [1, { b: 2 }, null, 'agrees'],
    [1, { b: 2, c: 3 }, 'c', 'differs'],
    [1, {}, 'b', 'agrees'],
  ]
  for (const [own, others, leader, expected] of cases) {
    const verdict = judge({ id: 'a', checksum: own }, new Map(Object.entries(others)), leader)
    expect(`${own} ${JSON.stringify(others)} ${leader}: ${verdict}`).toEndWith(expected)
  }
})

test('a node whose apply went another way is stopped, the others go on', async () => {
  const network = new MemoryLinkNetwork()
  const ids = ['1', '2', '3']
  const stopped = Promise.withResolvers<string>()
  const wrong: string[] = []
  const nodes = ids.map((id) => {
    const links = network.join(id)
    const exchange = new ChecksumExchange({
      links,
      generation: 1,
      leader: () => '1',
      logger: silentLogger,
      differs(reason) {
        wrong.push(id)
        stopped.resolve(reason)
      },
    })
    links.setPeers(new Map(ids.map((peer) => [peer, { udp: [], webSocket: [] }])))
    return { id, exchange, state: new State(), checkpoints: new Checkpoints() }
  })
  await Bun.sleep(20)
  for (let at = 0; at < 30; at++) {
    for (const { id, exchange, state, checkpoints } of nodes) {
      const checkpoint = checkpoints.before(at, at * 10_000, state.checksum)
      if (checkpoint !== undefined) exchange.reached(checkpoint)
      // Planted: node 3 takes something from its own surroundings.
      const value = id === '3' && at === 9 ? `${Math.random()}` : `${at}`
      counter = at
      state.apply(at * 10_000, 1, put(`k${at}`, value))
    }
  }
  expect(await stopped.promise).toContain('this node stops')
  expect(new Set(wrong)).toEqual(new Set(['3']))
})
