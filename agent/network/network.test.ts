import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import type { Client } from '../../api/client/client.ts'
import { type LocalApi, startLocalApi } from '../../api/client/local-api.ts'
import { endpointslices, namespaces, nodes, pods, services } from '../../api/schema/generated/resources.ts'
import type { Pod, ServiceSpec } from '../../api/schema/generated/types/core-v1.ts'
import type { EndpointConditions } from '../../api/schema/generated/types/discovery-v1.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { silentLogger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import { until, untilEqual } from '../../test/lab/until.ts'
import { type Network, type NetworkOptions, startNetwork } from './network.ts'
import { decode, encode, type PacketRecord } from './testing/dns-packet.ts'
import { type Echo, echo, source } from './testing/echo.ts'
import { join, Namespace } from './testing/namespace.ts'

/** A node with one pod, and a machine outside that is also the host's name server. The cluster is a real API. */
const log = { ...silentLogger, error: console.error, child: () => log }
let scratch: string
let node: Namespace
let pod: Namespace
let outside: Namespace
let leave: () => void
let api: LocalApi
let client: Client
let options: NetworkOptions
let network: Network
let nameServer: { close(): void; asked: string[] }
const servers: Echo[] = []

/** Knows www.example.com, and gives many addresses for big.example.com. */
async function startNameServer(address: string) {
  const asked: string[] = []
  const answer = (bytes: Uint8Array, limit: number): Uint8Array => {
    const { id, questions } = decode(bytes)
    const [{ name, type }] = questions as [{ name: string; type: string }]
    asked.push(`${name} ${type}`)
    const count = name === 'www.example.com' ? 1 : name === 'big.example.com' ? 100 : 0
    const answers: PacketRecord[] = Array.from({ length: type === 'A' ? count : 0 }, (_, index) => ({
      name,
      type,
      ttl: 60,
      data: `93.184.216.${index + 1}`,
    }))
    const soa = {
      mname: 'ns.example.com',
      rname: 'x.example.com',
      serial: 1,
      refresh: 1,
      retry: 1,
      expire: 1,
      minimum: 30,
    }
    const authorities: PacketRecord[] = count === 0 ? [{ name: 'example.com', type: 'SOA', ttl: 60, data: soa }] : []
    const flags = count === 0 ? 3 : 0
    const whole = encode({ type: 'response', id, flags, questions, answers, authorities })
    return whole.length <= limit ? whole : encode({ type: 'response', id, flags: 0x200, questions })
  }
  const tcp = Bun.listen({
    hostname: address,
    port: 53,
    socket: {
      data(socket, data) {
        const bytes = answer(data.subarray(2), 65_535)
        socket.write(Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes]))
      },
    },
  })
  const udp = await Bun.udpSocket({
    hostname: address,
    port: 53,
    socket: {
      data(socket, bytes, port, from) {
        socket.send(answer(bytes, 512), port, from)
      },
    },
  })
  return {
    asked,
    close() {
      tcp.stop(true)
      udp.close()
    },
  }
}

