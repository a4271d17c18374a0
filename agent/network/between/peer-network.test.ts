import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Node } from '../../../api/schema/generated/types/core-v1.ts'
import { type Logger, silentLogger } from '../../../mesh/logger/logger.ts'
import { type Echo, echo, source } from '../testing/echo.ts'
import { join, Namespace } from '../testing/namespace.ts'
import { PeerNetwork } from './peer-network.ts'

/**
 * Node 1 in the open, node 2 behind a NAT router, node 3 behind another, whose private network has the same numbers: no
 * route leads to nodes 2 and 3 but the ones they open themselves.
 */
interface Site {
  number: number
  node: Namespace
  outer: string
  network: PeerNetwork
}

const wire: { namespace?: Namespace } = {}
const routers: Namespace[] = []
const sites: Site[] = []
const servers: Echo[] = []
const log: Logger = { ...silentLogger, error: console.error, child: () => log }

const nodeObject = ({ number, outer }: Site): Node => ({
  metadata: { name: `n${number}` },
  spec: { podCIDR: `10.42.${number}.0/24` },
  status: {
    addresses: [
      { type: 'InternalIP', address: `10.44.0.${number}` },
      { type: 'ExternalIP', address: outer },
    ],
  },
})

function makeRouter(number: number, node: Namespace): void {
  const router = new Namespace(`r${number}`)
  routers.push(router)
  join([wire.namespace!, `w${number}`], [router, 'out', `203.0.113.${number}/24`])
  join([router, 'in', '192.168.1.254/24'], [node, 'eth0', '192.168.1.7/24'])
  router.sh('sysctl -qw net.ipv4.ip_forward=1')
  router.sh('nft add table ip nat')
  router.sh('nft add chain ip nat c { type nat hook postrouting priority 100 \\; }')
  router.sh('nft add rule ip nat c oifname out masquerade')
  // As routers for homes and offices do. One that answers unknown datagrams itself remembers them as its own connections,
  // and gives the port that is punched to nobody else.
  router.sh('nft add chain ip nat input { type filter hook input priority 0 \\; policy drop \\; }')
  node.sh('ip route add default via 192.168.1.254')
}

beforeAll(async () => {
  const namespace = new Namespace('internet')
  wire.namespace = namespace
  namespace.sh('sh -c "ip link add br0 type bridge; ip link set br0 up"')
  for (const number of [1, 2, 3]) {
    const node = new Namespace(`s${number}`)
    if (number === 1) join([namespace, 'w1'], [node, 'eth0', '203.0.113.1/24'])
    else makeRouter(number, node)
    namespace.sh(`ip link set w${number} master br0`)
    node.sh(`sh -c "ip addr add 10.42.${number}.2/32 dev lo; ip addr add 10.44.0.${number}/32 dev lo"`)
    servers.push(await node.enter(() => echo(`pod${number}`, `10.42.${number}.2`, 80)))
    const options = { nodeName: `n${number}`, nodeAddress: `10.44.0.${number}`, instance: 'peers', log }
    const network = node.enter(() => new PeerNetwork(options))
    sites.push({ number, node, outer: number === 1 ? '203.0.113.1' : '192.168.1.7', network })
  }
  for (const { network } of sites) network.setNodes(sites.map(nodeObject))
})

afterAll(async () => {
  await Promise.all(sites.map(({ network }) => network.stop()))
  for (const server of servers) server.stop()
  for (const one of [...sites.map(({ node }) => node), ...routers, wire.namespace]) one?.remove()
})

/** A new secret for each pair, and the addresses that a rendezvous would see. */
async function shakeHands(): Promise<void> {
  const secrets = new Map<string, Uint8Array>()
  const pair = (one: number, other: number) => {
    const key = [one, other].sort().join()
    const secret = secrets.get(key) ?? crypto.getRandomValues(new Uint8Array(32))
    secrets.set(key, secret)
    return secret
  }
  const tell = (portOf: (site: Site) => number) => {
    for (const site of sites)
      site.node.enter(() =>
        site.network.setTunnelPeers(
          sites
            .filter((other) => other !== site)
            .map((other) => ({
              name: `n${other.number}`,
              secret: pair(site.number, other.number),
              isInitiator: site.number < other.number,
              address: `203.0.113.${other.number}`,
              port: portOf(other),
            })),
        ),
      )
  }
  // The ports are known once the sockets are open; these routers keep them.
  tell(() => 9)
  tell((site) => site.network.tunnelPort!)
}

const wayOf = (from: number, to: number) => sites[from - 1]!.network.ways().get(`n${to}`)?.way

async function eventually(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!condition() && Date.now() < deadline) await Bun.sleep(20)
}

test('all reach all, through two NATs, once they have shaken hands', async () => {
  await shakeHands()
  const pairs = [1, 2, 3].flatMap((from) => [1, 2, 3].filter((to) => to !== from).map((to) => [from, to] as const))
  await eventually(() => pairs.every(([from, to]) => wayOf(from, to) === 'tunnel'))
  expect(pairs.map(([from, to]) => `${from}-${to} ${wayOf(from, to)}`)).toEqual(
    pairs.map(([from, to]) => `${from}-${to} tunnel`),
  )
  for (const [from, to] of pairs)
    expect(await source(sites[from - 1]!.node, `10.42.${to}.2`, 80, 3000)).toBe(`pod${to} 10.44.0.${from}`)
  expect(sites[1]!.network.ways().get('n3')!.path!.roundTripMs).toBeGreaterThan(0)
}, 30_000)

test('a peer that falls silent loses its way, and gets it back', async () => {
  const router = routers[0]!
  router.sh('nft add table ip cut')
  router.sh('nft add chain ip cut c { type filter hook forward priority -10 \\; policy drop \\; }')
  await eventually(() => wayOf(1, 2) === 'none', 15_000)
  expect(wayOf(1, 2)).toBe('none')
  expect(wayOf(1, 3)).toBe('tunnel')
  expect(sites[0]!.node.sh('ip route')).not.toContain('10.42.2.0/24')
  router.sh('nft delete table ip cut')
  await eventually(() => wayOf(1, 2) === 'tunnel')
  expect(await source(sites[0]!.node, '10.42.2.2', 80, 3000)).toBe('pod2 10.44.0.1')
}, 40_000)
