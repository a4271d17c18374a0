import { afterEach, expect, test } from 'bun:test'
import HyperDHT from 'hyperdht'
import { systemClock } from '../clock/clock.ts'
import type { Links, PeerAddresses } from '../link/links.ts'
import { openLinks } from '../link/open-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { Rendezvous } from './rendezvous.ts'
import { SwarmTransport } from './swarm-transport.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Ports of this process, so that runs beside each other do not meet. */
let nextPort = 20_000 + (process.pid % 2000) * 16

async function rendezvous(): Promise<string> {
  const port = nextPort
  nextPort += 4
  const ports = [port, port + 1, port + 2, port + 3]
  const opened = await Rendezvous.open({
    host: '127.0.0.1',
    address: '127.0.0.1',
    ports,
    bootstrap: [],
    log: silentLogger,
  })
  closing.push(() => opened.close())
  return `127.0.0.1:${port}`
}

interface Node {
  links: Links
  key: string
  transport: SwarmTransport
  addresses: PeerAddresses
}

async function node(bootstrap: string[], topics: Buffer[] = []): Promise<Node> {
  const keyPair = HyperDHT.keyPair()
  const transport = new SwarmTransport({
    keyPair,
    bootstrap,
    topics,
    dht: 'none',
    host: '127.0.0.1',
    log: silentLogger,
  })
  const key = keyPair.publicKey.toString('hex')
  const links = await openLinks({
    self: key,
    transports: [transport],
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
  })
  closing.push(() => links.close())
  return { links, key, transport, addresses: { udp: [], webSocket: [] } }
}

function echo(links: Links): Promise<string> {
  return new Promise((resolve) => {
    links.serve({
      name: 'echo',
      priority: 'control',
      opened(channel) {
        channel.send(Buffer.from(`from ${links.self}`))
        return { received: (message) => resolve(Buffer.from(message).toString()) }
      },
    })
  })
}

test('two nodes that know a rendezvous and each other by key are linked over UDP', async () => {
  const meeting = await rendezvous()
  const [a, b] = [await node([meeting]), await node([meeting])]
  const heard = [echo(a.links), echo(b.links)]
  const peers = new Map([a, b].map(({ key, addresses }) => [key, addresses]))
  a.links.setPeers(peers)
  b.links.setPeers(peers)
  expect(await Promise.all(heard)).toEqual([`from ${b.key}`, `from ${a.key}`])
  expect(a.links.status()[0]).toMatchObject({ state: 'connected', way: 'udp' })
})
