import { afterAll, beforeAll, expect, test } from 'bun:test'
import { silentLogger } from '../../../mesh/logger/logger.ts'
import { until } from '../../../test/lab/until.ts'
import { parseCidr } from '../address/address.ts'
import { RouteNetlink, skeinRouteProtocol } from '../netlink/route.ts'
import { echo, source } from '../testing/echo.ts'
import { join, Namespace } from '../testing/namespace.ts'
import { Tunnel } from './tunnel.ts'

/** Two nodes with a wire between; a pod's address is one of `lo`. */
let left: Namespace
let right: Namespace
let tunnels: Tunnel[] = []
const told: string[] = []
const log = {
  ...silentLogger,
  info: (message: string, fields?: object) => void told.push(`${message} ${JSON.stringify(fields)}`),
  error: console.error,
}
const secret = crypto.getRandomValues(new Uint8Array(32))

const sides = () => [
  { namespace: left, number: 1, other: 2 },
  { namespace: right, number: 2, other: 1 },
]

function openTunnels(): Tunnel[] {
  return sides().map(({ namespace, number, other }) =>
    namespace.enter(() => {
      const tunnel = new Tunnel({
        instance: 'test',
        nodeAddress: `10.44.0.${number}`,
        port: 7000 + number,
        log,
      })
      const netlink = new RouteNetlink()
      for (const cidr of [`10.42.${other}.0/24`, `10.44.0.${other}/32`])
        netlink.replaceRoute({ destination: parseCidr(cidr), link: tunnel.link, protocol: skeinRouteProtocol })
      netlink.close()
      return tunnel
    }),
  )
}

function connect(shared = secret): void {
  for (const [index, { number, other }] of sides().entries())
    tunnels[index]!.setPeers([
      {
        name: `n${other}`,
        secret: shared,
        isInitiator: number === 1,
        cidrs: [`10.42.${other}.0/24`, `10.44.0.${other}/32`],
        endpoints: [{ address: `192.168.7.${other}`, port: 7000 + other }],
      },
    ])
}

beforeAll(() => {
  left = new Namespace('left')
  right = new Namespace('right')
  join([left, 'eth0', '192.168.7.1/24'], [right, 'eth0', '192.168.7.2/24'])
  for (const { namespace, number } of sides()) namespace.sh(`ip addr add 10.42.${number}.2/32 dev lo`)
  tunnels = openTunnels()
  connect()
})

afterAll(async () => {
  await Promise.all(tunnels.map((tunnel) => tunnel.stop()))
  left?.remove()
  right?.remove()
})

/** Sends bytes through the tunnel and gives back what the other side counted and hashed. */
async function transfer(sizeBytes: number): Promise<{ same: boolean; seconds: number }> {
  const sent = new Bun.CryptoHasher('blake2b256')
  const received = new Bun.CryptoHasher('blake2b256')
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = right.enter(() =>
    Bun.listen({
      hostname: '10.42.2.2',
      port: 9000,
      socket: {
        data: (_socket, data) => void received.update(data),
        end: (socket) => {
          socket.end()
          resolve()
        },
      },
    }),
  )
  const chunk = Buffer.alloc(1 << 20)
  for (let at = 0; at < chunk.length; at += 4) chunk.writeUInt32LE((at * 2654435761) >>> 0, at)
  let left_ = sizeBytes
  let pending = Buffer.alloc(0)
  const start = performance.now()
  const pump = (socket: Bun.Socket) => {
    for (;;) {
      if (pending.length === 0) {
        if (left_ <= 0) return void socket.end()
        pending = chunk.subarray(0, Math.min(left_, chunk.length))
        left_ -= pending.length
        sent.update(pending)
      }
      const written = socket.write(pending)
      pending = pending.subarray(Math.max(0, written))
      if (pending.length > 0) return
    }
  }
  await left.enter(() =>
    Bun.connect({ hostname: '10.42.2.2', port: 9000, socket: { open: pump, drain: pump, data() {} } }),
  )
  await promise
  server.stop(true)
  return { same: sent.digest('hex') === received.digest('hex'), seconds: (performance.now() - start) / 1000 }
}

test('connections pass, with the addresses of both ends', async () => {
  const server = await right.enter(() => echo('right', '10.42.2.2', 80))
  expect(await source(left, '10.42.2.2', 80, 3000)).toBe('right 10.44.0.1')
  server.stop()
})

test('a large transfer arrives whole', async () => {
  // What the other side sent before this one had its key was refused.
  const before = tunnels[1]!.counters().refused
  const { same, seconds } = await transfer(30 << 20)
  expect(same).toBe(true)
  if (process.env.SHOW_FIGURES) console.log(`${((30 * 8 * 1.048576) / 1000 / seconds).toFixed(2)} Gbit/s`)
  expect(tunnels[1]!.counters().refused).toBe(before)
}, 30_000)

