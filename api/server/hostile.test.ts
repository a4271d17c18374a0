import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect, type TLSSocket } from 'node:tls'
import { heldBytes } from '../../mesh/memory/held-bytes.ts'
import { startTestServer, type TestServer } from '../../test/kubectl/test-server.ts'
import { configmaps } from '../schema/generated/resources.ts'

// Clients that are slow or mean harm cost bounded memory, and others are served meanwhile.

const token = 'hostile'
let t: TestServer

beforeAll(async () => {
  t = await startTestServer({ tokens: new Map([[token, { name: 'hostile', groups: ['system:masters'] }]]) })
})
afterAll(() => t.stop())

function open(): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: t.server.ports[0],
      ca: t.authority.certificatePem,
      ALPNProtocols: ['http/1.1'],
    }
    const socket = connect(options, () => resolve(socket))
    socket.on('error', reject)
  })
}

/** What the server says until it closes or `until` is seen. */
function answer(socket: TLSSocket, until?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      if (until && text.includes(until)) resolve(text)
    })
    socket.on('close', () => resolve(text))
    socket.on('error', () => resolve(text))
  })
}

const head = (method: string, path: string, ...lines: string[]) =>
  `${[`${method} ${path} HTTP/1.1`, 'host: x', `authorization: Bearer ${token}`, ...lines].join('\r\n')}\r\n`

async function isServing(): Promise<boolean> {
  return (await t.fetch('/healthz')).status === 200
}

test('heads that never end do not keep others waiting', async () => {
  const sockets = await Promise.all(Array.from({ length: 50 }, open))
  for (const socket of sockets) socket.write('GET /api/v1/pods HTTP/1.1\r\nhost: x\r\nx-slow: ')
  expect(await isServing()).toBe(true)
  for (const socket of sockets) socket.destroy()
})

test('a huge header is refused', async () => {
  const socket = await open()
  const said = answer(socket)
  socket.write(head('GET', '/version', `x-huge: ${'h'.repeat(300_000)}`, ''))
  expect(await said).toMatch(/^(HTTP\/1\.1 4\d\d|$)/)
  expect(await isServing()).toBe(true)
})

test('a body without end is cut off at the limit', async () => {
  const socket = await open()
  const said = answer(socket, '\r\n\r\n')
  socket.write(
    head(
      'POST',
      '/api/v1/namespaces/default/configmaps',
      'content-type: application/json',
      'transfer-encoding: chunked',
      '',
    ),
  )
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  let sentBytes = 0
  socket.on('close', () => {
    sentBytes = Number.POSITIVE_INFINITY
  })
  while (sentBytes < 8 * 1024 * 1024) {
    if (!socket.write(chunk)) await new Promise((resolve) => setTimeout(resolve, 1))
    sentBytes += chunk.length
  }
  expect(await said).toMatch(/^(HTTP\/1\.1 413|$)/)
  socket.destroy()
  expect(await isServing()).toBe(true)
})

test('a compressed body is not unpacked', async () => {
  const bomb = Bun.gzipSync(Buffer.alloc(50_000_000), { level: 9 })
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  const response = await t.fetch('/api/v1/namespaces/default/configmaps', { method: 'POST', headers, body: bomb })
  expect(response.status).toBe(400)
})

test('a watch that is never read holds back nobody and is bounded', async () => {
  const socket = await open()
  socket.write(head('GET', '/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=0', ''))
  socket.pause()
  const maps = t.client.resource(configmaps, 'default')
  const before = heldBytes()
  const data = { filler: 'f'.repeat(20_000) }
  let object = await maps.create({ metadata: { name: 'busy' }, data })
  for (let n = 0; n < 3000; n++) object = await maps.update({ ...object, data: { ...data, n: `${n}` } })
  expect(await isServing()).toBe(true)
  // 60 MB of events went by: the ring holds 32 MB of them, the store its history.
  expect(heldBytes() - before).toBeLessThan(400 * 1024 * 1024)
  socket.destroy()
})

test('connections beyond the limit are refused, and room comes back', async () => {
  const small = await startTestServer({ maxConnections: 5 })
  const options = { host: '127.0.0.1', port: small.server.ports[0], ca: small.authority.certificatePem }
  const dial = () =>
    new Promise<TLSSocket | undefined>((resolve) => {
      const socket = connect(options, () => resolve(socket))
      socket.on('error', () => resolve(undefined))
      socket.on('close', () => resolve(undefined))
    })
  const sockets: (TLSSocket | undefined)[] = []
  for (let n = 0; n < 8; n++) sockets.push(await dial())
  expect(sockets.filter((socket) => socket !== undefined)).toHaveLength(5)
  for (const socket of sockets) socket?.destroy()
  while ((await small.fetch('/healthz').catch(() => undefined))?.status !== 200) await Bun.sleep(5)
  await small.stop()
})
