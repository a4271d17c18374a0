import { afterEach, beforeEach, expect, test } from 'bun:test'
import { systemClock } from '../../mesh/clock/clock.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import { configmaps, deployments, namespaces, nodes, pods, services } from '../schema/generated/resources.ts'
import type { Pod } from '../schema/generated/types/core-v1.ts'
import { ApiError, type Client, type WatchEvent } from './client.ts'
import { type LocalApi, startLocalApi } from './local-api.ts'

let store: MemoryStore
let api: LocalApi
let client: Client

beforeEach(async () => {
  store = new MemoryStore({ clock: systemClock })
  api = await startLocalApi({ store, clock: systemClock, log: silentLogger, peer: 'peer-1' })
  client = api.client('alice')
  await client.resource(namespaces).create({ metadata: { name: 'default' } })
})
afterEach(async () => {
  await api.stop()
  await store.close()
})

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error) => (error instanceof ApiError ? `${error.code} ${error.reason}` : String(error)),
  )

const pod = (name: string, extra: Partial<Pod> = {}): Pod => ({
  metadata: { name, labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image: 'nginx' }] },
  ...extra,
})

test('a created object has what the server decides and is read back the same', async () => {
  const made = await client.resource(pods, 'default').create(pod('a'))
  expect(made.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/)
  expect(made.metadata?.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  expect(Number(made.metadata?.resourceVersion)).toBeGreaterThan(0)
  expect(made).toMatchObject({ apiVersion: 'v1', kind: 'Pod', status: { phase: 'Pending', qosClass: 'BestEffort' } })
  expect(await client.resource(pods, 'default').get('a')).toEqual(made)
})

test('refusals have upstream reasons', async () => {
  const inDefault = client.resource(pods, 'default')
  await inDefault.create(pod('a'))
  expect(await reasonOf(inDefault.create(pod('a')))).toBe('409 AlreadyExists')
  expect(await reasonOf(inDefault.get('b'))).toBe('404 NotFound')
  expect(await reasonOf(inDefault.delete('b'))).toBe('404 NotFound')
  expect(await reasonOf(inDefault.update(pod('b')))).toBe('404 NotFound')
  expect(await reasonOf(client.resource(pods, 'nowhere').create(pod('a')))).toBe('404 NotFound')
  const elsewhere = pod('c')
  elsewhere.metadata!.namespace = 'other'
  expect(await reasonOf(inDefault.create(elsewhere))).toBe('400 BadRequest')
  expect(await reasonOf(inDefault.create({ metadata: {} }))).toBe('422 Invalid')
})

test('an update with a stale resourceVersion is a conflict, without one it wins', async () => {
  const maps = client.resource(configmaps, 'default')
  const first = await maps.create({ metadata: { name: 'm' }, data: { a: '1' } })
  const second = await maps.update({ ...first, data: { a: '2' } })
  expect(await reasonOf(maps.update({ ...first, data: { a: '3' } }))).toBe('409 Conflict')
  const third = await maps.update({ metadata: { name: 'm' }, data: { a: '4' } })
  expect(third).toMatchObject({ data: { a: '4' }, metadata: { uid: second.metadata!.uid } })
})

test('an update that changes nothing writes nothing', async () => {
  const maps = client.resource(configmaps, 'default')
  const first = await maps.create({ metadata: { name: 'm' }, data: { a: '1' } })
  const before = store.revision
  expect(await maps.update({ data: { a: '1' }, metadata: first.metadata })).toEqual(first)
  expect(store.revision).toBe(before)
})

test('status and spec are written apart, generation counts spec', async () => {
  const all = client.resource(deployments, 'default')
  const made = await all.create({
    metadata: { name: 'd' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
    status: { replicas: 9 },
  })
  expect(made.metadata?.generation).toBe(1)
  expect(made.status).toEqual({})
  const withStatus = await all.updateStatus({ ...made, spec: { replicas: 5 } as never, status: { replicas: 1 } })
  expect(withStatus).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 }, metadata: { generation: 1 } })
  const scaled = await all.update({ ...withStatus, spec: { ...withStatus.spec!, replicas: 2 }, status: {} })
  expect(scaled).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 1 }, metadata: { generation: 2 } })
})

test('a pod on a node is deleted gracefully, then for good', async () => {
  const all = client.resource(pods, 'default')
  await all.create(
    pod('a', { spec: { nodeName: 'n', containers: [{ name: 'main', image: 'i' }], terminationGracePeriodSeconds: 7 } }),
  )
  await all.delete('a')
  const going = await all.get('a')
  expect(going.metadata).toMatchObject({ deletionGracePeriodSeconds: 7 })
  expect(going.metadata?.deletionTimestamp).toBeDefined()
  await all.delete('a', { gracePeriodSeconds: 0 })
  expect(await reasonOf(all.get('a'))).toBe('404 NotFound')
  await all.create(pod('unscheduled'))
  await all.delete('unscheduled')
  expect(await reasonOf(all.get('unscheduled'))).toBe('404 NotFound')
})

