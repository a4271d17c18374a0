import { afterEach, beforeEach, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import HyperDHT from 'hyperdht'
import { newToken, tokenKeyPair } from '../identity/token.ts'
import { silentLogger } from '../logger/logger.ts'
import { heldBytes } from '../memory/held-bytes.ts'
import { SwarmTransport } from './swarm-transport.ts'

const host = '127.0.0.1'
const boundBytes = 64 * 1024 * 1024
const clusterKeys = HyperDHT.keyPair()
const token = newToken(clusterKeys.publicKey.toString('hex'), { members: [], rendezvous: [] })
const tokenKeys = tokenKeyPair(token)

const closing: (() => unknown)[] = []
/** What a member of the cluster let in, and what was said to it. */
let guests: number
let peers: number
let words: string[]
let heard: (() => void) | undefined
let member: SwarmTransport

beforeEach(async () => {
  guests = 0
  peers = 0
  words = []
  member = new SwarmTransport({
    keyPair: clusterKeys,
    bootstrap: [],
    dht: 'none',
    host,
    guests: {
      isAllowed: (key) => key.equals(tokenKeys.publicKey),
      accept(stream) {
        guests++
        stream.on('error', () => {})
        stream.on('data', (data) => {
          words.push(String(data))
          heard?.()
        })
      },
    },
    log: silentLogger,
  })
  await member.start({ isAllowed: () => false, accept: () => peers++, wayChanged() {} })
  closing.push(() => member.close())
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function dialler(keyPair = HyperDHT.keyPair()): Promise<SwarmTransport> {
  const transport = new SwarmTransport({ keyPair, bootstrap: [], dht: 'none', host, isBrief: true, log: silentLogger })
  await transport.start({ isAllowed: () => false, accept: ({ stream }) => stream.destroy(), wayChanged() {} })
  closing.push(() => transport.close())
  return transport
}

const dial = (transport: SwarmTransport, port: number, signal: AbortSignal) =>
  transport.dial(clusterKeys.publicKey.toString('hex'), { udp: [`${host}:${port}`], webSocket: [] }, signal)!

/** One with a token gets in, and is understood. */
async function joins(word: string, port = member.port): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  heard = () => words.includes(word) && resolve()
  const { stream } = await dial(await dialler(tokenKeys), port, AbortSignal.timeout(60_000))
  stream.on('error', () => {})
  stream.write(Buffer.from(word))
  await promise
}

async function udpSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  socket.bind(0, host)
  await once(socket, 'listening')
  closing.push(() => socket.close())
  return socket
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Sends all, a few in each turn, so that the socket's buffer does not drop them. */
async function sendAll(socket: Socket, messages: Iterable<Buffer>): Promise<void> {
  let count = 0
  for (const message of messages) {
    socket.send(message, member.port, host)
    if (++count % 50 === 0) await turn()
  }
}

async function costOf(attack: () => Promise<void>): Promise<number> {
  const beforeBytes = heldBytes()
  await attack()
  return heldBytes() - beforeBytes
}

test('20,000 datagrams of garbage, some of which look like UDX or DHT: nobody is let in, others are', async () => {
  const socket = await udpSocket()
  function* garbage() {
    // First bytes of UDX's header, of DHT's request and answer, and of nothing.
    const beginnings = [Buffer.of(255, 1), Buffer.of(255, 1, 1, 0), Buffer.of(3), Buffer.of(19), Buffer.alloc(0)]
    for (let count = 0; count < 20_000; count++) {
      yield Buffer.concat([beginnings[count % beginnings.length]!, randomBytes(20 + (count % 1200))])
    }
  }
  const bytes = await costOf(() => sendAll(socket, garbage()))
  await joins('after the garbage')
  expect(bytes).toBeLessThan(boundBytes)
  expect([guests, peers]).toEqual([1, 0])
}, 60_000)

test('1,000 dials with keys of their own, none of which ends: nobody is let in, others are meanwhile', async () => {
  const node = new HyperDHT({ host, port: [0, 0], bootstrap: [{ host, port: member.port }] })
  closing.push(() => node.destroy({ force: true }))
  const streams: ReturnType<typeof node.connect>[] = []
  const bytes = await costOf(async () => {
    for (let count = 0; count < 1000; count++) {
      const relayAddresses = [{ host, port: member.port }]
      const stream = node.connect(clusterKeys.publicKey, { keyPair: HyperDHT.keyPair(), relayAddresses })
      stream.on('error', () => {})
      streams.push(stream)
      if (count % 20 === 0) await turn()
    }
    await joins('while they wait')
  })
  for (const stream of streams) stream.destroy()
  // Both ends of the dials are in this process.
  expect(bytes).toBeLessThan(2 * boundBytes)
  expect([guests, peers]).toEqual([1, 0])
}, 90_000)

test('what a good join sent, sent once more from elsewhere: no word of it is taken', async () => {
  // All that goes to the member goes through here, and is written down.
  const recorded: Buffer[] = []
  const front = await udpSocket()
  const back = await udpSocket()
  let client: AddressInfo | undefined
  front.on('message', (message, { address, port }) => {
    client = { address, port, family: 'IPv4' }
    recorded.push(message)
    back.send(message, member.port, host)
  })
  back.on('message', (message) => client && front.send(message, client.port, client.address))
  await joins('secret words', front.address().port)
  const before = guests
  const attacker = await udpSocket()
  for (let round = 0; round < 20; round++) await sendAll(attacker, recorded)
  await joins('another one')
  expect(recorded.length).toBeGreaterThan(3)
  expect(words).toEqual(['secret words', 'another one'])
  expect([guests, peers]).toEqual([before + 1, 0])
}, 90_000)

test('a slow handshake: who stays silent after the first message holds no place for long, others get in', async () => {
  // The member's answers never come back to them: they hold the token, and never go on.
  const front = await udpSocket()
  const back = await udpSocket()
  front.on('message', (message) => back.send(message, member.port, host))
  back.on('message', (message, { port }) => {
    if (port !== member.port) throw new Error(`${message.byteLength} bytes of somebody else`)
  })
  const node = new HyperDHT({ host, port: [0, 0], bootstrap: [{ host, port: member.port }] })
  closing.push(() => node.destroy({ force: true }))
  const streams = Array.from({ length: 300 }, () => {
    const relayAddresses = [{ host, port: front.address().port }]
    const stream = node.connect(clusterKeys.publicKey, { keyPair: tokenKeys, relayAddresses })
    stream.on('error', () => {})
    return stream
  })
  const bytes = await costOf(() => joins('while they hold on'))
  for (const stream of streams) stream.destroy()
  expect(bytes).toBeLessThan(2 * boundBytes)
  expect(words).toEqual(['while they hold on'])
  expect(peers).toBe(0)
}, 90_000)
