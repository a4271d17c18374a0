import { afterEach, expect, test } from 'bun:test'
import HyperDHT from 'hyperdht'
import { silentLogger } from '../logger/logger.ts'
import { probe } from './reachability.ts'
import { maxRelayClientsPerKey, Rendezvous } from './rendezvous.ts'
import { RendezvousPlugin } from './rendezvous-plugin.ts'

const host = '127.0.0.1'
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Ports of this process, so that runs beside each other do not meet. */
let nextPort = 22_000 + (process.pid % 1000) * 16

async function open(isAllowed?: (key: Buffer) => boolean) {
  const ports = [0, 1, 2, 3].map((index) => nextPort + index)
  nextPort += 4
  const rendezvous = await Rendezvous.open({ host, address: host, ports, bootstrap: [], isAllowed, log: silentLogger })
  closing.push(() => rendezvous.close())
  return { rendezvous, ports, address: { host, port: ports[0]! } }
}

function client(port: number) {
  const node = new HyperDHT({ host, port: [0, 0], bootstrap: [{ host, port }] })
  const plugin = new RendezvousPlugin()
  node.register(RendezvousPlugin.pluginName, plugin)
  closing.push(() => node.destroy({ force: true }))
  return { node, plugin }
}

test('each of its nodes tells of the relay', async () => {
  const { rendezvous, ports } = await open()
  const { plugin } = client(ports[0]!)
  for (const port of ports) {
    const answer = await plugin.ask({ host, port })
    expect(answer?.relay.publicKey).toEqual(rendezvous.offered.publicKey)
    expect(answer?.relay.address).toEqual({ host, port: ports[0]! })
  }
})

test('it tells a node at which address it is seen and whether its port is reached', async () => {
  const { address } = await open()
  const { node, plugin } = client(address.port)
  await node.bind()
  expect(await probe(node.io.serverSocket!, plugin, [address])).toBe(host)
  const deaf = { address: () => ({ host, port: 1 }), on() {}, off() {} }
  expect(await probe(deaf, plugin, [address])).toBeUndefined()
})

test('a port that is taken: one sentence, and nothing stays open', async () => {
  const { ports } = await open()
  const free = ports[0]! - 1
  const failing = Rendezvous.open({ host, address: host, ports: [free, ports[0]!], bootstrap: [], log: silentLogger })
  expect(await failing.catch((error: Error) => error.message)).toMatch(
    `UDP port ${ports[0]} of 127.0.0.1 is taken: choose another one`,
  )
  const again = await Rendezvous.open({ host, address: host, ports: [free], bootstrap: [], log: silentLogger })
  await again.close()
})

test('an address of another machine: one sentence', async () => {
  const failing = Rendezvous.open({
    host: '51.10.0.1',
    address: host,
    ports: [nextPort],
    bootstrap: [],
    log: silentLogger,
  })
  expect(await failing.catch((error: Error) => error.message)).toBe('51.10.0.1 is no address of this machine')
})

test('its relay refuses who is not allowed, and too many of one key', async () => {
  const allowed = HyperDHT.keyPair()
  const { rendezvous, address } = await open((key) => key.equals(allowed.publicKey))
  const { node, plugin } = client(address.port)
  const connect = (keyPair: ReturnType<typeof HyperDHT.keyPair>) => {
    const stream = node.connect(rendezvous.offered.publicKey, { keyPair, relayAddresses: [address] })
    stream.on('error', () => {})
    return stream.opened
  }
  for (let count = 0; count < maxRelayClientsPerKey; count++) expect(await connect(allowed)).toBe(true)
  expect(rendezvous.status().clients).toBe(maxRelayClientsPerKey)
  const refused = [connect(HyperDHT.keyPair()), connect(allowed)]
  // Nobody says no; but what is answered comes within a few round trips.
  const roundTrips = async () => {
    for (let count = 0; count < 20; count++) await plugin.ask(address)
    return 'not answered'
  }
  expect(await Promise.race([...refused, roundTrips()])).toBe('not answered')
  expect(rendezvous.status().clients).toBe(maxRelayClientsPerKey)
})