beforeAll(async () => {
  scratch = mkdtempSync(joinPath(tmpdir(), 'skein-network-test-'))
  node = new Namespace('n')
  pod = new Namespace('p')
  outside = new Namespace('o')
  join([node, 'veth0'], [pod, 'eth0', '10.42.0.2/32'])
  node.sh('sh -c "ip addr add 10.42.0.1/32 dev veth0; ip route add 10.42.0.2/32 dev veth0"')
  pod.sh('sh -c "ip route add 10.42.0.1 dev eth0; ip route add default via 10.42.0.1"')
  join([node, 'eth0', '192.168.9.1/24'], [outside, 'eth0', '192.168.9.2/24'])
  nameServer = await outside.enter(() => startNameServer('192.168.9.2'))
  servers.push(await pod.enter(() => echo('pod', '10.42.0.2', 8080)))
  writeFileSync(
    joinPath(scratch, 'resolv.conf'),
    'nameserver 10.43.0.10\nnameserver 192.168.9.9\nnameserver 192.168.9.2\n',
  )
  api = await startLocalApi({
    store: new MemoryStore({ clock: systemClock }),
    clock: systemClock,
    log: silentLogger,
    peer: 'one',
  })
  client = api.client('test')
  for (const name of ['default', 'kube-system']) await client.resource(namespaces).create({ metadata: { name } })
  options = {
    client,
    nodeName: 'one',
    nodeAddress: '10.44.0.1',
    podCidr: '10.42.0.0/24',
    clusterCidr: '10.42.0.0/16',
    serviceCidr: '10.43.0.0/16',
    nodeCidr: '10.44.0.0/16',
    dnsAddress: '10.43.0.10',
    clusterDomain: 'cluster.local',
    apiServiceAddress: '10.43.0.1',
    cniDirectory: joinPath(scratch, 'cni'),
    stateDirectory: joinPath(scratch, 'state'),
    clock: systemClock,
    log,
    instance: 'test',
    resolvConf: joinPath(scratch, 'resolv.conf'),
  }
  leave = node.stay()
  await createService('web', { clusterIP: '10.43.0.7', ports: [{ name: 'http', port: 80 }] })
  await setEndpoint('web', 'http', '10.42.0.2')
  network = await startNetwork(options)
})

afterAll(async () => {
  await network?.stop()
  leave?.()
  await api?.stop()
  nameServer?.close()
  for (const server of servers) server.stop()
  for (const namespace of [node, pod, outside]) namespace?.remove()
  rmSync(scratch, { recursive: true })
})

const createService = (name: string, spec: ServiceSpec) =>
  client.resource(services).create({ metadata: { name, namespace: 'default' }, spec })

async function setEndpoint(service: string, portName: string, address: string, conditions: EndpointConditions = {}) {
  const labels = { 'kubernetes.io/service-name': service }
  const slice = {
    metadata: { name: `${service}-1`, namespace: 'default', labels },
    addressType: 'IPv4',
    ports: [{ name: portName, port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: [address], nodeName: 'one', conditions }],
  }
  const resource = client.resource(endpointslices, 'default')
  await resource.delete(`${service}-1`).catch(() => undefined)
  await resource.create(slice)
}

const eventually = (ask: () => Promise<string>, expected: string) => untilEqual('the answer', ask, expected, 20_000)

const dig = async (from: Namespace, question: string) =>
  (await from.run(`dig +tries=1 +time=3 @10.43.0.10 ${question}`)).output.trim()

describe('the host', () => {
  test('has what pods and the API need', () => {
    for (const address of ['10.43.0.1/32', '10.43.0.10/32', '10.44.0.1/32'])
      expect(node.sh('ip -4 addr show dev lo')).toContain(address)
    expect(node.sh('ip route show 10.43.0.0/16')).toContain('dev lo')
    expect(node.sh('cat /proc/sys/net/ipv4/ip_forward').trim()).toBe('1')
    const [file] = readdirSync(options.cniDirectory)
    const { plugins } = JSON.parse(readFileSync(joinPath(options.cniDirectory, file!), 'utf8'))
    expect(plugins).toMatchObject([
      { type: 'ptp', ipMasq: false, mtu: 1500, ipam: { ranges: [[{ subnet: '10.42.0.0/24' }]] } },
    ])
  })

  test('whose routes overlap gets one clear line', async () => {
    const overlapping = { ...options, instance: 'other', serviceCidr: '192.168.0.0/16' }
    const failure = (one: NetworkOptions) => startNetwork(one).catch((error: Error) => error.message)
    expect(await failure(overlapping)).toBe(
      'the service range (--service-cidr) 192.168.0.0/16 overlaps the route 192.168.9.0/24 of this host (device eth0): choose another range',
    )
    expect(await failure({ ...options, serviceCidr: '10.42.128.0/17' })).toContain('overlap: choose others')
  })
})

