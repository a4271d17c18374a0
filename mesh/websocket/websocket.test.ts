import { afterEach, expect, test } from 'bun:test'
import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { silentLogger } from '../logger/logger.ts'
import { dialWebSocket } from './dial.ts'
import { WebSocketListener } from './listener.ts'

const serverKeys = NoiseSecretStream.keyPair()
const clientKeys = NoiseSecretStream.keyPair()
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close()
})

function listen(
  isAllowed: (key: Buffer) => boolean,
  extra: { handshakeTimeoutMs?: number; maxHandshakes?: number } = {},
) {
  const accepted = Promise.withResolvers<NoiseSecretStream>()
  const listener = new WebSocketListener({
    host: '127.0.0.1',
    port: 0,
    keyPair: serverKeys,
    isAllowed,
    accept: accepted.resolve,
    log: silentLogger,
    ...extra,
  })
  open.push(listener)
  return { listener, accepted: accepted.promise, url: `ws://127.0.0.1:${listener.port}/skein` }
}

const closed = (stream: NoiseSecretStream) => new Promise<void>((resolve) => stream.once('close', resolve))

test('both ends know each other by key, and a message is a message', async () => {
  const { accepted, url } = listen((key) => key.equals(clientKeys.publicKey))
  const client = await dialWebSocket(url, clientKeys, serverKeys.publicKey, 5000)
  const server = await accepted
  expect(server.remotePublicKey.equals(clientKeys.publicKey)).toBe(true)
  expect(server.handshakeHash.equals(client.handshakeHash)).toBe(true)
  const messages: string[] = []
  server.on('data', (message) => messages.push(String(message)))
  client.write(Buffer.from('one'))
  client.write(Buffer.from('two'))
  client.end(null)
  await new Promise<void>((resolve) => server.once('end', resolve))
  expect(messages).toEqual(['one', 'two'])
  server.end(null)
  await Promise.all([closed(server), closed(client)])
})

test('64 MB each way arrive as they were, with back-pressure', async () => {
  const { accepted, url } = listen(() => true)
  const client = await dialWebSocket(url, clientKeys, serverKeys.publicKey, 5000)
  const server = await accepted
  const chunk = randomBytes(64 * 1024)
  const count = 1000
  const digest = createHash('sha256')
  for (let index = 0; index < count; index++) digest.update(chunk)
  const expected = digest.digest('hex')
  const send = async (stream: NoiseSecretStream) => {
    for (let index = 0; index < count; index++) {
      if (!stream.write(chunk)) await new Promise<void>((resolve) => stream.once('drain', resolve))
    }
    stream.end(null)
  }
  const receive = (stream: NoiseSecretStream) =>
    new Promise<string>((resolve, reject) => {
      const hash = createHash('sha256')
      stream.on('data', (data) => hash.update(data as Buffer))
      stream.once('end', () => resolve(hash.digest('hex')))
      stream.once('error', reject)
    })
  const results = Promise.all([receive(server), receive(client)])
  await Promise.all([send(server), send(client)])
  expect(await results).toEqual([expected, expected])
})

test('a key that is not allowed is closed after the handshake and never handed on', async () => {
  let handedOn = false
  const { accepted, url } = listen(() => false)
  accepted.then(() => {
    handedOn = true
  })
  const client = await dialWebSocket(url, clientKeys, serverKeys.publicKey, 5000)
  client.on('error', () => {})
  await closed(client)
  expect(handedOn).toBe(false)
})

test('another peer under the same URL is noticed', async () => {
  const { url } = listen(() => true)
  const wanted = NoiseSecretStream.keyPair().publicKey
  expect(dialWebSocket(url, clientKeys, wanted, 5000)).rejects.toThrow()
})

test('nobody there: one clear error', async () => {
  const { listener, url } = listen(() => true)
  await listener.close()
  expect(dialWebSocket(url, clientKeys, serverKeys.publicKey, 5000)).rejects.toThrow(/cannot be reached/)
})

test('a handshake that never comes is ended, and more than the limit are refused', async () => {
  const { listener, url } = listen(() => true, { handshakeTimeoutMs: 300, maxHandshakes: 2 })
  const idle = [new WebSocket(url), new WebSocket(url)]
  const ended = idle.map((socket) => new Promise<void>((resolve) => socket.addEventListener('close', () => resolve())))
  await Promise.all(
    idle.map((socket) => new Promise<void>((resolve) => socket.addEventListener('open', () => resolve()))),
  )
  const refused = await fetch(`http://127.0.0.1:${listener.port}/skein`)
  expect(refused.status).toBe(503)
  await Promise.all(ended)
  const client = await dialWebSocket(url, clientKeys, serverKeys.publicKey, 5000)
  client.destroy()
})

test('garbage after the upgrade closes the connection and harms nobody', async () => {
  const { listener, url } = listen(() => true, { handshakeTimeoutMs: 60_000 })
  const socket = new WebSocket(url)
  await new Promise<void>((resolve) => socket.addEventListener('open', () => resolve()))
  const ended = new Promise<void>((resolve) => socket.addEventListener('close', () => resolve()))
  for (let count = 0; count < 10; count++) socket.send(randomBytes(1000))
  await ended
  const raw = connect({ host: '127.0.0.1', port: listener.port })
  raw.write(randomBytes(2000))
  raw.on('error', () => {})
  const client = await dialWebSocket(url, clientKeys, serverKeys.publicKey, 5000)
  client.destroy()
  raw.destroy()
})
