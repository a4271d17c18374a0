import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createAuthority, issueCertificate } from '../../mesh/identity/certificate.ts'
import { hostPodStreams } from '../../test/kubectl/host-pod-streams.ts'
import { startTestServer, type TestServer } from '../../test/kubectl/test-server.ts'
import { endpointslices, pods, services } from '../schema/generated/resources.ts'

// Pods here are this machine: their ports are those of the servers below. Expectations: the apiserver's proxy
// (k8s.io/apimachinery/pkg/util/proxy, pkg/registry/core/{pod,service}/storage).

let t: TestServer
let http: ReturnType<typeof Bun.serve>
let https: ReturnType<typeof Bun.serve>

const namespaced = '/api/v1/namespaces/default'

async function answer(request: Request, server: { upgrade(request: Request): boolean }): Promise<Response | undefined> {
  const { pathname, search } = new URL(request.url)
  if (pathname === '/socket' && server.upgrade(request)) return undefined
  if (pathname === '/moved') return new Response(null, { status: 302, headers: { location: '/there?x=1' } })
  if (pathname === '/page') {
    return new Response('<a href="/next">n</a><a href="near">m</a><img src="http://elsewhere/x.png">', {
      headers: { 'content-type': 'text/html' },
    })
  }
  if (pathname === '/teapot') return new Response('no', { status: 418 })
  if (pathname === '/large') return new Response(new Blob([new Uint8Array(3_000_000).fill(7)]).stream())
  const headers = Object.fromEntries(request.headers)
  return Response.json({ method: request.method, path: pathname + search, headers, body: await request.text() })
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the pod or the API says.
const json = async (response: Promise<Response>): Promise<any> => await (await response).json()

beforeAll(async () => {
  const tokens = new Map([['known', { name: 'somebody', groups: ['system:masters'] }]])
  t = await startTestServer({ podStreams: hostPodStreams, tokens })
  const websocket = {
    message: (socket: { send(text: string): void }, text: string | Buffer) => socket.send(`${text}!`),
  }
  const options = { hostname: '127.0.0.1', port: 0, fetch: answer, websocket }
  http = Bun.serve(options as unknown as Parameters<typeof Bun.serve>[0])
  const authority = await createAuthority('pod', Date.now(), 3600_000)
  const issued = await issueCertificate(authority, {
    ...{ commonName: 'pod', uses: ['server'], addresses: ['127.0.0.1'], nowMs: Date.now(), lifetimeMs: 3600_000 },
  })
  const tls = { cert: issued.certificatePem, key: issued.keyPem }
  https = Bun.serve({ ...options, tls } as unknown as Parameters<typeof Bun.serve>[0])
  const port = http.port!
  const ports = [{ containerPort: port }]
  const container = { name: 'main', image: 'i', ports }
  await t.client
    .resource(pods, 'default')
    .create({ metadata: { name: 'p' }, spec: { nodeName: 'n', containers: [container] } })
  await t.client.resource(pods, 'default').create({ metadata: { name: 'waiting' }, spec: { containers: [container] } })
  const selector = { app: 'x' }
  for (const name of ['s', 'empty', 'shut']) {
    const spec = { selector, ports: [{ name: 'web', port: 80 }] }
    await t.client.resource(services, 'default').create({ metadata: { name }, spec })
  }
  const slice = (name: string, port: number, endpoint: object) =>
    t.client.resource(endpointslices, 'default').create({
      metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'web', port, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.1.2.3'], ...endpoint }],
    })
  const targetRef = { kind: 'Pod', namespace: 'default', name: 'p' }
  await slice('s', port, { conditions: { ready: true }, targetRef })
  await slice('empty', port, { conditions: { ready: false }, targetRef })
  await slice('shut', 1, { conditions: { ready: true }, targetRef })
})
afterAll(async () => {
  await Promise.all([http.stop(true), https.stop(true), t.stop()])
})

test('a request goes to the pod with its path, query, body and headers, and without the caller’s credentials', async () => {
  const path = `${namespaced}/pods/p:${http.port}/proxy/a%2Fb/c/?x=1&y=%20`
  const headers = { authorization: 'Bearer known', 'x-own': 'yes' }
  const seen = await json(t.fetch(path, { method: 'POST', body: 'hello', headers }))
  expect(seen).toMatchObject({ method: 'POST', path: '/a%2Fb/c/?x=1&y=%20', body: 'hello' })
  expect(seen.headers).toMatchObject({ 'x-own': 'yes', 'x-forwarded-proto': 'https' })
  expect(seen.headers['x-forwarded-uri']).toBe(`${namespaced}/pods/p:${http.port}/proxy/a%2Fb/c/`)
  expect(seen.headers.authorization).toBeUndefined()
})

test('a pod by its first port, a service by name, number and only port, TLS where asked', async () => {
  for (const name of ['pods/p', 'services/s', 'services/s:web', 'services/s:80', 'services/http:s:80']) {
    expect((await json(t.fetch(`${namespaced}/${name}/proxy/here`))).path).toBe('/here')
  }
  const secure = t.fetch(`${namespaced}/pods/https:p:${https.port}/proxy/secure`)
  expect((await json(secure)).path).toBe('/secure')
})

test('a large body comes whole, a status as it is, a HEAD without a body', async () => {
  const large = await (await t.fetch(`${namespaced}/pods/p/proxy/large`)).bytes()
  expect(large.length).toBe(3_000_000)
  expect(large.every((byte) => byte === 7)).toBe(true)
  const teapot = await t.fetch(`${namespaced}/pods/p/proxy/teapot`)
  expect([teapot.status, await teapot.text()]).toEqual([418, 'no'])
  expect((await t.fetch(`${namespaced}/pods/p/proxy/x`, { method: 'HEAD' })).status).toBe(200)
})

test('redirects and the links of a page lead through the proxy again', async () => {
  const moved = await t.fetch(`${namespaced}/pods/p/proxy/moved`, { redirect: 'manual' })
  expect([moved.status, moved.headers.get('location')]).toEqual([302, `${namespaced}/pods/p/proxy/there?x=1`])
  const bare = await t.fetch(`${namespaced}/pods/p/proxy?q=1`, { redirect: 'manual' })
  expect([bare.status, bare.headers.get('location')]).toEqual([301, `${namespaced}/pods/p/proxy/?q=1`])
  expect(await (await t.fetch(`${namespaced}/pods/p/proxy/page`)).text()).toBe(
    `<a href="${namespaced}/pods/p/proxy/next">n</a><a href="near">m</a><img src="http://elsewhere/x.png">`,
  )
})

test('what cannot be reached is a Status', async () => {
  const refused = async (path: string) => {
    const { code, reason, message } = await json(t.fetch(`${namespaced}/${path}/proxy/x`))
    return `${code} ${reason}: ${message}`
  }
  expect(await refused('pods/none')).toBe('404 NotFound: pods "none" not found')
  expect(await refused('pods/a:b:c')).toBe('400 BadRequest: invalid pod request "a:b:c"')
  expect(await refused('pods/waiting')).toBe('400 BadRequest: pod waiting does not have a host assigned')
  expect(await refused('services/empty')).toBe('503 ServiceUnavailable: no endpoints available for service "empty"')
  expect(await refused('services/s:81')).toBe('503 ServiceUnavailable: no service port 81 found for service "s"')
  expect(await refused('services/shut')).toStartWith('503 ServiceUnavailable: error trying to reach service: ')
})

test('it takes a role for pods/proxy', async () => {
  const request = new Request(`https://api${namespaced}/pods/p/proxy/x`)
  const response = t.server.handle(request, { name: 'nobody', groups: ['system:authenticated'] })
  expect((await json(response)).message).toStartWith('pods "p" is forbidden: User "nobody" cannot get')
})

test('a WebSocket goes through', async () => {
  const { certificatePem: ca } = t.authority
  expect(await webSocketEcho(t, ca, `${namespaced}/services/s/proxy/socket`)).toBe('one!')
})

/** One message there and back, by the admin's certificate. */
async function webSocketEcho({ server, adminTls }: TestServer, ca: string, path: string): Promise<string> {
  const url = `wss://127.0.0.1:${server.ports[0]}${path}`
  const socket = new WebSocket(url, { tls: { ...adminTls, ca } } as unknown as string[])
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  socket.onopen = () => socket.send('one')
  socket.onmessage = ({ data }) => resolve(String(data))
  socket.onerror = () => reject(new Error('the WebSocket failed'))
  socket.onclose = ({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`))
  try {
    return await promise
  } finally {
    socket.close()
  }
}
