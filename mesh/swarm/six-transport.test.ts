import { afterEach, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { systemClock } from '../clock/clock.ts'
import type { Links, PeerAddresses, PeerKey } from '../link/links.ts'
import { openLinks } from '../link/open-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { decodeSixDatagram, encodeSixDatagram, newToken } from './six-datagram.ts'
import { SixTransport } from './six-transport.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const hasSix = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))

interface Node {
  links: Links
  key: string
  endpoint: string
  heard: Promise<string>
}

async function node(): Promise<Node> {
  const keyPair = NoiseSecretStream.keyPair()
  const transport = new SixTransport({ keyPair, host: '::1', log: silentLogger })
  const key = keyPair.publicKey.toString('hex')
  const links = await openLinks({
    self: key,
    transports: [transport],
    ...{ clock: systemClock, random: Math.random, log: silentLogger },
  })
  closing.push(() => links.close())
  const heard = new Promise<string>((resolve) => {
    links.serve({
      name: 'echo',
      priority: 'control',
      opened(channel) {
        channel.send(Buffer.from(`from ${key}`))
        return { received: (message) => resolve(String(Buffer.from(message))) }
      },
    })
  })
  return { links, key, endpoint: `[::1]:${transport.port}`, heard }
}

const at = (key: string, ...udp: string[]): [PeerKey, PeerAddresses] => [key, { udp, webSocket: [] }]

test('a datagram is read as it was written, and anything else is none', () => {
  const one = { kind: 'answer', token: newToken(), noise: randomBytes(96) } as const
  const bytes = encodeSixDatagram(one)
  expect(decodeSixDatagram(bytes)).toEqual(one)
  const others = [Buffer.alloc(0), bytes.subarray(0, 12), Buffer.alloc(2000, bytes), randomBytes(100)]
  const wrongKind = Buffer.from(bytes)
  wrongKind[3] = 2
  for (const other of [...others, wrongKind]) expect(decodeSixDatagram(other)).toBeUndefined()
})

test.skipIf(!hasSix)('two nodes that know each other by key and address are linked over IPv6', async () => {
  const [a, b] = [await node(), await node()]
  // IPv4 addresses and one where nobody is are no hindrance.
  a.links.setPeers(new Map([at(b.key, '127.0.0.1:1', '[::1]:9', b.endpoint)]))
  b.links.setPeers(new Map([at(a.key)]))
  expect(await Promise.all([a.heard, b.heard])).toEqual([`from ${b.key}`, `from ${a.key}`])
  expect(a.links.status()[0]).toMatchObject({ state: 'connected', way: 'udp', via: b.endpoint })
})

test.skipIf(!hasSix)('two that dial each other at once keep one connection', async () => {
  const [a, b] = [await node(), await node()]
  a.links.setPeers(new Map([at(b.key, b.endpoint)]))
  b.links.setPeers(new Map([at(a.key, a.endpoint)]))
  expect(await Promise.all([a.heard, b.heard])).toEqual([`from ${b.key}`, `from ${a.key}`])
})

test.skipIf(!hasSix)('unknown keys, garbage and a key that is not at that address get no answer', async () => {
  const [a, b, stranger] = [await node(), await node(), await node()]
  a.links.setPeers(new Map([at(b.key)]))
  stranger.links.setPeers(new Map([at(a.key, a.endpoint)]))
  // The key of one, the address of the other.
  b.links.setPeers(new Map([at(stranger.key, a.endpoint)]))
  const attacker = createSocket('udp6')
  await new Promise<void>((resolve) => attacker.bind(0, '::1', resolve))
  closing.push(() => new Promise<void>((resolve) => attacker.close(() => resolve())))
  let answers = 0
  attacker.on('message', () => answers++)
  const port = Number(a.endpoint.split(':').at(-1))
  for (let count = 0; count < 1000; count++) {
    const noise = randomBytes(count)
    attacker.send(
      encodeSixDatagram({ kind: count % 2 === 0 ? 'ask' : 'answer', token: newToken(), noise }),
      port,
      '::1',
    )
  }
  // After all that, a friend gets in.
  const friend = await node()
  a.links.setPeers(new Map([at(b.key), at(friend.key)]))
  friend.links.setPeers(new Map([at(a.key, a.endpoint)]))
  expect(await friend.heard).toBe(`from ${a.key}`)
  expect(answers).toBe(0)
  expect(stranger.links.status()[0]).toMatchObject({ state: 'connecting' })
  expect(b.links.status()[0]).toMatchObject({ state: 'connecting' })
})

test.skipIf(!hasSix)('a port that is taken: one sentence', async () => {
  const { endpoint } = await node()
  const port = Number(endpoint.split(':').at(-1))
  const other = new SixTransport({ keyPair: NoiseSecretStream.keyPair(), host: '::1', port, log: silentLogger })
  const failure = other.start({ isAllowed: () => false, accept() {}, wayChanged() {} })
  expect(await failure.catch((error: Error) => error.message)).toBe(
    `UDP port ${port} of ::1 is taken: choose another one`,
  )
})