describe('services', () => {
  test('work from pods and from the node, and follow their endpoints', async () => {
    expect(await source(pod, '10.43.0.7', 80)).toBe('pod 10.42.0.1')
    expect(await source(node, '10.43.0.7', 80)).toBe('pod 10.44.0.1')
    await setEndpoint('web', 'http', '10.42.0.2', { ready: false })
    await eventually(() => source(node, '10.43.0.7', 80), 'ECONNREFUSED')
    await setEndpoint('web', 'http', '10.42.0.2', { ready: false, serving: true, terminating: true })
    await eventually(() => source(node, '10.43.0.7', 80), 'pod 10.44.0.1')
    await setEndpoint('web', 'http', '10.42.0.2')
  })

  test('NodePort, from outside', async () => {
    await createService('ported', {
      type: 'NodePort',
      clusterIP: '10.43.0.8',
      ports: [{ name: 'http', port: 80, nodePort: 30123 }],
    })
    await setEndpoint('ported', 'http', '10.42.0.2')
    await eventually(() => source(outside, '192.168.9.1', 30123), 'pod 10.42.0.1')
    await client.resource(services, 'default').delete('ported')
    await eventually(() => source(outside, '192.168.9.1', 30123), 'ECONNREFUSED')
  })

  test('hostPort comes and goes with its pod', async () => {
    const spec = {
      nodeName: 'one',
      containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 8080, hostPort: 8088 }] }],
    }
    const created: Pod = await client
      .resource(pods)
      .create({ metadata: { name: 'ported', namespace: 'default' }, spec })
    await client
      .resource(pods)
      .updateStatus({ ...created, status: { phase: 'Running', podIP: '10.42.0.2', podIPs: [{ ip: '10.42.0.2' }] } })
    await eventually(() => source(outside, '192.168.9.1', 8088), 'pod 192.168.9.2')
    await client.resource(pods, 'default').delete('ported', { gracePeriodSeconds: 0 })
    await eventually(() => source(outside, '192.168.9.1', 8088), 'ECONNREFUSED')
  })
})

test('a node that joins is reached by a route', async () => {
  const created = await client.resource(nodes).create({ metadata: { name: 'two' }, spec: { podCIDR: '10.42.1.0/24' } })
  const addresses = [
    { type: 'InternalIP', address: '10.44.0.2' },
    { type: 'ExternalIP', address: '192.168.9.2' },
  ]
  await client.resource(nodes).updateStatus({ ...created, status: { addresses } })
  await eventually(async () => network.ways().get('two')?.way ?? '', 'route via 192.168.9.2')
  expect(node.sh('ip route show 10.42.1.0/24')).toContain('via 192.168.9.2 dev eth0')
  await client.resource(nodes).delete('two')
  await eventually(async () => node.sh('ip route show 10.42.1.0/24'), '')
})

describe('names', () => {
  test('of services, over UDP and TCP, from pods and from the node', async () => {
    expect(await dig(pod, '+short web.default.svc.cluster.local')).toBe('10.43.0.7')
    expect(await dig(pod, '+short +tcp web.default.svc.cluster.local')).toBe('10.43.0.7')
    expect(await dig(node, '+short +noedns web.default.svc.cluster.local')).toBe('10.43.0.7')
    expect(await dig(pod, '+short -x 10.43.0.7')).toBe('web.default.svc.cluster.local.')
    expect(await dig(pod, '+short SRV _http._tcp.web.default.svc.cluster.local')).toBe(
      '0 100 80 web.default.svc.cluster.local.',
    )
    expect(await dig(pod, 'nope.default.svc.cluster.local')).toMatch(/NXDOMAIN.*SOA/s)
    expect(await dig(pod, 'web.default.svc.cluster.local')).not.toMatch(/WARNING: (?!.local)|Got bad packet|malformed/i)
  })

  test('through the search path, as a program in a pod asks', async () => {
    writeFileSync(
      joinPath(scratch, 'pod-resolv.conf'),
      'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.43.0.10\noptions ndots:5\n',
    )
    const inPod = (command: string) =>
      `unshare -m sh -c 'mount --bind ${scratch}/pod-resolv.conf /etc/resolv.conf && ${command}'`
    expect((await pod.run(inPod('getent ahostsv4 web'))).output).toMatch(
      /^10\.43\.0\.7 +STREAM web\.default\.svc\.cluster\.local/,
    )
    expect((await pod.run(inPod('getent hosts web.default'))).output).toContain('10.43.0.7')
    expect((await pod.run(inPod('getent ahostsv4 www.example.com'))).output).toContain('93.184.216.1')
  })

  test('follow their services', async () => {
    await createService('late', { clusterIP: '10.43.0.99', ports: [{ port: 80 }] })
    await eventually(() => dig(pod, '+short late.default.svc.cluster.local'), '10.43.0.99')
    await client.resource(services, 'default').delete('late')
    await eventually(() => dig(pod, '+short late.default.svc.cluster.local'), '')
  })

  test("elsewhere are asked of the host's servers, once while they are remembered", async () => {
    const ask = () => dig(pod, '+short www.example.com')
    nameServer.asked.splice(0)
    expect(await ask()).toBe('93.184.216.1')
    expect(await ask()).toBe('93.184.216.1')
    expect(nameServer.asked.filter((question) => question === 'www.example.com A')).toHaveLength(1)
    for (let count = 0; count < 2; count++) expect(await dig(pod, 'nope.example.com')).toContain('NXDOMAIN')
    expect(nameServer.asked.filter((question) => question.startsWith('nope.example.com'))).toHaveLength(1)
  })

  test('an answer too large comes over TCP', async () => {
    expect(await dig(pod, '+noedns +ignore big.example.com')).toMatch(/flags:[^;]* tc/)
    expect((await dig(pod, '+short big.example.com')).split('\n')).toHaveLength(100)
  })
})

