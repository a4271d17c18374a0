import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { StoreError, type StoreErrorCode } from '../../mesh/store/store.ts'
import { startTestServer, type TestServer } from '../../test/kubectl/test-server.ts'
import { configmaps } from '../schema/generated/resources.ts'

// Semantics from kubernetes.io/docs/reference/using-api/api-concepts, texts from k8s.io/apiserver.

let t: TestServer

beforeAll(async () => {
  t = await startTestServer()
})
afterAll(() => t.stop())

const maps = '/api/v1/namespaces/default/configmaps'
const json = { 'content-type': 'application/json' }
const map = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1' as const,
  kind: 'ConfigMap' as const,
  metadata: { name, labels },
  data,
})
const create = (name: string, data?: Record<string, string>, labels?: Record<string, string>) =>
  t.client.resource(configmaps, 'default').create(map(name, data, labels))

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely here.
type Any = any

async function body(response: Response): Promise<Any> {
  return await response.json()
}

/** Reads events of a watch until `count` have come or it ends. */
async function events(path: string, count = Number.POSITIVE_INFINITY): Promise<Any[]> {
  const response = await t.fetch(path)
  expect(response.status).toBe(200)
  const reader = response.body!.getReader()
  const seen: Any[] = []
  let text = ''
  while (seen.length < count) {
    const { done, value } = await reader.read()
    if (done) break
    text += new TextDecoder().decode(value)
    const lines = text.split('\n')
    text = lines.pop()!
    for (const line of lines) seen.push(JSON.parse(line))
  }
  await reader.cancel()
  return seen
}

describe('encodings', () => {
  test('an object comes as JSON, YAML, protobuf, Table and metadata only', async () => {
    await create('encoded', { a: 'b' })
    const accept = async (type: string) => await t.fetch(`${maps}/encoded`, { headers: { accept: type } })
    const plain = await body(await accept('application/json'))
    expect(plain).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: 'b' } })
    const yaml = await accept('application/yaml')
    expect(yaml.headers.get('content-type')).toBe('application/yaml')
    expect(Bun.YAML.parse(await yaml.text())).toEqual(plain)
    const protobuf = await (await accept('application/vnd.kubernetes.protobuf')).bytes()
    expect(Buffer.from(protobuf.subarray(0, 4)).toString('latin1')).toBe('k8s\0')
    const table = await body(await accept('application/json;as=Table;v=v1;g=meta.k8s.io,application/json'))
    expect(table).toMatchObject({ kind: 'Table', rows: [{ object: { kind: 'PartialObjectMetadata' } }] })
    const partial = await body(await accept('application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'))
    expect(partial.data).toBeUndefined()
    expect(partial.metadata).toEqual(plain.metadata)
    expect((await accept('application/cbor')).status).toBe(406)
  })

  test('bodies come as JSON, YAML and protobuf; others are 415', async () => {
    const post = (type: string, content: string | Uint8Array) =>
      t.fetch(maps, { method: 'POST', headers: { 'content-type': type }, body: content as string })
    expect((await post('application/yaml', 'metadata: {name: from-yaml}\ndata: {a: b}\n')).status).toBe(201)
    const bytes = await (
      await t.fetch(`${maps}/from-yaml`, { headers: { accept: 'application/vnd.kubernetes.protobuf' } })
    ).bytes()
    expect((await post('application/vnd.kubernetes.protobuf', bytes)).status).toBe(400)
    await t.fetch(`${maps}/from-yaml`, { method: 'DELETE' })
    const unversioned = await (
      await t.fetch('/api/v1/namespaces/default', { headers: { accept: 'application/vnd.kubernetes.protobuf' } })
    ).bytes()
    expect((await post('application/vnd.kubernetes.protobuf', unversioned)).status).toBe(400)
    expect((await post('application/cbor', 'x')).status).toBe(415)
    expect(await body(await post('application/json', '{"metadata":'))).toMatchObject({
      code: 400,
      reason: 'BadRequest',
    })
  })

  test('long lists come compressed to those who take it, and whole', async () => {
    for (let index = 0; index < 60; index++) await create(`long-${index}`, { a: 'x'.repeat(10_000) }, { long: 'yes' })
    const path = `${maps}?labelSelector=long%3Dyes`
    const plain = await t.fetch(path, { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    const gzip = await t.fetch(path, { headers: { 'accept-encoding': 'gzip' } })
    const unpacked = await body(gzip)
    expect(unpacked.items).toHaveLength(60)
    expect(unpacked).toEqual(await body(plain))
    expect(unpacked.items[0].kind).toBeUndefined()
  })
})