test('also with loss, and while keys change', async () => {
  right.sh('nft add table ip loss')
  right.sh('nft add chain ip loss c { type filter hook input priority 0 \\; }')
  right.sh('nft add rule ip loss c udp dport 7002 numgen random mod 100 0 drop')
  const rekeying = setInterval(() => {
    for (const tunnel of tunnels) tunnel.rekey()
  }, 200)
  const { same, seconds } = await transfer(10 << 20)
  clearInterval(rekeying)
  right.sh('nft delete table ip loss')
  expect(same).toBe(true)
  if (process.env.SHOW_FIGURES) console.log(`with loss ${((10 * 8 * 1.048576) / 1000 / seconds).toFixed(2)} Gbit/s`)
}, 30_000)

test('a burst of datagrams is sent in batches that UDP can carry', async () => {
  const before = tunnels[0]!.counters()
  const count = 300
  const server = await right.enter(() => Bun.udpSocket({ hostname: '10.42.2.2', port: 9001 }))
  const client = await left.enter(() => Bun.udpSocket({ connect: { hostname: '10.42.2.2', port: 9001 } }))
  // 49 of them sealed are 6 bytes more than the largest datagram.
  const bytes = new Uint8Array(1263)
  for (let sent = 0; sent < count; sent++) client.send(bytes)
  await until('all are sent', () => tunnels[0]!.counters().sentPackets >= before.sentPackets + count, 20_000)
  client.close()
  server.close()
  const { sentDrops, tooLarge } = tunnels[0]!.counters()
  expect({ sentDrops, tooLarge }).toEqual({ sentDrops: before.sentDrops, tooLarge: before.tooLarge })
}, 30_000)

test('the path is measured', async () => {
  await until('there are figures', () => tunnels[0]!.figures('n2')?.current !== undefined, 20_000)
  expect(tunnels[0]!.figures('n2')!.current).toMatchObject({
    address: '192.168.7.2',
    port: 7002,
    isAlive: true,
    observed: { address: '192.168.7.1', port: 7001 },
  })
  expect(tunnels[0]!.figures('n2')!.current!.roundTripMs).toBeGreaterThan(0)
  expect(tunnels[0]!.figures('n9')).toBeUndefined()
})

test('a peer that moves to another port is followed', async () => {
  // As a NAT would: what comes from port 7001 comes from 7777 now.
  left.sh('nft add table ip nat')
  left.sh('nft add chain ip nat out { type filter hook postrouting priority -300 \\; }')
  left.sh('nft add rule ip nat out udp sport 7001 udp sport set 7777')
  left.sh('nft add chain ip nat in { type filter hook prerouting priority -300 \\; }')
  left.sh('nft add rule ip nat in udp dport 7001 drop')
  left.sh('nft add rule ip nat in udp dport 7777 udp dport set 7001')
  const server = await left.enter(() => echo('left', '10.42.1.2', 80))
  const answers = async () => (await source(right, '10.42.1.2', 80, 1000)) === 'left 10.44.0.2'
  await until('it answers from its new place', answers, 20_000)
  expect(told.join()).toContain(
    'a peer speaks from a place that it did not name {"node":"n1","address":"192.168.7.1","port":7777}',
  )
  server.stop()
  left.sh('nft delete table ip nat')
}, 30_000)

test('foreign datagrams and addresses are refused', async () => {
  const before = tunnels[1]!.counters().refused
  const stranger = await left.enter(() => Bun.udpSocket({}))
  for (let size = 0; size < 200; size += 3)
    stranger.send(crypto.getRandomValues(new Uint8Array(size)), 7002, '192.168.7.2')
  await until('they are refused', () => tunnels[1]!.counters().refused > before, 20_000)
  stranger.close()
})

test('a peer speaks for its own addresses only', async () => {
  left.sh('ip addr add 172.16.9.9/32 dev lo')
  const received: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const server = await right.enter(() =>
    Bun.udpSocket({
      hostname: '10.42.2.2',
      port: 81,
      socket: {
        data(_socket, _bytes, _port, from) {
          received.push(from)
          if (from === '10.42.1.2') resolve()
        },
      },
    }),
  )
  for (const hostname of ['172.16.9.9', '10.42.1.2']) {
    const sender = await left.enter(() => Bun.udpSocket({ hostname }))
    sender.send('x', 81, '10.42.2.2')
    sender.close()
  }
  await promise
  expect(received).toEqual(['10.42.1.2'])
  server.close()
})

test('a secret is never used again', () => {
  for (const tunnel of tunnels) tunnel.setPeers([])
  expect(() => connect()).toThrow('was used before')
})
