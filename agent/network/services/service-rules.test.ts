import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { silentLogger } from '../../../mesh/logger/logger.ts'
import { until } from '../../../test/lab/until.ts'
import { type Echo, echo, source, udpClient } from '../testing/echo.ts'
import { join, Namespace } from '../testing/namespace.ts'
import type { Endpoint, Frontend, NodeFacts } from './frontend.ts'
import { removeServiceRules, ServiceRules } from './service-rules.ts'

/**
 * One node with two pods, one more pod behind another node, and a client outside: real rules, real traffic. `echo`
 * servers answer with their own name and the address they see.
 */
const facts: NodeFacts = {
  nodeName: 'one',
  family: 'IPv4',
  podCidr: '10.42.1.0/24',
  clusterCidrs: ['10.42.0.0/16', '10.99.0.0/24'],
  serviceCidr: '10.43.0.0/16',
  ownServiceAddresses: ['10.43.0.1'],
}
const endpoints: Record<'a' | 'b' | 'far', Endpoint> = {
  a: { address: '10.42.1.2', port: 8080, isLocal: true },
  b: { address: '10.42.1.3', port: 8080, isLocal: true },
  far: { address: '10.42.2.2', port: 8080, isLocal: false },
}

let node: Namespace
let podA: Namespace
let podB: Namespace
let farPod: Namespace
let client: Namespace
let rules: ServiceRules
const servers: Echo[] = []

const log = { ...silentLogger, error: console.error }

async function openRules(): Promise<ServiceRules> {
  return node.enter(() => ServiceRules.open({ facts, instance: 'test', log }))
}

beforeAll(async () => {
  node = new Namespace('node')
  podA = new Namespace('pod-a')
  podB = new Namespace('pod-b')
  farPod = new Namespace('far')
  client = new Namespace('client')
  node.sh('sysctl -qw net.ipv4.ip_forward=1')
  for (const [pod, link, address] of [
    [podA, 'pa', '10.42.1.2'],
    [podB, 'pb', '10.42.1.3'],
  ] as const) {
    join([node, link], [pod, 'eth0', `${address}/32`])
    node.sh(`sh -c "ip addr add 10.42.1.1/32 dev ${link}; ip route add ${address}/32 dev ${link}"`)
    pod.sh('sh -c "ip route add 10.42.1.1 dev eth0; ip route add default via 10.42.1.1"')
  }
  // The far pod's node is played by the pod itself: 10.99.0.2 is its node address.
  join([node, 'eth1', '10.99.0.1/24'], [farPod, 'eth0', '10.99.0.2/24'])
  farPod.sh('sh -c "ip addr add 10.42.2.2/32 dev lo; ip route add 10.42.1.0/24 via 10.99.0.1"')
  node.sh('ip route add 10.42.2.0/24 via 10.99.0.2')
  join([node, 'eth0', '192.168.9.1/24'], [client, 'eth0', '192.168.9.2/24'])
  client.sh('ip route add default via 192.168.9.1')
  node.sh('ip route add 10.43.0.0/16 dev lo')
  for (const [namespace, name, address] of [
    [podA, 'a', '10.42.1.2'],
    [podB, 'b', '10.42.1.3'],
    [farPod, 'far', '10.42.2.2'],
  ] as const)
    servers.push(await namespace.enter(() => echo(name, address, 8080)))
  servers.push(await client.enter(() => echo('outside', '192.168.9.2', 8080)))
  rules = await openRules()
  await rules.apply()
})

afterAll(async () => {
  await rules?.stop()
  for (const server of servers) server.stop()
  for (const namespace of [node, podA, podB, farPod, client]) namespace?.remove()
})

const vip = '10.43.0.10'
const tcp = (over: Partial<Frontend> = {}): Frontend => ({
  address: vip,
  protocol: 'tcp',
  port: 80,
  endpoints: [endpoints.a, endpoints.b, endpoints.far],
  scope: 'cluster',
  ...over,
})

async function serve(...frontends: Frontend[]): Promise<void> {
  rules.set('default/web', frontends)
  await rules.apply()
}

/** Answers of `count` connections, one after the other, as `name client-address`, sorted and without repetitions. */
async function answers(
  from: Namespace,
  address: string,
  port: number,
  count = 30,
  timeoutMs?: number,
): Promise<string[]> {
  const all: string[] = []
  for (let index = 0; index < count; index++) all.push(await source(from, address, port, timeoutMs))
  return [...new Set(all)].sort()
}

