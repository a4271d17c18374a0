import { expect, test } from 'bun:test'
import { storeContract } from './contract.ts'
import { MemoryStore } from './memory.ts'

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

storeContract('MemoryStore', async () => {
  const clock = virtualClock()
  const store = new MemoryStore({ clock })
  return {
    store,
    async advance(ms) {
      clock.advance(ms)
      store.expire()
    },
    async compact(revision) {
      store.compact(revision)
    },
  }
})

test('a full history compacts itself and stays bounded', async () => {
  const store = new MemoryStore({ clock: virtualClock(), maxEvents: 100 })
  for (let counter = 0; counter < 1000; counter++) {
    await store.commit({
      id: { origin: 'test', counter },
      class: 'durable',
      author: { user: 'alice', peer: 'p' },
      preconditions: [],
      changes: [{ key: 'a', value: new Uint8Array([counter & 255]) }],
    })
  }
  expect(store.compacted).toBeGreaterThan(800)
  expect((await store.history('a', 1000)).length).toBeLessThanOrEqual(101)
})
