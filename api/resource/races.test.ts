import { afterEach, beforeEach, expect, test } from 'bun:test'
import { systemClock } from '../../mesh/clock/clock.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import type { Store, Transaction } from '../../mesh/store/store.ts'
import { isReason } from '../client/client.ts'
import { type LocalApi, startLocalApi } from '../client/local-api.ts'
import { configmaps, leases, namespaces, services } from '../schema/generated/resources.ts'

/** Three nodes' APIs over one store: what one writes the others see a little later. */
let store: MemoryStore
let nodes: LocalApi[]

beforeEach(async () => {
  store = new MemoryStore({ clock: systemClock })
  const start = (peer: string) => startLocalApi({ store, clock: systemClock, log: silentLogger, peer })
  nodes = await Promise.all(['a', 'b', 'c'].map(start))
  await nodes[0]!
    .client('test')
    .resource(namespaces)
    .create({ metadata: { name: 'default' } })
  await Promise.all(nodes.map((node) => node.registry.refresh()))
})
afterEach(async () => {
  for (const node of nodes) await node.stop()
  await store.close()
})

test('1,000 Services created through three nodes at once: no address and no port twice', async () => {
  const made = await Promise.all(
    Array.from({ length: 1000 }, async (_, n) => {
      const all = nodes[n % 3]!.client('test').resource(services, 'default')
      const service = { metadata: { name: `s${n}` }, spec: { type: 'NodePort', ports: [{ port: 80 }] } }
      // Many at once: who loses five times, or comes while this machine is behind, tries again as a client would.
      for (;;) {
        try {
          return await all.create(service)
        } catch (error) {
          if (!isReason(error, 'Conflict') && !isReason(error, 'Timeout')) throw error
        }
      }
    }),
  )
  expect(new Set(made.map((service) => service.spec!.clusterIP)).size).toBe(1000)
  expect(new Set(made.map((service) => service.spec!.ports![0]!.nodePort)).size).toBe(1000)
})

/** The store, with commits that wait for `go` once `reached` was resolved: to put something between decision and commit. */
function holdingCommits(reached: () => void, go: Promise<void>): Store {
  return new Proxy<Store>(store, {
    get(target, name) {
      if (name === 'commit') {
        return async (transaction: Transaction) => {
          reached()
          await go
          return await target.commit(transaction)
        }
      }
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

test("a create decided before its namespace's end and committed after it leaves nothing behind", async () => {
  const spaces = nodes[0]!.client('test').resource(namespaces)
  await spaces.create({ metadata: { name: 'doomed' } })
  const decided = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const late = await startLocalApi({
    ...{ store: holdingCommits(decided.resolve, go.promise), clock: systemClock, log: silentLogger, peer: 'late' },
  })
  const creating = late
    .client('test')
    .resource(configmaps, 'doomed')
    .create({ metadata: { name: 'm' } })
  await decided.promise
  await spaces.delete('doomed')
  go.resolve()
  await expect(creating).rejects.toMatchObject({ code: 403, details: { causes: [{ reason: 'NamespaceTerminating' }] } })
  expect((await store.list('registry/core/configmaps/doomed/')).entries).toEqual([])
  await late.stop()
})

test('of many updates of one version exactly one wins, whichever node they go through', async () => {
  const maps = (n: number) => nodes[n % 3]!.client('test').resource(configmaps, 'default')
  const made = await maps(0).create({ metadata: { name: 'm' }, data: {} })
  const outcomes = await Promise.allSettled(
    Array.from({ length: 9 }, (_, n) => maps(n).update({ ...made, data: { winner: `${n}` } })),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 409, reason: 'Conflict' })
  }
})

test('a write through one node is read through another at once', async () => {
  for (let n = 0; n < 50; n++) {
    await nodes[n % 3]!.client('test')
      .resource(configmaps, 'default')
      .create({ metadata: { name: `r${n}` } })
    const seen = await nodes[(n + 1) % 3]!.client('test').resource(configmaps, 'default').get(`r${n}`)
    expect(seen.metadata!.name).toBe(`r${n}`)
    await nodes[(n + 2) % 3]!.client('test').resource(configmaps, 'default').delete(`r${n}`)
    await nodes[n % 3]!.client('test')
      .resource(configmaps, 'default')
      .create({ metadata: { name: `r${n}` } })
  }
})

test("a loop whose leader's term is over can write no more", async () => {
  const [first, second] = nodes as [LocalApi, LocalApi]
  await second
    .client('new')
    .fenced(2)
    .resource(leases, 'default')
    .create({ metadata: { name: 'l' } })
  const old = first
    .client('old')
    .fenced(1)
    .resource(configmaps, 'default')
    .create({ metadata: { name: 'x' } })
  await expect(old).rejects.toMatchObject({ code: 403 })
  expect(await store.get('registry/core/configmaps/default/x')).toBeUndefined()
})
