import { afterEach, expect, test } from 'bun:test'
import { createHash, randomBytes } from 'node:crypto'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { systemClock } from '../clock/clock.ts'
import { silentLogger } from '../logger/logger.ts'
import { WebSocketTransport } from '../websocket/websocket-transport.ts'
import type { Channel, Links, PeerAddresses } from './links.ts'
import { openLinks } from './open-links.ts'
import { PeerRelayTransport } from './peer-relay.ts'

const running: Links[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((links) => links.close()))
})

interface Node {
  links: Links
  key: string
  addresses: PeerAddresses
}

/** A node that dials WebSockets, and listens for them when others are to reach it. */
async function start(isListening: boolean): Promise<Node> {
  const keyPair = NoiseSecretStream.keyPair()
  const listen = isListening ? { host: '127.0.0.1', port: 0 } : undefined
  const webSocket = new WebSocketTransport({ keyPair, listen, log: silentLogger })
  const relay = new PeerRelayTransport({ keyPair, log: silentLogger })
  const key = keyPair.publicKey.toString('hex')
  const links = await openLinks({
    self: key,
    transports: [webSocket, relay],
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
  })
  running.push(links)
  relay.serveOn(links)
  const url = isListening ? [`ws://127.0.0.1:${webSocket.port}/skein`] : []
  return { links, key, addresses: { udp: [], webSocket: url } }
}

function introduce(...nodes: Node[]): void {
  const peers = new Map(nodes.map(({ key, addresses }) => [key, addresses]))
  for (const { links } of nodes) links.setPeers(peers)
}

/** Counts and digests what comes, until the empty message. */
function receive(links: Links): Promise<{ count: number; digest: string }> {
  return new Promise((resolve) => {
    const hash = createHash('sha256')
    let count = 0
    links.serve({
      name: 'data',
      priority: 'bulk',
      opened: () => ({
        received(message) {
          if (message.byteLength === 0) resolve({ count, digest: hash.digest('hex') })
          hash.update(message)
          count++
        },
      }),
    })
  })
}

/** The channel with one peer, and its going on after it was full. */
function channelWith(links: Links, peer: string): Promise<{ channel: Channel; room(): Promise<void> }> {
  return new Promise((resolve) => {
    links.serve({
      name: 'data',
      priority: 'bulk',
      opened(channel) {
        let drained: (() => void) | undefined
        const room = () =>
          new Promise<void>((resolve) => {
            drained = resolve
          })
        if (channel.peer === peer) resolve({ channel, room })
        return { received() {}, drained: () => drained?.() }
      },
    })
  })
}

test('two peers that only dial are linked through one that listens, and 16 MB arrive as they were', async () => {
  const [a, b, middle] = [await start(false), await start(false), await start(true)]
  const received = receive(b.links)
  const sending = channelWith(a.links, b.key)
  introduce(a, b, middle)
  const { channel, room } = await sending
  expect(a.links.status().find(({ peer }) => peer === b.key)).toMatchObject({
    way: 'relayed',
    via: `peer ${middle.key}`,
  })
  const chunk = randomBytes(64 * 1024)
  const expected = createHash('sha256')
  for (let count = 0; count < 256; count++) {
    expected.update(chunk)
    if (!channel.send(Buffer.from(chunk))) await room()
  }
  channel.send(new Uint8Array(0))
  expect(await received).toEqual({ count: 256, digest: expected.digest('hex') })
})

test('a peer that is not linked to any relay stays unreached, with the reason', async () => {
  const [a, b, middle] = [await start(false), await start(false), await start(true)]
  const peers = new Map([a, b, middle].map(({ key, addresses }) => [key, addresses]))
  a.links.setPeers(peers)
  middle.links.setPeers(peers)
  await new Promise<void>((resolve) => {
    const stop = a.links.onChange(() => resolve(stop()))
  })
  // Its dial fails some time after the relay is linked: nothing tells of it.
  for (;;) {
    const { state, lastError } = a.links.status().find(({ peer }) => peer === b.key)!
    expect(state).toBe('connecting')
    if (lastError?.includes('not linked to the relay')) break
    await Bun.sleep(50)
  }
})
