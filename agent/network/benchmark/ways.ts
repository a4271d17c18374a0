import { readFileSync } from 'node:fs'
import { silentLogger } from '../../../mesh/logger/logger.ts'
import { addressOf, parseCidr } from '../address/address.ts'
import { chooseUnprobedWay } from '../between/peer.ts'
import { PeerRoutes } from '../between/peer-routes.ts'
import { RouteNetlink, skeinRouteProtocol } from '../netlink/route.ts'
import { join, Namespace } from '../testing/namespace.ts'
import { Tunnel } from '../tunnel/tunnel.ts'

/** `plain`: a route made by hand, as a measure for the one that Skein makes. */
export type WayName = 'plain' | 'route' | 'vxlan' | 'tunnel'

export interface Load {
  protocol: 'tcp' | 'udp'
  flows: number
  /** Of datagrams or packets between the hosts, in percent. */
  lossPercent: number
}

export interface WayFigures {
  gbitPerSecond: number
  /** CPU seconds of the whole machine for each Gbit: truthful only where nothing else runs. */
  cpuSecondsAGbit: number
}

interface Host {
  number: number
  node: Namespace
  pod: Namespace
}

const log = { ...silentLogger, error: console.error }
const basePort = 7100
/** Compiling what threads run goes on for that long. */
export const warmUpSeconds = 3

/** Two hosts with a wire between them, and a pod on each; packets go one way at a time. */
export class WayBenchmark {
  readonly #hosts: Host[]
  #end: () => Promise<void> = async () => undefined

  constructor() {
    this.#hosts = [1, 2].map((number) => {
      const node = new Namespace(`h${number}`)
      const pod = new Namespace(`hp${number}`)
      node.sh('sysctl -qw net.ipv4.ip_forward=1')
      node.sh(`ip addr add 10.44.0.${number}/32 dev lo`)
      join([node, 'pod0', `10.42.${number}.1/32`], [pod, 'eth0', `10.42.${number}.2/32`])
      node.sh(`ip route add 10.42.${number}.2 dev pod0`)
      pod.sh(`sh -c "ip route add 10.42.${number}.1 dev eth0; ip route add default via 10.42.${number}.1"`)
      return { number, node, pod }
    })
    const [one, two] = this.#hosts as [Host, Host]
    join([one.node, 'eth0', '192.168.1.1/24'], [two.node, 'eth0', '192.168.1.2/24'])
  }

  async use(way: WayName): Promise<void> {
    await this.#end()
    const secret = crypto.getRandomValues(new Uint8Array(32))
    const parts = this.#hosts.map((host) =>
      way === 'plain' ? plainRoute(host) : host.node.enter(() => connect(host.number, way, secret)),
    )
    this.#end = async () => {
      for (const stop of parts) await stop()
    }
    await this.#run({ protocol: 'tcp', flows: 1, lossPercent: 0 }, warmUpSeconds)
  }

  measure(load: Load, seconds: number): Promise<WayFigures> {
    const nodes = this.#hosts.map(({ node }) => node)
    return measureUnderLoss(nodes[1]!, 'eth0', nodes, load, seconds, () => this.#run(load, seconds))
  }

  async remove(): Promise<void> {
    await this.#end()
    for (const { node, pod } of this.#hosts) {
      node.remove()
      pod.remove()
    }
  }

  #run(load: Load, seconds: number): Promise<number> {
    const [from, to] = this.#hosts as [Host, Host]
    return transferRate(from.pod, to.pod, '10.42.2.2', load, seconds)
  }
}