test('finalizers hold an object until they are removed', async () => {
  const maps = client.resource(configmaps, 'default')
  const made = await maps.create({ metadata: { name: 'm', finalizers: ['x.io/f'] } })
  await maps.delete('m', { propagationPolicy: 'Foreground' })
  const going = await maps.get('m')
  expect(going.metadata?.finalizers).toEqual(['x.io/f', 'foregroundDeletion'])
  await maps.update({ ...going, metadata: { ...going.metadata, finalizers: [] } })
  expect(await reasonOf(maps.get('m'))).toBe('404 NotFound')
  expect(await reasonOf(maps.delete('m', { preconditions: { uid: made.metadata!.uid } }))).toBe('404 NotFound')
})

test('a namespace terminates, refuses new content, and goes when finalized', async () => {
  const all = client.resource(namespaces)
  await all.create({ metadata: { name: 'n' } })
  await all.delete('n')
  const going = await all.get('n')
  expect(going).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } })
  expect(await reasonOf(client.resource(configmaps, 'n').create({ metadata: { name: 'm' } }))).toBe('403 Forbidden')
})

test('services get addresses and ports of their own', async () => {
  const all = client.resource(services, 'default')
  const made = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      all.create({ metadata: { name: `s${n}` }, spec: { type: 'NodePort', ports: [{ port: 80 }] } }),
    ),
  )
  expect(new Set(made.map((service) => service.spec?.clusterIP)).size).toBe(30)
  expect(new Set(made.map((service) => service.spec?.ports?.[0]?.nodePort)).size).toBe(30)
  const fixed = { metadata: { name: 'dns' }, spec: { clusterIP: '10.43.0.10', ports: [{ port: 53 }] } }
  await all.create(fixed)
  expect(await reasonOf(all.create({ ...fixed, metadata: { name: 'dns2' } }))).toBe('422 Invalid')
  await all.delete('dns')
  await all.create({ ...fixed, metadata: { name: 'dns2' } })
})

test('a bound pod is on its node; a second binding is a conflict', async () => {
  await client.resource(nodes).create({ metadata: { name: 'n1' } })
  const all = client.resource(pods, 'default')
  await all.create(pod('a'))
  const binding = { metadata: { name: 'a' }, target: { kind: 'Node', name: 'n1' } }
  await all.createSubresource('a', 'binding', binding)
  const bound = await all.get('a')
  expect(bound.spec?.nodeName).toBe('n1')
  expect(bound.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }])
  expect(await reasonOf(all.createSubresource('a', 'binding', binding))).toBe('409 Conflict')
  const onNode = await client.resource(pods).list({ fieldSelector: 'spec.nodeName=n1', labelSelector: 'app in (web)' })
  expect(onNode.items.map((item) => item.metadata?.name)).toEqual(['a'])
})

test('a list in pages shows one revision', async () => {
  const maps = client.resource(configmaps, 'default')
  for (const name of ['a', 'b', 'c']) await maps.create({ metadata: { name } })
  const first = await maps.list({ limit: 2 })
  expect(first.metadata.remainingItemCount).toBe(1)
  await maps.delete('c')
  await maps.create({ metadata: { name: 'd' } })
  const rest = await maps.list({ limit: 2, continue: first.metadata.continue })
  expect(rest.items.map((item) => item.metadata?.name)).toEqual(['c'])
  expect(rest.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
})

test('a watch with a selector sees objects come into it and leave it', async () => {
  const maps = client.resource(configmaps, 'default')
  const made = await maps.create({ metadata: { name: 'm', labels: { a: '1' } } })
  const seen: string[] = []
  const watching = (async () => {
    for await (const event of maps.watch({ labelSelector: 'a=1' })) {
      seen.push(event.type === 'BOOKMARK' ? 'BOOKMARK' : `${event.type} ${event.object.data?.n ?? ''}`)
      if (seen.length === 5) return
    }
  })()
  const out = await maps.update({ ...made, metadata: { name: 'm', labels: { a: '2' } }, data: { n: '1' } })
  const back = await maps.update({ ...out, metadata: { name: 'm', labels: { a: '1' } }, data: { n: '2' } })
  await maps.update({ ...back, metadata: { name: 'm', labels: { a: '1' } }, data: { n: '3' } })
  await maps.delete('m')
  await watching
  expect(seen[0]).toBe('ADDED ')
  expect(seen.filter((line) => line !== 'BOOKMARK').slice(0, 4)).toEqual([
    'ADDED ',
    'DELETED ',
    'ADDED 2',
    'MODIFIED 3',
  ])
})

test('a watch ends when the API stops, and one from a revision that is gone is Expired', async () => {
  const events: WatchEvent<Pod>[] = []
  const read = async (from: LocalApi, resourceVersion: string) => {
    for await (const event of from.client('alice').resource(pods).watch({ resourceVersion })) events.push(event)
  }
  const watching = read(api, String(store.revision))
  await client.resource(pods, 'default').create(pod('a'))
  await api.stop()
  await watching
  expect(events).toHaveLength(1)
  store.compact(store.revision)
  const again = await startLocalApi({ store, clock: systemClock, log: silentLogger, peer: 'peer-1' })
  expect(await reasonOf(read(again, '1'))).toBe('410 Expired')
  await again.stop()
})
