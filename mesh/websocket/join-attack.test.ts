import { afterEach, beforeEach, expect, test } from 'bun:test'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { keyPair } from 'hypercore-crypto'
import { clusterKeyPair } from '../identity/cluster-key.ts'
import { silentLogger } from '../logger/logger.ts'
import { heldBytes } from '../memory/held-bytes.ts'
import { guestPath, WebSocketListener } from './listener.ts'

const cluster = clusterKeyPair({ clusterSeed: '07'.repeat(32) })
let accepted: number
let listener: WebSocketListener
let sockets: WebSocket[]

beforeEach(() => {
  accepted = 0
  sockets = []
  const nobody = { isAllowed: () => false, accept: () => accepted++ }
  listener = new WebSocketListener({
    ...nobody,
    host: '127.0.0.1',
    port: 0,
    keyPair: keyPair(Buffer.alloc(32, 1)),
    guests: { ...nobody, keyPair: cluster },
    handshakeTimeoutMs: 300,
    log: silentLogger,
  })
})
afterEach(async () => {
  for (const socket of sockets) socket.close()
  await listener.close()
})

/** `open` or `refused`, and when it ends. */
function dial() {
  const socket = new WebSocket(`ws://127.0.0.1:${listener.port}${guestPath}`)
  socket.binaryType = 'arraybuffer'
  sockets.push(socket)
  const closed = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()))
  const opened = new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true))
    socket.addEventListener('close', () => resolve(false))
  })
  return { socket, opened, closed }
}

test('1,000 half-open dials: most are refused, all are closed, and then there is room', async () => {
  const beforeBytes = heldBytes()
  const dials = Array.from({ length: 1000 }, dial)
  const opened = await Promise.all(dials.map((each) => each.opened))
  await Promise.all(dials.map((each) => each.closed))
  expect(opened.filter(Boolean).length).toBeGreaterThan(0)
  expect(opened.filter((isOpen) => !isOpen).length).toBeGreaterThan(500)
  expect(accepted).toBe(0)
  expect(heldBytes() - beforeBytes).toBeLessThan(64 * 1024 * 1024)
  while (!(await dial().opened)) await Bun.sleep(10)
}, 30_000)

test.each([
  ['garbage', Buffer.alloc(200, 0xa5)],
  ['more than a handshake', Buffer.alloc(100_000)],
  ['one byte, and then nothing', Buffer.alloc(1)],
])('%s is closed, and nobody is let in', async (_, bytes) => {
  const { socket, opened, closed } = dial()
  await opened
  socket.send(bytes)
  await closed
  expect(accepted).toBe(0)
})

test('who says again what it heard is not understood: no word of it is handed on', async () => {
  // A key that is allowed for this test: only the secret of a connection is missing to who replays.
  await listener.close()
  const spoken: string[] = []
  const wasSpoken = Promise.withResolvers<void>()
  listener = new WebSocketListener({
    host: '127.0.0.1',
    port: 0,
    keyPair: cluster,
    isAllowed: () => false,
    accept: () => {},
    guests: {
      keyPair: cluster,
      isAllowed: () => true,
      accept: (stream) => {
        accepted++
        stream.on('data', (data) => {
          spoken.push(String(data))
          wasSpoken.resolve()
        })
      },
    },
    handshakeTimeoutMs: 300,
    log: silentLogger,
  })
  const heard: Buffer[] = []
  const { WebSocketStream } = await import('./websocket-stream.ts')
  const good = dial()
  await good.opened
  const raw = new WebSocketStream({
    send: (message) => {
      heard.push(Buffer.from(message))
      good.socket.send(Buffer.from(message))
      return true
    },
    close: () => good.socket.close(),
  })
  good.socket.addEventListener('message', ({ data }) => raw.received(Buffer.from(data as ArrayBuffer)))
  const noise = new NoiseSecretStream(true, raw, {
    pattern: 'IK',
    keyPair: keyPair(Buffer.alloc(32, 5)),
    remotePublicKey: cluster.publicKey,
  })
  noise.on('error', () => {})
  await noise.opened
  noise.write(Buffer.from('secret words'))
  await wasSpoken.promise
  const replay = dial()
  await replay.opened
  for (const message of heard) replay.socket.send(message)
  await replay.closed
  expect(spoken).toEqual(['secret words'])
})