/** Gbit/s of a run while packets that come to a node by a device are lost as the load says. */
export async function measureUnderLoss(
  node: Namespace,
  device: string,
  nodes: Namespace[],
  { lossPercent }: Load,
  seconds: number,
  run: () => Promise<number>,
): Promise<WayFigures> {
  if (lossPercent > 0) {
    node.sh('nft add table ip loss')
    node.sh('nft add chain ip loss c { type filter hook prerouting priority -300 \\; }')
    node.sh(`nft add rule ip loss c iifname ${device} numgen random mod 1000 \\< ${lossPercent * 10} drop`)
  }
  // On a wire each datagram is lost alone; here the kernel would pass on dozens of them as one.
  for (const one of nodes) one.sh(`ip link set ${device} gso_max_segs ${lossPercent > 0 ? 1 : 65_535}`)
  const before = machineCpuSeconds()
  const gbitPerSecond = await run()
  const cpuSeconds = machineCpuSeconds() - before
  if (lossPercent > 0) node.sh('nft delete table ip loss')
  return { gbitPerSecond, cpuSecondsAGbit: cpuSeconds / (gbitPerSecond * seconds) }
}

/** Gbit/s from one pod to another, by iperf3: again where its start was lost, since it sends that but once over UDP. */
export async function transferRate(
  from: Namespace,
  to: Namespace,
  address: string,
  load: Load,
  seconds: number,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryTransfer(from, to, address, load, seconds)
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}

async function tryTransfer(
  from: Namespace,
  to: Namespace,
  address: string,
  { protocol, flows }: Load,
  seconds: number,
): Promise<number> {
  const server = to.run('iperf3 --server --one-off')
  await to.run('for i in $(seq 100); do ss -ltn | grep -q :5201 && exit; sleep 0.05; done')
  const udp = protocol === 'udp' ? '--udp --bitrate 0 --length 1300' : ''
  const { output } = await from.run(`iperf3 --client ${address} --time ${seconds} --parallel ${flows} --json ${udp}`)
  await server
  const { end, error } = JSON.parse(output) as {
    end?: { sum_received?: { bits_per_second: number }; sum?: { bits_per_second: number; lost_percent: number } }
    error?: string
  }
  if (error !== undefined || end === undefined) throw new Error(`iperf3: ${error ?? output.slice(0, 200)}`)
  const received = end.sum_received?.bits_per_second ?? end.sum!.bits_per_second * (1 - end.sum!.lost_percent / 100)
  return received / 1e9
}

function plainRoute({ number, node }: Host): () => Promise<void> {
  const other = 3 - number
  node.sh(`ip route add 10.42.${other}.0/24 via 192.168.1.${other}`)
  return async () => void node.sh(`ip route del 10.42.${other}.0/24`)
}

/** Connects a host, in whose namespace this runs, to the other by one way; returns what ends it. */
function connect(number: number, way: Exclude<WayName, 'plain'>, secret: Uint8Array): () => Promise<void> {
  const other = 3 - number
  const cidrs = [`10.42.${other}.0/24`, `10.44.0.${other}/32`]
  if (way !== 'tunnel') {
    const routes = new PeerRoutes({ nodeAddress: addressOf(`10.44.0.${number}`), instance: 'bench', log })
    const outerAddresses = [addressOf(`192.168.1.${other}`)]
    const podCidrs = [parseCidr(cidrs[0]!)]
    const peer = { name: 'other', nodeAddress: addressOf(`10.44.0.${other}`), podCidrs, outerAddresses }
    routes.set([peer], new Map([['other', chooseUnprobedWay(peer, routes.networks(), way)!]]))
    return async () => {
      routes.set([], new Map())
      routes.close()
    }
  }
  const nodeAddress = `10.44.0.${number}`
  const tunnel = new Tunnel({ instance: 'bench', nodeAddress, port: basePort + number, log })
  const address = `192.168.1.${other}`
  const endpoints = [{ address, port: basePort + other }]
  tunnel.setPeers([{ name: 'other', secret, isInitiator: number === 1, cidrs, endpoints }])
  const netlink = new RouteNetlink()
  for (const cidr of cidrs)
    netlink.replaceRoute({ destination: parseCidr(cidr), link: tunnel.link, protocol: skeinRouteProtocol })
  netlink.close()
  return () => tunnel.stop()
}

/** Busy seconds of all processors since the start. */
function machineCpuSeconds(): number {
  const [, user, nice, system, , , irq, softIrq] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]!
    .split(/\s+/)
    .map(Number)
  const ticksASecond = 100
  return (user! + nice! + system! + irq! + softIrq!) / ticksASecond
}
