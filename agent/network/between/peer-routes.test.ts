import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { silentLogger } from '../../../mesh/logger/logger.ts'
import { addressOf, parseCidr } from '../address/address.ts'
import { type Echo, echo, source } from '../testing/echo.ts'
import { join, Namespace } from '../testing/namespace.ts'
import { chooseWay, type Peer, peerOf } from './peer.ts'
import { PeerRoutes, removePeerRoutes } from './peer-routes.ts'

/** Nodes 1 and 2 on one switch, node 3 behind a router; each with a pod. */
interface TestNode {
  number: number
  node: Namespace
  pod: Namespace
  routes: PeerRoutes
  outer: string
}

let wire: Namespace
let router: Namespace
const nodes: TestNode[] = []
const servers: Echo[] = []

const podAddress = (number: number) => `10.42.${number}.2`
const peer = ({ number, outer }: TestNode): Peer => ({
  name: `n${number}`,
  nodeAddress: addressOf(`10.44.0.${number}`),
  podCidrs: [parseCidr(`10.42.${number}.0/24`)],
  outerAddresses: [addressOf(outer)],
})

function routesOf(number: number, node: Namespace, forced?: 'vxlan'): PeerRoutes {
  return node.enter(
    () =>
      new PeerRoutes({
        nodeAddress: addressOf(`10.44.0.${number}`),
        instance: 'test',
        forced,
        log: silentLogger,
      }),
  )
}

beforeAll(async () => {
  wire = new Namespace('wire')
  router = new Namespace('router')
  wire.sh('sh -c "ip link add br0 type bridge; ip link set br0 up"')
  router.sh('sysctl -qw net.ipv4.ip_forward=1')
  join([wire, 'w0'], [router, 'left', '192.168.1.254/24'])
  wire.sh('ip link set w0 master br0')
  for (const number of [1, 2, 3]) {
    const node = new Namespace(`n${number}`)
    const pod = new Namespace(`p${number}`)
    node.sh('sysctl -qw net.ipv4.ip_forward=1')
    node.sh(`ip addr add 10.44.0.${number}/32 dev lo`)
    join([node, 'pod0', `10.42.${number}.1/32`], [pod, 'eth0', `${podAddress(number)}/32`])
    node.sh(`ip route add ${podAddress(number)} dev pod0`)
    pod.sh(`sh -c "ip route add 10.42.${number}.1 dev eth0; ip route add default via 10.42.${number}.1"`)
    const outer = number === 3 ? '172.16.0.3' : `192.168.1.${number}`
    if (number === 3) join([router, 'right', '172.16.0.254/24'], [node, 'eth0', `${outer}/24`])
    else {
      join([wire, `w${number}`], [node, 'eth0', `${outer}/24`])
      wire.sh(`ip link set w${number} master br0`)
    }
    node.sh(`ip route add default via ${number === 3 ? '172.16.0.254' : '192.168.1.254'}`)
    servers.push(await pod.enter(() => echo(`pod${number}`, podAddress(number), 80)))
    servers.push(await node.enter(() => echo(`node${number}`, `10.44.0.${number}`, 80)))
    nodes.push({ number, node, pod, outer, routes: routesOf(number, node) })
  }
})

afterAll(() => {
  for (const server of servers) server.stop()
  for (const { node, pod, routes } of nodes) {
    routes.close()
    node.remove()
    pod.remove()
  }
  wire?.remove()
  router?.remove()
})

const connectAll = () => {
  for (const one of nodes) one.routes.set(nodes.filter((other) => other !== one).map(peer))
}

/** Every pod and node reaches every other pod and node, and is seen by its own address. */
async function expectMatrix(): Promise<void> {
  for (const from of nodes)
    for (const to of nodes.filter((one) => one !== from)) {
      expect(await source(from.pod, podAddress(to.number), 80)).toBe(`pod${to.number} ${podAddress(from.number)}`)
      expect(await source(from.node, podAddress(to.number), 80)).toBe(`pod${to.number} 10.44.0.${from.number}`)
      expect(await source(from.pod, `10.44.0.${to.number}`, 80)).toBe(`node${to.number} ${podAddress(from.number)}`)
      expect(await source(from.node, `10.44.0.${to.number}`, 80)).toBe(`node${to.number} 10.44.0.${from.number}`)
    }
}