describe('ClusterIP', () => {
  test('leads to every endpoint, and these see the client', async () => {
    await serve(tcp())
    expect(await answers(podA, vip, 80)).toEqual(['a 10.42.1.1', 'b 10.42.1.2', 'far 10.42.1.2'])
    expect((await answers(node, vip, 80)).map((answer) => answer.split(' ')[0])).toEqual(['a', 'b', 'far'])
  })

  test('a client outside the cluster is hidden, so that answers come back', async () => {
    await serve(tcp({ endpoints: [endpoints.far] }))
    expect(await answers(client, vip, 80, 3)).toEqual(['far 10.99.0.1'])
  })

  test('without endpoints, or at another port, it is refused at once', async () => {
    await serve(tcp({ endpoints: [] }))
    for (const from of [podA, node]) expect(await answers(from, vip, 80, 1)).toEqual(['ECONNREFUSED'])
    await serve(tcp())
    expect(await answers(podA, vip, 81, 1)).toEqual(['ECONNREFUSED'])
    expect(await answers(podA, '10.43.7.7', 80, 1)).toEqual(['ECONNREFUSED'])
  })

  test('an internal policy Local without local endpoints drops', async () => {
    await serve(tcp({ endpoints: [], dropWhenEmpty: true }))
    expect(await answers(podA, vip, 80, 1, 500)).toEqual(['timeout'])
  })

  test("the node's own service address is left alone", async () => {
    node.sh('ip addr add 10.43.0.1/32 dev lo')
    const api = await node.enter(() => echo('api', '10.43.0.1', 443))
    expect(await answers(podA, '10.43.0.1', 443, 2)).toEqual(['api 10.42.1.2'])
    expect((await answers(node, '10.43.0.1', 443, 2))[0]).toStartWith('api')
    api.stop()
  })
})

describe('session affinity', () => {
  const sticky = (list: Endpoint[], over: Partial<Frontend> = {}) =>
    tcp({ endpoints: list, affinitySeconds: 100, ...over })

  test('a client keeps its endpoint, also while others come and go', async () => {
    await serve(sticky([endpoints.a, endpoints.b, endpoints.far]))
    const first = await answers(podB, vip, 80)
    expect(first).toHaveLength(1)
    const name = first[0]!.split(' ')[0] as keyof typeof endpoints
    const others = (['a', 'b', 'far'] as const).filter((other) => other !== name)
    await serve(sticky([endpoints[others[0]!], endpoints[name]]))
    expect(await answers(podB, vip, 80)).toEqual(first)
    await serve(sticky([endpoints[others[0]!], endpoints[others[1]!]]))
    const second = await answers(podB, vip, 80)
    expect(second).toHaveLength(1)
    expect(second).not.toEqual(first)
  })

  test('it ends with its timeout', async () => {
    await serve(sticky([endpoints.a, endpoints.b, endpoints.far], { affinitySeconds: 1 }))
    const names = async () => {
      const all = await Promise.all([podA, podB, farPod, client].map((from) => answers(from, vip, 80, 1)))
      return all.map((one) => one.map((answer) => answer.split(' ')[0]).join()).join(' ')
    }
    let before = ''
    // On a busy machine a question may not be answered in its time.
    for (let tries = 0; tries < 5 && !/^\w+ \w+ \w+ \w+$/.test(before); tries++) before = await names()
    expect(before).toMatch(/^\w+ \w+ \w+ \w+$/)
    // Each client may get the same one again, but hardly all four every time.
    let after = before
    for (let round = 0; round < 10 && after === before; round++) {
      await Bun.sleep(1100)
      after = await names()
    }
    expect(after).not.toBe(before)
  }, 20_000)

  test('at a NodePort', async () => {
    await serve(
      sticky([endpoints.a, endpoints.b, endpoints.far], { address: undefined, port: 30080, scope: 'external' }),
    )
    expect(await answers(client, '192.168.9.1', 30080)).toHaveLength(1)
  })
})

describe('NodePort', () => {
  const nodePort = (over: Partial<Frontend> = {}) =>
    tcp({ address: undefined, port: 30080, scope: 'external', ...over })

  test('is reached from outside, pods and the node, at every address', async () => {
    await serve(nodePort())
    expect(await answers(client, '192.168.9.1', 30080)).toEqual(['a 10.42.1.1', 'b 10.42.1.1', 'far 10.99.0.1'])
    for (const from of [podA, node, farPod])
      expect((await answers(from, '10.99.0.1', 30080)).map((answer) => answer.split(' ')[0])).toEqual(['a', 'b', 'far'])
  })

  test('policy Local keeps the client address and local endpoints; clients inside get all', async () => {
    await serve(nodePort({ scope: 'external-local', localEndpoints: [endpoints.a, endpoints.b] }))
    expect(await answers(client, '192.168.9.1', 30080)).toEqual(['a 192.168.9.2', 'b 192.168.9.2'])
    expect((await answers(podB, '10.99.0.1', 30080)).map((answer) => answer.split(' ')[0])).toEqual(['a', 'b', 'far'])
    expect((await answers(node, '10.99.0.1', 30080)).map((answer) => answer.split(' ')[0])).toEqual(['a', 'b', 'far'])
    await serve(nodePort({ scope: 'external-local', localEndpoints: [] }))
    expect(await answers(client, '192.168.9.1', 30080, 1, 500)).toEqual(['timeout'])
  })

  test('without any endpoint it is refused, even where the node itself listens', async () => {
    const squatter = await node.enter(() => echo('squatter', '0.0.0.0', 30080))
    await serve(nodePort({ endpoints: [] }))
    expect(await answers(client, '192.168.9.1', 30080, 1)).toEqual(['ECONNREFUSED'])
    squatter.stop()
  })
})

