import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { silentLogger } from '../../../mesh/logger/logger.ts'
import { addressOf, parseCidr } from '../address/address.ts'
import { type Echo, echo, source } from '../testing/echo.ts'
import { join, Namespace } from '../testing/namespace.ts'
import { chooseUnprobedWay, type Peer, peerOf, type WayKind } from './peer.ts'
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

function routesOf(number: number, node: Namespace): PeerRoutes {
  return node.enter(
    () =>
      new PeerRoutes({
        nodeAddress: addressOf(`10.44.0.${number}`),
        instance: 'test',
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

function connect({ routes }: TestNode, others: TestNode[], forced?: WayKind): void {
  const peers = others.map(peer)
  const networks = routes.networks()
  routes.set(peers, new Map(peers.map((one) => [one.name, chooseUnprobedWay(one, networks, forced)!])))
}

const connectAll = (forced?: WayKind) => {
  for (const one of nodes)
    connect(
      one,
      nodes.filter((other) => other !== one),
      forced,
    )
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
    connectAll('vxlan')
    expect(nodes[0]!.node.sh('ip route show 10.42.2.0/24')).toContain('dev skx-test')
    await expectMatrix()
    connectAll()
    await expectMatrix()
  })

  test('a node that goes takes its routes along', () => {
    connect(nodes[0]!, [nodes[1]!])
    expect(nodes[0]!.node.sh('ip route')).not.toContain('10.42.3.0/24')
    expect(nodes[0]!.node.sh('ip route')).toContain('10.42.2.0/24')
    expect(nodes[0]!.node.sh('ip link')).not.toContain('skx-test')
    connectAll()
  })

  test('the way to a node of which nothing is known stays as it was', () => {
    const before = nodes[0]!.node.sh('ip route')
    nodes[0]!.routes.set(nodes.slice(1).map(peer), new Map())
    expect(nodes[0]!.node.sh('ip route')).toBe(before)
    connectAll()
    expect(nodes[0]!.node.sh('ip route')).toBe(before)
  })

  test('removal leaves nothing', () => {
    nodes[0]!.node.enter(() => removePeerRoutes('test'))
    expect(nodes[0]!.node.sh('ip route')).not.toContain('proto 83')
    expect(nodes[0]!.node.sh('ip link')).not.toContain('skx-test')
  })
})

describe('choosing by Node objects alone', () => {
  const networks = [{ link: 2, cidr: parseCidr('192.168.1.0/24'), address: addressOf('192.168.1.1') }]
  const at = (...outer: string[]): Peer => ({
    name: 'x',
    nodeAddress: addressOf('10.44.0.9'),
    podCidrs: [],
    outerAddresses: outer.map(addressOf),
  })

  test('the same network is preferred among several addresses', () => {
    expect(chooseUnprobedWay(at('172.16.0.9', '192.168.1.9'), networks)).toMatchObject({ kind: 'route', link: 2 })
    expect(chooseUnprobedWay(at('172.16.0.9'), networks)).toMatchObject({ kind: 'vxlan' })
  })

  test('our own address on two sites is not a neighbour', () => {
    expect(chooseUnprobedWay(at('192.168.1.1'), networks)).toMatchObject({ kind: 'vxlan' })
  })

  test('without an address there is no way', () => {
    expect(chooseUnprobedWay(at(), networks)).toBeUndefined()
    expect(chooseUnprobedWay(at('172.16.0.9'), networks, 'route')).toBeUndefined()
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
