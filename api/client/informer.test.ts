import { afterEach, beforeEach, expect, test } from 'bun:test'
import { systemClock } from '../../mesh/clock/clock.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import { configmaps, namespaces } from '../schema/generated/resources.ts'
import type { ConfigMap } from '../schema/generated/types/core-v1.ts'
import { ApiError, type Client, type ResourceClient } from './client.ts'
import { type LocalApi, startLocalApi } from './local-api.ts'
import { createInformer } from './reflector.ts'
import { createWorkQueue } from './work-queue.ts'

let store: MemoryStore
let api: LocalApi
let client: Client
let maps: ResourceClient<ConfigMap>

beforeEach(async () => {
  store = new MemoryStore({ clock: systemClock })
  api = await startLocalApi({ store, clock: systemClock, log: silentLogger, peer: 'peer-1' })
  client = api.client('alice')
  await client.resource(namespaces).create({ metadata: { name: 'default' } })
  maps = client.resource(configmaps, 'default')
})
afterEach(async () => {
  await api.stop()
  await store.close()
})

/** Records what the handlers are told, and lets a test wait for a line. */
function recorder() {
  const lines: string[] = []
  let wake = () => {}
  const note = (line: string) => {
    lines.push(line)
    wake()
  }
  const until = async (line: string) => {
    while (!lines.includes(line)) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const nameOf = (object: ConfigMap) => object.metadata?.name
  return {
    lines,
    until,
    handler: {
      added: (object: ConfigMap) => note(`+${nameOf(object)}`),
      updated: (before: ConfigMap, after: ConfigMap) =>
        note(`~${nameOf(after)} ${before.data?.a ?? ''}>${after.data?.a ?? ''}`),
      deleted: (object: ConfigMap) => note(`-${nameOf(object)}`),
    },
  }
}

test('an informer holds what is there and follows what comes', async () => {
  await maps.create({ metadata: { name: 'a', labels: { team: 'x' } } })
  const informer = createInformer(client, configmaps, { log: silentLogger })
  informer.addIndex('team', (object) => [object.metadata?.labels?.team ?? ''])
  const { handler, until, lines } = recorder()
  informer.addHandler(handler)
  await informer.synced()
  expect(informer.get('default/a')?.metadata?.name).toBe('a')
  const b = await maps.create({ metadata: { name: 'b', labels: { team: 'x' } }, data: { a: '1' } })
  await until('+b')
  expect(informer.byIndex('team', 'x')).toHaveLength(2)
  await maps.update({ ...b, metadata: { name: 'b' }, data: { a: '2' } })
  await until('~b 1>2')
  expect(informer.byIndex('team', 'x')).toHaveLength(1)
  await maps.delete('a')
  await until('-a')
  expect(informer.list('default').map((object) => object.metadata?.name)).toEqual(['b'])
  expect(Number(informer.resourceVersion)).toBe(store.revision)
  expect(lines).toEqual(['+a', '+b', '~b 1>2', '-a'])
  informer.stop()
})

/** A client whose watches end with this error after the first event. */
function failing(inner: Client, error: () => Error): Client {
  return {
    as: inner.as,
    fenced: inner.fenced,
    resource(ref, namespace) {
      const resource = inner.resource(ref, namespace)
      return {
        ...resource,
        list: (options) => resource.list(options),
        async *watch(options) {
          for await (const event of resource.watch(options)) {
            yield event
            throw error()
          }
        },
      } as typeof resource
    },
  }
}

test('an informer survives watches that break or expire, without losing or doubling an event', async () => {
  let count = 0
  const flaky = failing(client, () => (++count % 2 === 0 ? new Error('cut') : new ApiError(410, 'Expired', 'too old')))
  const informer = createInformer(flaky, configmaps, { log: silentLogger, random: () => 0 })
  const { handler, until, lines } = recorder()
  informer.addHandler(handler)
  await informer.synced()
  for (const name of ['a', 'b', 'c']) await maps.create({ metadata: { name } })
  await maps.delete('b')
  await until('+c')
  await maps.create({ metadata: { name: 'd' } })
  await until('+d')
  expect(lines.filter((line) => line === '+a' || line === '+c' || line === '+d')).toHaveLength(3)
  expect(informer.get('default/b')).toBeUndefined()
  expect(informer.list()).toHaveLength(3)
  informer.stop()
})

test('a queue works on each key by one at a time, and again when it came meanwhile', async () => {
  const started: string[] = []
  const gate = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  const queue = createWorkQueue({
    log: silentLogger,
    concurrency: 4,
    async work(key) {
      started.push(key)
      if (started.length === 2) queue.add('a')
      await gate.promise
      if (started.length === 3) done.resolve()
    },
  })
  for (const key of ['a', 'b', 'a', 'b']) queue.add(key)
  await Bun.sleep(0)
  expect(started).toEqual(['a', 'b'])
  gate.resolve()
  await done.promise
  expect(started).toEqual(['a', 'b', 'a'])
  await queue.stop()
  queue.add('late')
  expect(queue.length).toBe(0)
})

test('failed keys come again; a delayed key comes once, at the earlier time', async () => {
  let failures = 3
  const last = Promise.withResolvers<void>()
  const succeeded = Promise.withResolvers<void>()
  const worked: string[] = []
  const queue = createWorkQueue({
    log: silentLogger,
    baseDelayMs: 1,
    async work(key) {
      worked.push(key)
      if (key === 'fails' && failures-- > 0) throw new Error('not yet')
      if (key === 'fails') succeeded.resolve()
      if (key === 'last') last.resolve()
    },
  })
  queue.add('fails')
  queue.addAfter('late', 1_000_000)
  queue.addAfter('late', 1)
  queue.addAfter('last', 60)
  expect(queue.length).toBe(3)
  await Promise.all([last.promise, succeeded.promise])
  expect(worked.filter((key) => key === 'fails')).toHaveLength(4)
  expect(worked.filter((key) => key === 'late')).toHaveLength(1)
  await queue.stop()
})