describe('the end', () => {
  test('stop leaves services working; the next start takes over', async () => {
    await network.stop()
    expect(await source(pod, '10.43.0.7', 80)).toBe('pod 10.42.0.1')
    network = await startNetwork(options)
    expect(await source(pod, '10.43.0.7', 80)).toBe('pod 10.42.0.1')
    expect(await dig(pod, '+short web.default.svc.cluster.local')).toBe('10.43.0.7')
  })

  test('questions asked while it is stopped are answered once it is back', async () => {
    await network.stop()
    expect(await dig(pod, '+tries=1 +time=1 web.default.svc.cluster.local')).toMatch(/timed out|no servers/)
    const asked = pod.run('dig +tries=20 +time=1 @10.43.0.10 +short web.default.svc.cluster.local')
    network = await startNetwork(options)
    expect((await asked).output.trim().split('\n').at(-1)).toBe('10.43.0.7')
  }, 30_000)

  test('a DNS address that is taken gets one clear line', async () => {
    const failure = await startNetwork({ ...options, instance: 'second' }).catch((error: Error) => error.message)
    expect(failure).toContain('DNS cannot listen at 10.43.0.10:53')
    node.sh('nft delete table ip skein-second')
  })

  test('a name server that asks us back is noticed and not used', async () => {
    await network.stop()
    const errors: string[] = []
    const loud = { ...silentLogger, error: (message: string) => void errors.push(message), child: () => loud }
    outside.sh('ip addr add 192.168.9.7/24 dev eth0')
    outside.sh('ip route add 10.43.0.0/16 via 192.168.9.1')
    const looping = await outside.enter(() =>
      Bun.udpSocket({
        hostname: '192.168.9.7',
        port: 53,
        socket: { data: (socket, bytes) => void socket.send(bytes, 53, '10.43.0.10') },
      }),
    )
    writeFileSync(options.resolvConf!, 'nameserver 192.168.9.7\n')
    network = await startNetwork({ ...options, log: loud })
    await until('it is told', () => errors.length > 0, 20_000)
    expect(errors[0]).toContain('the name server 192.168.9.7')
    expect(await dig(pod, 'www.example.com')).toContain('SERVFAIL')
    looping.close()
  })

  test('remove leaves nothing', async () => {
    await network.remove()
    expect(node.sh('nft list ruleset')).toBe('')
    expect(node.sh('ip -4 addr show dev lo')).not.toContain('10.4')
    expect(node.sh('ip route show proto 83')).toBe('')
    expect(existsSync(options.cniDirectory) ? readdirSync(options.cniDirectory) : []).toEqual([])
    network = await startNetwork(options)
  })
})
