/**
 * The network of one node alone, for tests: in a process and a namespace of its own, with a real API of the objects that
 * it is given, and real links. `network-node.ts JSON`; says `ready`, and answers each line on its input with its ways.
 */
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import NoiseSecretStream from '@hyperswarm/secret-stream'
import { NetworkLinks } from '../../agent/network/between/network-links.ts'
import type { WayKind } from '../../agent/network/between/peer.ts'
import { startNetwork } from '../../agent/network/network.ts'
import { startLocalApi } from '../../api/client/local-api.ts'
import { endpointslices, namespaces, nodes, services } from '../../api/schema/generated/resources.ts'
import { systemClock } from '../../mesh/clock/clock.ts'
import { openLinks } from '../../mesh/link/open-links.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { MemoryStore } from '../../mesh/store/memory.ts'
import { WebSocketTransport } from '../../mesh/websocket/websocket-transport.ts'

/** Node N has address 10.44.0.N, pods in 10.42.N.0/24, and a service 10.43.1.N:80, NodePort 30000 + N, of its pod. */
export interface NetworkNodeOptions {
  number: number
  /** Of all nodes: where their links are, by number. */
  linkAddresses: Record<number, string>
  forcedWay?: WayKind
  directory: string
  reflectors: string[]
}

const port = 7400
const keyPairOf = (number: number) => NoiseSecretStream.keyPair(Buffer.alloc(32, number))
const keyOf = (number: number) => keyPairOf(number).publicKey.toString('hex')
const say = (text: string) => process.stdout.write(`${text}\n`)
const logged = (level: string) => (message: string, fields?: object) =>
  void process.stderr.write(`${new Date().toISOString()} ${level} ${message} ${JSON.stringify(fields ?? {})}\n`)
const log: Logger = {
  ...{ debug: () => {}, info: logged('info'), warn: logged('warn'), error: logged('error') },
  child: () => log,
}

async function openApi(numbers: number[]) {
  const store = new MemoryStore({ clock: systemClock })
  const ranges = { clusterCidr: '10.43.0.0/16', nodePorts: { from: 30000, to: 32767 } }
  const api = await startLocalApi({ store, clock: systemClock, log, peer: 'test', ranges })
  const client = api.client('test')
  for (const name of ['default', 'kube-system']) await client.resource(namespaces).create({ metadata: { name } })
  for (const number of numbers) {
    const created = await client
      .resource(nodes)
      .create({ metadata: { name: `n${number}` }, spec: { podCIDR: `10.42.${number}.0/24` } })
    const addresses = [{ type: 'InternalIP', address: `10.44.0.${number}` }]
    await client.resource(nodes).updateStatus({ ...created, status: { addresses } })
    const metadata = { name: `s${number}`, namespace: 'default' }
    const ports = [{ name: 'http', port: 80, nodePort: 30000 + number }]
    const spec = { type: 'NodePort', clusterIP: `10.43.1.${number}`, ports }
    await client.resource(services).create({ metadata, spec })
    await client.resource(endpointslices).create({
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      endpoints: [{ addresses: [`10.42.${number}.2`], nodeName: `n${number}`, conditions: { ready: true } }],
    })
  }
  return client
}

const { number, linkAddresses, forcedWay, directory, reflectors } = JSON.parse(process.argv[2]!) as NetworkNodeOptions
const numbers = Object.keys(linkAddresses).map(Number)
const listen = { host: linkAddresses[number]!, port }
const transport = new WebSocketTransport({ keyPair: keyPairOf(number), listen, log })
const links = await openLinks({
  self: keyOf(number),
  transports: [transport],
  ...{ clock: systemClock, random: Math.random, log },
})
const names = new Map(numbers.map((other) => [keyOf(other), `n${other}`]))
const networkLinks = new NetworkLinks(links, (key) => names.get(key), log)
links.setPeers(
  new Map(
    numbers.map((other) => [keyOf(other), { udp: [], webSocket: [`ws://${linkAddresses[other]}:${port}/skein`] }]),
  ),
)
const network = await startNetwork({
  client: await openApi(numbers),
  nodeName: `n${number}`,
  nodeAddress: `10.44.0.${number}`,
  podCidr: `10.42.${number}.0/24`,
  clusterCidr: '10.42.0.0/16',
  serviceCidr: '10.43.0.0/16',
  nodeCidr: '10.44.0.0/16',
  dnsAddress: '10.43.0.10',
  clusterDomain: 'cluster.local',
  apiServiceAddress: '10.43.0.1',
  cniDirectory: join(directory, 'cni'),
  stateDirectory: join(directory, 'state'),
  instance: 'ways',
  clock: systemClock,
  log,
  links: networkLinks,
  forcedWay,
  reflectors,
})
say('ready')
for await (const _line of createInterface({ input: process.stdin })) say(JSON.stringify([...network.ways()]))
await network.stop()
await links.close()
process.exit(0)