describe('between nodes', () => {
  test('routes on one network, VXLAN across a router, chosen by themselves', async () => {
    connectAll()
    expect(nodes[0]!.routes.ways.get('n2')).toMatchObject({ kind: 'route' })
    expect(nodes[0]!.routes.ways.get('n3')).toMatchObject({ kind: 'vxlan' })
    expect(nodes[0]!.node.sh('ip route show 10.42.2.0/24')).toContain('via 192.168.1.2 dev eth0 proto 83 src 10.44.0.1')
    await expectMatrix()
  })

  test('again changes nothing', () => {
    const before = nodes[0]!.node.sh('sh -c "ip route; ip neigh show dev skx-test; bridge fdb show dev skx-test"')
    connectAll()
    expect(nodes[0]!.node.sh('sh -c "ip route; ip neigh show dev skx-test; bridge fdb show dev skx-test"')).toBe(before)
  })

  test('VXLAN for all, taking over from routes while running, and back', async () => {
    const free = nodes.map(({ routes }) => routes)
    for (const one of nodes) one.routes = routesOf(one.number, one.node, 'vxlan')
    connectAll()
    expect(nodes[0]!.node.sh('ip route show 10.42.2.0/24')).toContain('dev skx-test')
    await expectMatrix()
    for (const [index, one] of nodes.entries()) {
      one.routes.close()
      one.routes = free[index]!
    }
    connectAll()
    await expectMatrix()
  })

  test('a node that goes takes its routes along', () => {
    nodes[0]!.routes.set([peer(nodes[1]!)])
    expect(nodes[0]!.node.sh('ip route')).not.toContain('10.42.3.0/24')
    expect(nodes[0]!.node.sh('ip route')).toContain('10.42.2.0/24')
    expect(nodes[0]!.node.sh('ip link')).not.toContain('skx-test')
    connectAll()
  })

  test('removal leaves nothing', () => {
    nodes[0]!.node.enter(() => removePeerRoutes('test'))
    expect(nodes[0]!.node.sh('ip route')).not.toContain('proto 83')
    expect(nodes[0]!.node.sh('ip link')).not.toContain('skx-test')
  })
})

describe('choosing', () => {
  const networks = [{ link: 2, cidr: parseCidr('192.168.1.0/24'), address: addressOf('192.168.1.1') }]
  const at = (...outer: string[]): Peer => ({
    name: 'x',
    nodeAddress: addressOf('10.44.0.9'),
    podCidrs: [],
    outerAddresses: outer.map(addressOf),
  })

  test('the same network is preferred among several addresses', () => {
    expect(chooseWay(at('172.16.0.9', '192.168.1.9'), networks)).toMatchObject({ kind: 'route', link: 2 })
    expect(chooseWay(at('172.16.0.9'), networks)).toMatchObject({ kind: 'vxlan' })
  })

  test('our own address on two sites is not a neighbour', () => {
    expect(chooseWay(at('192.168.1.1'), networks)).toMatchObject({ kind: 'vxlan' })
  })

  test('without an address there is no way', () => {
    expect(chooseWay(at(), networks)).toEqual({ kind: 'none' })
    expect(chooseWay(at('172.16.0.9'), networks, undefined, 'route')).toEqual({ kind: 'none' })
  })

  test('behind a NAT the tunnel is taken, once it answers', () => {
    const seen = (at: string, sees = '192.168.1.1', isAnswering = true) => ({
      link: 9,
      address: addressOf(at),
      observedAddress: addressOf(sees),
      isAnswering,
    })
    const peer = at('192.168.77.9')
    const throughTunnel = { kind: 'tunnel' as const, link: 9 }
    expect(chooseWay(peer, networks, seen('203.0.113.5'))).toEqual(throughTunnel)
    expect(chooseWay(peer, networks, seen('203.0.113.5', '192.168.1.1', false))).toEqual({ kind: 'none' })
    expect(chooseWay(peer, networks, seen('192.168.77.9'))).toMatchObject({ kind: 'vxlan' })
    expect(chooseWay(peer, networks, seen('192.168.77.9', '203.0.113.1'))).toEqual(throughTunnel)
    expect(chooseWay(at('192.168.1.9'), networks, seen('203.0.113.5'))).toMatchObject({ kind: 'route' })
    expect(chooseWay(peer, networks, seen('192.168.77.9'), 'tunnel')).toEqual(throughTunnel)
    expect(chooseWay(peer, networks, undefined, 'tunnel')).toEqual({ kind: 'none' })
  })

  test('a Node object lacks or has what is needed', () => {
    const addresses = [
      { type: 'InternalIP', address: '10.44.0.2' },
      { type: 'ExternalIP', address: '192.168.1.2' },
      { type: 'Hostname', address: 'x' },
    ]
    const metadata = { name: 'n2' }
    expect(peerOf({ metadata, spec: { podCIDR: '10.42.2.0/24' }, status: { addresses } })).toMatchObject({
      name: 'n2',
      outerAddresses: [addressOf('192.168.1.2')],
    })
    expect(peerOf({ metadata, spec: {}, status: { addresses } })).toBeUndefined()
    expect(peerOf({ metadata, spec: { podCIDR: '10.42.2.0/24' } })).toBeUndefined()
  })
})
