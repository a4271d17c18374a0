import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startTestServer, type TestServer } from '../../test/kubectl/test-server.ts'
import { configmaps } from '../schema/generated/resources.ts'

// Upstream: HandleWS of k8s.io/apiserver/pkg/endpoints/handlers/watch.go: a text frame for each event.

let t: TestServer
let tls: object

beforeAll(async () => {
  t = await startTestServer({ tokens: new Map([['token', { name: 'browser', groups: ['system:masters'] }]]) })
  tls = { ca: t.authority.certificatePem }
})
afterAll(() => t.stop())

function open(query: string, headers: Record<string, string> = { authorization: 'Bearer token' }): WebSocket {
  const url = `wss://127.0.0.1:${t.server.ports[0]}/api/v1/namespaces/default/configmaps?watch=1&${query}`
  return new WebSocket(url, { headers, tls } as never)
}

test('a watch over a WebSocket tells each event in a message of its own, until the client ends it', async () => {
  const maps = t.client.resource(configmaps, 'default')
  const socket = open('resourceVersion=0')
  const messages: { type: string; object: { metadata: { name: string } } }[] = []
  const deleted = Promise.withResolvers<void>()
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(data))
    if (messages.at(-1)!.type === 'DELETED') deleted.resolve()
  }
  await new Promise((resolve) => {
    socket.onopen = resolve
  })
  await maps.create({ metadata: { name: 'one' } })
  await maps.patch('one', { data: { a: 'b' } }, { type: 'merge' })
  await maps.delete('one')
  await deleted.promise
  expect(messages.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
    'ADDED one',
    'MODIFIED one',
    'DELETED one',
  ])
  const closed = new Promise((resolve) => {
    socket.onclose = resolve
  })
  socket.close()
  await closed
})

test('its time is over: the socket is closed in order', async () => {
  const socket = open('resourceVersion=0&timeoutSeconds=1')
  const { code } = await new Promise<CloseEvent>((resolve) => {
    socket.onclose = resolve
  })
  expect(code).toBe(1000)
})

test('who may not watch is refused before the upgrade', async () => {
  const socket = open('', {})
  const event = await new Promise<Event>((resolve) => {
    socket.onerror = resolve
    socket.onopen = resolve
  })
  expect(event.type).toBe('error')
})
