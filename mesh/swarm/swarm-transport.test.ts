import { afterEach, expect, test } from 'bun:test'
import HyperDHT from 'hyperdht'
import { systemClock } from '../clock/clock.ts'
import { newToken, tokenKeyPair } from '../identity/token.ts'
import type { Links, PeerAddresses } from '../link/links.ts'
import { openLinks } from '../link/open-links.ts'
import { silentLogger } from '../logger/logger.ts'
import { joinTopic, SwarmJoinDialler } from './join-dialler.ts'
import { Rendezvous } from './rendezvous.ts'
import type { SwarmOptions } from './swarm-options.ts'
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

async function node(bootstrap: string[], more: Partial<SwarmOptions> = {}): Promise<Node> {
  const keyPair = HyperDHT.keyPair()
  const transport = new SwarmTransport({
    keyPair,
    bootstrap,
    dht: 'none',
    host: '127.0.0.1',
    log: silentLogger,
    ...more,
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

test('a peer at a known address is linked without any rendezvous', async () => {
  const [a, b] = [await node([]), await node([])]
  const heard = echo(a.links)
  echo(b.links)
  a.links.setPeers(new Map([[b.key, { udp: [`127.0.0.1:${b.transport.port}`], webSocket: [] }]]))
  b.links.setPeers(new Map([[a.key, { udp: [], webSocket: [] }]]))
  expect(await heard).toBe(`from ${b.key}`)
})

test('an unknown key is refused before it becomes a connection', async () => {
  const accepted: string[] = []
  const asked = Promise.withResolvers<string>()
  const keyPair = HyperDHT.keyPair()
  const member = new SwarmTransport({ keyPair, bootstrap: [], dht: 'none', host: '127.0.0.1', log: silentLogger })
  await member.start({
    isAllowed: (peer) => {
      asked.resolve(peer)
      return false
    },
    accept: ({ peer }) => accepted.push(peer),
    wayChanged() {},
  })
  closing.push(() => member.close())
  const stranger = await node([])
  const address = { udp: [`127.0.0.1:${member.port}`], webSocket: [] }
  const enough = new AbortController()
  const dialling = stranger.transport.dial(keyPair.publicKey.toString('hex'), address, enough.signal)!
  const failure = dialling.catch((error: Error) => error.message)
  expect(await asked.promise).toBe(stranger.key)
  // Others get their connection meanwhile.
  const friend = await node([])
  const heard = echo(friend.links)
  echo(stranger.links)
  friend.links.setPeers(new Map([[stranger.key, { udp: [`127.0.0.1:${stranger.transport.port}`], webSocket: [] }]]))
  stranger.links.setPeers(new Map([[friend.key, { udp: [], webSocket: [] }]]))
  await heard
  expect(accepted).toEqual([])
  enough.abort(new Error('enough'))
  expect(await failure).toBe('enough')
})

test('a node with a token finds a member by the topic of the cluster, and is handed to those who take guests', async () => {
  const meeting = await rendezvous()
  const token = newToken('ab'.repeat(32), { members: [], rendezvous: [meeting] })
  const keys = tokenKeyPair(token)
  const guest = Promise.withResolvers<string>()
  const member = await node([meeting], {
    topics: [joinTopic(token.clusterKey)],
    guests: {
      isAllowed: (key) => key.equals(keys.publicKey),
      accept: (stream) => {
        stream.on('data', (data) => guest.resolve(`${stream.remotePublicKey.toString('hex')} ${data}`))
      },
    },
  })
  const dialler = new SwarmJoinDialler({ dht: 'none', host: '127.0.0.1', log: silentLogger })
  let stream: Awaited<ReturnType<typeof dialler.dial>> | undefined
  // The member announces itself while it is looked for: joining tries again, too.
  while (stream === undefined) {
    stream = await dialler.dial(token, keys, AbortSignal.timeout(20_000)).catch(() => undefined)
  }
  stream.write(Buffer.from('hello'))
  expect(await guest.promise).toBe(`${keys.publicKey.toString('hex')} hello`)
  expect(stream.remotePublicKey.toString('hex')).toBe(member.key)
  stream.destroy()
}, 30_000)

test('a port that is taken: one sentence', async () => {
  const a = await node([])
  const keyPair = HyperDHT.keyPair()
  const { port } = a.transport
  const other = new SwarmTransport({ keyPair, bootstrap: [], dht: 'none', host: '127.0.0.1', port, log: silentLogger })
  const failure = other.start({ isAllowed: () => false, accept() {}, wayChanged() {} })
  expect(await failure.catch((error: Error) => error.message)).toMatch(`UDP port ${port} of 127.0.0.1 is taken`)
  await other.close()
})