describe('watch', () => {
  test('without a resourceVersion begins with what is there', async () => {
    await create('w1', {}, { w: '1' })
    const [first] = await events(`${maps}?watch=1&labelSelector=w%3D1`, 1)
    expect(first).toMatchObject({ type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'w1' } } })
  })

  test('after a resourceVersion gives only what came later, and ends at timeoutSeconds', async () => {
    const list = await body(await t.fetch(maps))
    await create('w2', {}, { w: '2' })
    await t.client.resource(configmaps, 'default').delete('w2')
    const from = `resourceVersion=${list.metadata.resourceVersion}`
    const seen = await events(`${maps}?watch=1&${from}&timeoutSeconds=1&labelSelector=w%3D2`)
    expect(seen.map((event) => event.type)).toEqual(['ADDED', 'DELETED'])
    expect(Number(seen[1].object.metadata.resourceVersion)).toBeGreaterThan(
      Number(seen[0].object.metadata.resourceVersion),
    )
  })

  test('sendInitialEvents ends the initial events with an annotated bookmark', async () => {
    await create('w3', {}, { w: '3' })
    const query =
      'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&labelSelector=w%3D3'
    const seen = await events(`${maps}?${query}`, 2)
    expect(seen[0]).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'w3' } } })
    expect(seen[1]).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
    const refused = await t.fetch(`${maps}?watch=1&sendInitialEvents=true`)
    expect(await body(refused)).toMatchObject({ code: 422, reason: 'Invalid' })
  })

  test('as Tables sends the columns once', async () => {
    await create('w4', {}, { w: '4' })
    await create('w5', {}, { w: '4' })
    const response = await t.fetch(`${maps}?watch=1&timeoutSeconds=1&labelSelector=w%3D4`, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    })
    const lines = (await response.text())
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line))
    expect(lines.map((event) => event.object.kind)).toEqual(['Table', 'Table'])
    expect(lines[0].object.columnDefinitions.length).toBeGreaterThan(0)
    expect(lines[1].object.columnDefinitions ?? []).toHaveLength(0)
  })

  test('an event is serialised once for all watches of a form', async () => {
    const protobuf = 'application/vnd.kubernetes.protobuf'
    const open = async (accept: string) => {
      const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${t.store.revision}`
      const response = await t.fetch(`${maps}?${query}`, { headers: { accept } })
      return response.body!.getReader()
    }
    const readers = [await open(protobuf), await open(protobuf), await open('application/json'), await open('*/*')]
    const { ring } = t.api.registry.cacheOf(t.api.registry.find('', 'v1', 'configmaps')!)
    const at = ring.end
    await create('for-all')
    const sees = async (reader: (typeof readers)[number]) => {
      for (let text = ''; !text.includes('for-all'); ) text += Buffer.from((await reader.read()).value!).toString()
      await reader.cancel()
    }
    await Promise.all(readers.map(sees))
    expect([...ring.at(at)!.frames!.keys()].sort()).toEqual(['json v1', 'protobuf v1'])
  })

  test('headers come at once, though nothing happens', async () => {
    const response = await t.fetch(`${maps}?watch=1&resourceVersion=${t.store.revision}&labelSelector=no%3Dthing`)
    expect(response.status).toBe(200)
    await response.body!.cancel()
  })

  test('from a revision that does not exist yet is told to wait', async () => {
    const response = await t.fetch(`${maps}?watch=1&resourceVersion=${t.store.revision + 1000}`)
    expect(await body(response)).toMatchObject({
      code: 504,
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
    })
  })
})

describe('lists and reads', () => {
  test('pages continue at the same revision, whatever happens between', async () => {
    for (const name of ['p1', 'p2', 'p3']) await create(name, {}, { p: 'yes' })
    const path = `${maps}?labelSelector=p%3Dyes&limit=2`
    const first = await body(await t.fetch(path))
    await create('p0', {}, { p: 'yes' })
    const second = await body(await t.fetch(`${path}&continue=${first.metadata.continue}`))
    const names = [...first.items, ...second.items].map((item: Any) => item.metadata.name)
    expect(names).toEqual(['p1', 'p2', 'p3'])
    expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion })
  })

  test('resourceVersionMatch=Exact shows the past', async () => {
    const made = await create('exact', { n: '1' }, { exact: 'yes' })
    await t.client.resource(configmaps, 'default').update({ ...made, data: { n: '2' } })
    const query = `resourceVersion=${made.metadata!.resourceVersion}&resourceVersionMatch=Exact&labelSelector=exact%3Dyes`
    const past = await body(await t.fetch(`${maps}?${query}`))
    expect(past.items[0].data).toEqual({ n: '1' })
  })

  test('what a selector cannot mean is refused', async () => {
    const cases = [
      'fieldSelector=spec.nothing%3Dx',
      'labelSelector=%3D%3Dx',
      'continue=nonsense',
      'resourceVersion=abc',
      'limit=many',
    ]
    for (const query of cases) {
      const answer = await body(await t.fetch(`${maps}?${query}`))
      expect([query, answer.kind, answer.code >= 400 && answer.code < 500]).toEqual([query, 'Status', true])
    }
  })

  test('paths that do not exist are 404', async () => {
    for (const path of [
      '/nothing',
      '/api/v2',
      '/apis/apps/v9/deployments',
      '/api/v1/nothings',
      '/api/v1/namespaces/default/nodes',
    ]) {
      expect([path, (await t.fetch(path)).status]).toEqual([path, 404])
    }
  })
})

describe('writes', () => {
  test('dryRun decides and writes nothing', async () => {
    const before = t.store.revision
    const response = await t.fetch(`${maps}?dryRun=All`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify(map('dry')),
    })
    expect(response.status).toBe(201)
    expect((await t.fetch(`${maps}/dry`)).status).toBe(404)
    expect((await t.fetch(`${maps}?dryRun=Some`, { method: 'POST', headers: json, body: '{}' })).status).toBe(400)
    expect(t.store.revision).toBe(before)
  })

  test('fieldValidation warns, refuses or is silent', async () => {
    const post = (mode: string) =>
      t.fetch(`${maps}?dryRun=All&fieldValidation=${mode}`, {
        method: 'POST',
        headers: json,
        body: '{"metadata":{"name":"v"},"dada":{},"data":{},"data":{}}',
      })
    const warned = await post('Warn')
    expect(warned.status).toBe(201)
    expect(warned.headers.get('warning')).toContain('unknown field \\"dada\\"')
    expect(warned.headers.get('warning')).toContain('duplicate field \\"data\\"')
    expect((await post('Strict')).status).toBe(400)
    expect((await post('Ignore')).headers.get('warning')).toBeNull()
  })

  test('a name is made from generateName; a stale update is a conflict', async () => {
    const made = await body(
      await t.fetch(maps, {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ metadata: { generateName: 'gen-' } }),
      }),
    )
    expect(made.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/)
    const put = (object: object) =>
      t.fetch(`${maps}/${made.metadata.name}`, { method: 'PUT', headers: json, body: JSON.stringify(object) })
    expect((await put({ ...made, data: { a: '1' } })).status).toBe(200)
    expect(await body(await put({ ...made, data: { a: '2' } }))).toMatchObject({ code: 409, reason: 'Conflict' })
    expect((await put({ ...made, metadata: { ...made.metadata, name: 'other' } })).status).toBe(400)
  })

  test('delete with preconditions and deletecollection', async () => {
    await create('d1', {}, { d: 'yes' })
    await create('d2', {}, { d: 'yes' })
    const wrong = { method: 'DELETE', headers: json, body: JSON.stringify({ preconditions: { uid: 'other' } }) }
    expect((await t.fetch(`${maps}/d1`, wrong)).status).toBe(409)
    const deleted = await body(await t.fetch(`${maps}/d1`, { method: 'DELETE' }))
    expect(deleted).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'd1', kind: 'configmaps' } })
    const rest = await body(await t.fetch(`${maps}?labelSelector=d%3Dyes`, { method: 'DELETE' }))
    expect(rest.items.map((item: Any) => item.metadata.name)).toEqual(['d2'])
    expect((await body(await t.fetch(`${maps}?labelSelector=d%3Dyes`))).items).toEqual([])
  })

  test('too large a body and too deep an object are refused, the server lives on', async () => {
    const large = await t.fetch(maps, { method: 'POST', headers: json, body: 'x'.repeat(3_200_000) })
    expect(large.status).toBe(413)
    const deep = `{"metadata":{"name":"deep"},"data":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`
    expect((await t.fetch(maps, { method: 'POST', headers: json, body: deep })).status).toBe(400)
    expect((await t.fetch('/healthz')).status).toBe(200)
  })

  test('concurrent patches of one object all take effect', async () => {
    await create('busy')
    const patch = (n: number) =>
      t.fetch(`${maps}/busy`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ data: { [`k${n}`]: 'v' } }),
      })
    const codes = (await Promise.all([0, 1, 2, 3].map(patch))).map((response) => response.status)
    expect(codes).toEqual([200, 200, 200, 200])
    expect(Object.keys((await body(await t.fetch(`${maps}/busy`))).data)).toHaveLength(4)
  })
})

test('a port that is taken is told as such', async () => {
  const port = t.server.ports[0]!
  await expect(startTestServer({ listen: [{ host: '127.0.0.1', port }] })).rejects.toThrow(
    `cannot serve the API on 127.0.0.1:${port}`,
  )
})

test('a write whose outcome is not known is not sent again by clients; one that was not done may be', async () => {
  const { store } = t
  const commit = store.commit
  const answer = async (code: StoreErrorCode) => {
    store.commit = () => Promise.reject(new StoreError(code, 'no leader'))
    try {
      return await t.fetch(maps, { method: 'POST', headers: json, body: JSON.stringify(map('doubtful')) })
    } finally {
      store.commit = commit
    }
  }
  const unknown = await answer('Unknown')
  expect(unknown.status).toBe(504)
  // client-go sends whatever is answered with it again, a POST too.
  expect(unknown.headers.get('retry-after')).toBe(null)
  expect(await body(unknown)).toMatchObject({ reason: 'Timeout' })
  const refused = await answer('NoQuorum')
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
})

test('metrics count requests under upstream names', async () => {
  const text = await (await t.fetch('/metrics')).text()
  expect(text).toMatch(
    /apiserver_request_total\{verb="LIST",group="",version="v1",resource="configmaps",subresource="",scope="namespace",code="200"\} \d+/,
  )
  expect(text).toContain('# TYPE apiserver_request_duration_seconds histogram')
  expect(text).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} ')
})