test('a load balancer address works like a port of its own', async () => {
  await serve(tcp({ address: '192.168.9.1', port: 8888, scope: 'external-local', localEndpoints: [endpoints.b] }))
  expect(await answers(client, '192.168.9.1', 8888, 5)).toEqual(['b 192.168.9.2'])
})

test('a pod reaches itself through its service', async () => {
  await serve(tcp({ endpoints: [endpoints.a] }))
  expect(await answers(podA, vip, 80, 3)).toEqual(['a 10.42.1.1'])
})

test('hostPort: the client keeps its address', async () => {
  await serve(tcp({ address: undefined, port: 9090, endpoints: [endpoints.a] }))
  expect(await answers(client, '192.168.9.1', 9090, 3)).toEqual(['a 192.168.9.2'])
  expect(await answers(podA, '192.168.9.1', 9090, 3)).toEqual(['a 10.42.1.1'])
})

test('pods go out with the address of the node, and inside the cluster with their own', async () => {
  expect(await answers(podA, '192.168.9.2', 8080, 2)).toEqual(['outside 192.168.9.1'])
  expect(await answers(podA, '10.42.2.2', 8080, 2)).toEqual(['far 10.42.1.2'])
})

test('a UDP client that never stops follows its service', async () => {
  const udp = (list: Endpoint[]) => tcp({ protocol: 'udp', port: 53, endpoints: list })
  const socket = await udpClient(podB, vip, 53)
  await serve(udp([]))
  expect(await socket.ask(300)).toBe('nothing')
  await serve(udp([endpoints.a]))
  expect(await socket.ask()).toBe('a 10.42.1.3')
  await serve(udp([endpoints.far]))
  expect(await socket.ask()).toBe('far 10.42.1.3')
  socket.close()
})

describe('the table', () => {
  const flushes = [
    'nft flush ruleset',
    'nft delete table ip skein-test',
    'nft flush chain ip skein-test services',
    'nft flush map ip skein-test address-services',
  ]
  test.each(flushes)('is back after %s', async (command) => {
    await serve(tcp())
    const before = node.sh('nft list table ip skein-test')
    const rebuilds = rules.counters.rebuilds
    node.sh(command)
    await until('it is built again', () => rules.counters.rebuilds > rebuilds, 20_000)
    expect(withoutOrder(node.sh('nft list table ip skein-test'))).toEqual(withoutOrder(before))
    expect((await answers(podA, vip, 80, 2)).length).toBeGreaterThan(0)
  })

  test("other programs' changes elsewhere, and our own, do not rebuild it", async () => {
    const rebuilds = rules.counters.rebuilds
    node.sh('nft add table ip other')
    for (const list of [[endpoints.a], [endpoints.b], []]) await serve(tcp({ endpoints: list }))
    await Bun.sleep(1600)
    expect(rules.counters.rebuilds).toBe(rebuilds)
  })

  test('is taken over by the next run, and goes with remove', async () => {
    await serve(tcp({ endpoints: [endpoints.a] }))
    await rules.stop()
    expect(await answers(podB, vip, 80, 2)).toEqual(['a 10.42.1.3'])
    rules = await openRules()
    await serve(tcp({ endpoints: [endpoints.b] }))
    expect(await answers(podA, vip, 80, 2)).toEqual(['b 10.42.1.2'])
    await rules.stop()
    await node.enter(() => removeServiceRules({ instance: 'test', log }))
    expect(node.sh('nft list ruleset')).not.toContain('skein')
    rules = await openRules()
  })
})

/** The lines of a listing in an order of their own, without the clients remembered for affinity. */
/** nft lists elements in any order and breaks lines where it likes; affinity's choices come and go. */
const withoutOrder = (listing: string): string[] =>
  listing
    .split(/[\n,{}]/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'elements =' && !part.includes('expires'))
    .sort()
