import { afterEach, expect, test } from 'bun:test'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { systemClock } from '../clock/clock.ts'
import { silentLogger } from '../logger/logger.ts'
import { WebSocketTransport } from '../websocket/websocket-transport.ts'
import type { Channel, Links, PeerAddresses } from './links.ts'
import { openLinks } from './open-links.ts'

const running: Links[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((links) => links.close()))
})

interface Node {
  links: Links
  key: string
  addresses: PeerAddresses
}

async function start(keyPair = NoiseSecretStream.keyPair()): Promise<Node> {
  const transport = new WebSocketTransport({ keyPair, listen: { host: '127.0.0.1', port: 0 }, log: silentLogger })
  const key = keyPair.publicKey.toString('hex')
  const links = await openLinks({
    self: key,
    transports: [transport],
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
  })
  running.push(links)
  return { links, key, addresses: { udp: [], webSocket: [`ws://127.0.0.1:${transport.port}/skein`] } }
}

/** A protocol that tells what happened, and gives its channel once it is open. */
function serve(links: Links, name: string, priority: 'control' | 'bulk' = 'control') {
  const opened = Promise.withResolvers<Channel>()
  const closed = Promise.withResolvers<void>()
  const messages: Buffer[] = []
  let waiting: { count: number; resolve(): void } | undefined
  let drained: (() => void) | undefined
  links.serve({
    name,
    priority,
    opened(channel) {
      opened.resolve(channel)
      return {
        received(message) {
          messages.push(Buffer.from(message))
          if (waiting !== undefined && messages.length >= waiting.count) waiting.resolve()
        },
        drained: () => drained?.(),
        closed: closed.resolve,
      }
    },
  })
  const arrived = (count: number) =>
    new Promise<void>((resolve) => {
      if (messages.length >= count) resolve()
      else waiting = { count, resolve }
    })
  const room = () =>
    new Promise<void>((resolve) => {
      drained = resolve
    })
  return { opened: opened.promise, closed: closed.promise, messages, arrived, room }
}

function introduce(...nodes: Node[]): void {
  const peers = new Map(nodes.map(({ key, addresses }) => [key, addresses]))
  for (const { links } of nodes) links.setPeers(peers)
}

test('two peers that dial each other have one link, and messages of all sizes arrive whole and in order', async () => {
  const a = await start()
  const b = await start()
  const [fromA, fromB] = [serve(a.links, 'x', 'bulk'), serve(b.links, 'x', 'bulk')]
  introduce(a, b)
  const [toB, toA] = await Promise.all([fromA.opened, fromB.opened])
  const sizes = [0, 1, 16_384, 16_385, 100_000, 4 * 1024 * 1024]
  for (const [index, size] of sizes.entries()) {
    toB.send(Buffer.alloc(size, index))
    toA.send(Buffer.alloc(size, index + 100))
  }
  await Promise.all([fromA.arrived(sizes.length), fromB.arrived(sizes.length)])
  expect(fromB.messages.map((message) => message.length)).toEqual(sizes)
  expect(fromB.messages.every((message, index) => message.equals(Buffer.alloc(sizes[index]!, index)))).toBe(true)
  expect(fromA.messages.every((message, index) => message.equals(Buffer.alloc(sizes[index]!, index + 100)))).toBe(true)
  expect(a.links.status()).toMatchObject([{ peer: b.key, state: 'connected', way: 'websocket' }])
  expect(() => toB.send(Buffer.alloc(4 * 1024 * 1024 + 1))).toThrow('at most 4194304')
})

test('a restarted peer is a new session; a removed one is cut', async () => {
  const a = await start()
  const b = await start()
  const fromA = serve(a.links, 'x')
  serve(b.links, 'x')
  introduce(a, b)
  await fromA.opened
  await b.links.close()
  await fromA.closed
  expect(a.links.status()).toMatchObject([{ state: 'connecting' }])
})

test('a peer that is not named is refused by the other', async () => {
  const a = await start()
  const b = await start()
  const stranger = serve(b.links, 'x')
  serve(a.links, 'x')
  let isOpen = false
  stranger.opened.then(() => {
    isOpen = true
  })
  b.links.setPeers(new Map([[a.key, a.addresses]]))
  await new Promise<void>((resolve) => {
    b.links.onChange(resolve)
    setTimeout(resolve, 500)
  })
  expect(isOpen).toBe(false)
  expect(b.links.status()).toMatchObject([{ state: 'connecting' }])
})

test('64 MB with back-pressure', async () => {
  const a = await start()
  const b = await start()
  const [fromA, fromB] = [serve(a.links, 'x', 'bulk'), serve(b.links, 'x', 'bulk')]
  introduce(a, b)
  const channel = await fromA.opened
  for (let index = 0; index < 1000; index++) {
    if (!channel.send(Buffer.alloc(65_536, index))) await fromA.room()
  }
  await fromB.arrived(1000)
  expect(fromB.messages.every((message, index) => message.equals(Buffer.alloc(65_536, index)))).toBe(true)
})
