import { afterEach, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import HyperDHT from 'hyperdht'
import { systemClock } from '../clock/clock.ts'
import type { Channel, Links } from '../link/links.ts'
import { openLinks } from '../link/open-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { heldBytes } from '../memory/held-bytes.ts'
import { SwarmTransport } from './swarm-transport.ts'

const host = '127.0.0.1'
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A node that is linked by UDP alone, what it heard, and how often somebody began a session with it. */
class Node {
  readonly heard: string[] = []
  sessions = 0
  readonly channel: Promise<Channel>
  #woken = Promise.withResolvers<void>()

  private constructor(
    readonly keyPair: ReturnType<typeof HyperDHT.keyPair>,
    readonly links: Links,
    readonly port: number,
  ) {
    const opened = Promise.withResolvers<Channel>()
    this.channel = opened.promise
    links.serve({
      name: 'words',
      priority: 'control',
      opened: (channel) => {
        this.sessions++
        opened.resolve(channel)
        return {
          received: (message) => {
            this.heard.push(String(Buffer.from(message)))
            this.#woken.resolve()
          },
        }
      },
    })
  }

  static async start(keyPair = HyperDHT.keyPair(), port = 0): Promise<Node> {
    const transport = new SwarmTransport({ keyPair, bootstrap: [], dht: 'none', host, port, log: silentLogger })
    const links = await openLinks({
      self: keyPair.publicKey.toString('hex'),
      transports: [transport],
      ...{ clock: systemClock, random: Math.random, log: silentLogger },
    })
    closing.push(() => links.close())
    return new Node(keyPair, links, transport.port)
  }

  get key(): string {
    return this.links.self
  }

  /** `ports`: where they may be dialled. */
  knows(...peers: { key: string; ports: number[] }[]): void {
    this.links.setPeers(
      new Map(peers.map(({ key, ports }) => [key, { udp: ports.map((port) => `${host}:${port}`), webSocket: [] }])),
    )
  }

  async says(word: string): Promise<void> {
    ;(await this.channel).send(Buffer.from(word))
  }

  async hears(word: string): Promise<void> {
    while (!this.heard.includes(word)) {
      this.#woken = Promise.withResolvers<void>()
      await this.#woken.promise
    }
  }
}

/** Passes datagrams between whoever sends to it and one port, and remembers those on the way there. */
class Tap {
  readonly recorded: Buffer[] = []
  readonly #outer = createSocket('udp4')
  readonly #inner = createSocket('udp4')

  async open(port: number): Promise<number> {
    let client = 0
    this.#inner.on('message', (datagram) => this.#outer.send(datagram, client, host))
    this.#outer.on('message', (datagram, from) => {
      client = from.port
      this.recorded.push(datagram)
      this.#inner.send(datagram, port, host)
    })
    for (const socket of [this.#inner, this.#outer]) {
      await new Promise<void>((resolve) => socket.bind(0, host, resolve))
      closing.push(() => ended(socket))
    }
    return this.#outer.address().port
  }
}

const ended = (socket: Socket) => new Promise<void>((resolve) => socket.close(() => resolve()))

/** Somebody else on the network. */
async function attack(datagrams: Iterable<Buffer>, port: number): Promise<void> {
  const attacker = createSocket('udp4')
  await new Promise<void>((resolve) => attacker.bind(0, '127.0.0.9', resolve))
  let count = 0
  for (const datagram of datagrams) {
    attacker.send(datagram, port, host)
    // What a socket's buffer does not hold is lost: its owner gets a turn.
    if (++count % 50 === 0) await new Promise(setImmediate)
  }
  await ended(attacker)
}

/** A friend's conversation with a node, and what an eavesdropper has of it. */
async function overheard() {
  const [node, friend] = [await Node.start(), await Node.start()]
  const tap = new Tap()
  const tapPort = await tap.open(node.port)
  node.knows({ key: friend.key, ports: [] })
  friend.knows({ key: node.key, ports: [tapPort] })
  await friend.says('a secret word')
  await node.hears('a secret word')
  return { node, friend, recorded: [...tap.recorded] }
}

test('a recorded conversation played again, also to a node that has restarted, is no session and no word', async () => {
  const { node, friend, recorded } = await overheard()
  for (let round = 0; round < 3; round++) await attack(recorded, node.port)
  await friend.says('another')
  await node.hears('another')
  expect(node.heard).toEqual(['a secret word', 'another'])
  expect(node.sessions).toBe(1)

  await node.links.close()
  const again = await Node.start(node.keyPair, node.port)
  again.knows({ key: friend.key, ports: [friend.port] })
  for (let round = 0; round < 3; round++) await attack(recorded, node.port)
  await again.says('here again')
  await friend.hears('here again')
  expect(again.heard).toEqual([])
  expect(again.sessions).toBe(1)
}, 30_000)

test('floods of garbage and of half-open dials cost bounded memory; the friend is heard, and others get in', async () => {
  const { node, friend, recorded } = await overheard()
  function* garbage() {
    for (let count = 0; count < 10_000; count++) yield randomBytes(1 + (count % 1400))
  }
  /** The friend's datagrams spoilt where its handshake stands: only trying it shows what each is worth. */
  function* handshakes() {
    for (let count = 0; count < 20_000; count++) {
      const copy = Buffer.from(recorded[count % recorded.length]!)
      if (copy.length > 60) randomBytes(8).copy(copy, copy.length - 50)
      yield copy
    }
  }
  const beforeBytes = heldBytes()
  await attack(garbage(), node.port)
  await attack(handshakes(), node.port)
  await friend.says('still here')
  await node.hears('still here')
  const other = await Node.start()
  node.knows({ key: friend.key, ports: [] }, { key: other.key, ports: [] })
  other.knows({ key: node.key, ports: [node.port] })
  await other.says('I as well')
  await node.hears('I as well')
  expect(heldBytes() - beforeBytes).toBeLessThan(64 * 1024 * 1024)
  expect(node.heard).toEqual(['a secret word', 'still here', 'I as well'])
  expect(node.sessions).toBe(2)
}, 60_000)
