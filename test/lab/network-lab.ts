import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import type { WayKind } from '../../agent/network/between/peer.ts'
import type { WayFigures } from '../../agent/network/between/way-meter.ts'
import { type Echo, echo } from '../../agent/network/testing/echo.ts'
import { join, Namespace } from '../../agent/network/testing/namespace.ts'
import type { NetworkNodeOptions } from './network-node.ts'

export interface LabNode {
  number: number
  node: Namespace
  pod: Namespace
  router: Namespace | undefined
  /** What the outside sees of what leaves its pods; undefined: it does not get there. */
  outer: string | undefined
}

const rendezvousAddress = '203.0.113.254:49737'

interface Running {
  child: Bun.Subprocess<'pipe', 'pipe', 'inherit' | 'ignore'>
  lines: AsyncIterator<string>
}

/**
 * How a node is connected to the others; `renumbering`: by a NAT that gives ports of its own; `narrow`: by a router without
 * NAT, behind a wire for packets of at most 1,400 bytes; `ipv6`: in the open, without an IPv4 address.
 */
export type Place = 'public' | 'nat' | 'renumbering' | 'routed' | 'narrow' | 'ipv6'

/**
 * Three hosts with a pod each on a wire that stands for the internet (203.0.113.0/24): in the open, behind a NAT router, or
 * behind a router without NAT. Their links run over wires apart from it, where nothing but links passes.
 */
export class NetworkLab {
  readonly nodes: LabNode[] = []
  readonly outside: Namespace
  readonly #links: Namespace
  readonly #servers: Echo[] = []
  readonly #directory = mkdtempSync(joinPath(tmpdir(), 'skein-network-lab-'))
  readonly #running = new Map<number, Running>()
  #rendezvous: Bun.Subprocess<'ignore', 'ignore', 'pipe'> | undefined

  private constructor() {
    this.outside = new Namespace('outside')
    this.#links = new Namespace('links')
    for (const namespace of [this.outside, this.#links])
      namespace.sh('sh -c "ip link add br0 type bridge; ip link set br0 up"')
    this.outside.sh('ip addr add 203.0.113.254/24 dev br0')
    this.outside.sh('ip addr add 2001:db8::254/64 dev br0 nodad')
  }

  static async open(places: Place[]): Promise<NetworkLab> {
    const lab = new NetworkLab()
    lab.#servers.push(await lab.outside.enter(() => echo('outside', '203.0.113.254', 80)))
    for (const [index, place] of places.entries()) await lab.#add(index + 1, place)
    return lab
  }

  /** From now on nodes that start know a rendezvous host, which is no member. */
  async startRendezvous(): Promise<void> {
    const main = new URL('../../agent/main.ts', import.meta.url).pathname
    const command = ['nsenter', `--net=/run/netns/${this.outside.name}`, process.execPath, main]
    const child = Bun.spawn([...command, 'rendezvous', '--listen', rendezvousAddress], {
      ...{ stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' },
    })
    this.#rendezvous = child
    const { done } = await child.stderr.getReader().read()
    if (done) throw new Error('the rendezvous did not start')
  }

  /** Starts the network of every node; resolves when all are up. */
  async start(forcedWay?: WayKind): Promise<void> {
    await Promise.all(this.nodes.map((one) => this.startNode(one.number, forcedWay)))
  }

  async startNode(number: number, forcedWay?: WayKind): Promise<void> {
    const { node } = this.nodes[number - 1]!
    const linkAddresses = Object.fromEntries(this.nodes.map((one) => [one.number, `10.99.0.${one.number}`]))
    const directory = joinPath(this.#directory, `n${number}`)
    const reflectors = this.#rendezvous === undefined ? [] : [rendezvousAddress]
    const options: NetworkNodeOptions = { number, linkAddresses, forcedWay, directory, reflectors }
    const script = new URL('network-node.ts', import.meta.url).pathname
    const command = ['nsenter', `--net=/run/netns/${node.name}`, process.execPath, script, JSON.stringify(options)]
    const stderr = process.env.SHOW_LOGS ? ('inherit' as const) : ('ignore' as const)
    const child = Bun.spawn(command, { stdin: 'pipe', stdout: 'pipe', stderr })
    const lines = linesOf(child.stdout)
    this.#running.set(number, { child, lines })
    const { value } = await lines.next()
    if (value !== 'ready') throw new Error(`the network of node ${number} did not start: ${value}`)
  }

  /** As `skein network` on this node shows it, by the other node's number. */
  async ways(number: number): Promise<Map<number, WayFigures>> {
    const { child, lines } = this.#running.get(number)!
    child.stdin.write('ways\n')
    await child.stdin.flush()
    const { value } = await lines.next()
    const ways = JSON.parse(value) as [string, WayFigures][]
    return new Map(ways.map(([name, figures]) => [Number(name.slice(1)), figures]))
  }

  /** Datagrams that came to a node by the wire of the links, where none pass. */
  strayDatagrams(number: number): number {
    const listing = this.nodes[number - 1]!.node.sh('nft list chain ip links c')
    return Number(/counter packets (\d+)/.exec(listing)![1])
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((number) => this.stopNode(number)))
  }

  async stopNode(number: number): Promise<void> {
    const { child } = this.#running.get(number)!
    this.#running.delete(number)
    child.stdin.end()
    await child.exited
  }

  /** As by `kill -9`. */
  async killNode(number: number): Promise<void> {
    const { child } = this.#running.get(number)!
    this.#running.delete(number)
    child.kill('SIGKILL')
    await child.exited
  }

  async close(): Promise<void> {
    for (const { child } of this.#running.values()) child.kill('SIGKILL')
    this.#rendezvous?.kill('SIGKILL')
    for (const server of this.#servers) server.stop()
    for (const { node, pod, router } of this.nodes) for (const one of [node, pod, router]) one?.remove()
    this.outside.remove()
    this.#links.remove()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #add(number: number, place: Place): Promise<void> {
    const node = new Namespace(`node${number}`)
    const pod = new Namespace(`pod${number}`)
    const router = place === 'public' || place === 'ipv6' ? undefined : new Namespace(`router${number}`)
    node.sh('sysctl -qw net.ipv4.ip_forward=1')
    join([node, 'pod0', `10.42.${number}.1/32`], [pod, 'eth0', `10.42.${number}.2/32`])
    node.sh(`ip route add 10.42.${number}.2 dev pod0`)
    pod.sh(`sh -c "ip route add 10.42.${number}.1 dev eth0; ip route add default via 10.42.${number}.1"`)
    this.#connect(number, place, node, router)
    join([this.#links, `l${number}`], [node, 'links', `10.99.0.${number}/24`])
    this.#links.sh(`ip link set l${number} master br0`)
    node.sh('nft add table ip links')
    node.sh('nft add chain ip links c { type filter hook prerouting priority -200 \\; }')
    node.sh('nft add rule ip links c iifname links meta l4proto udp counter drop')
    this.#servers.push(await pod.enter(() => echo(`pod${number}`, `10.42.${number}.2`, 80)))
    const isRouted = place === 'routed' || place === 'narrow'
    const outer = isRouted ? `172.16.${number}.${number + 5}` : place === 'ipv6' ? undefined : `203.0.113.${number}`
    this.nodes.push({ number, node, pod, router, outer })
    node.sh(`ip addr add 10.44.0.${number}/32 dev lo`)
    this.#servers.push(await node.enter(() => echo(`node${number}`, `10.44.0.${number}`, 80)))
  }

  /** To the wire that stands for the internet. */
  #connect(number: number, place: Place, node: Namespace, router: Namespace | undefined): void {
    const wire = `w${number}`
    this.outside.sh('sysctl -qw net.ipv4.ip_forward=1')
    if (router !== undefined) {
      this.#connectRouter(number, place, node, router)
    } else if (place === 'ipv6') {
      join([this.outside, wire], [node, 'eth0'])
      node.sh(`ip addr add 2001:db8::${number}/64 dev eth0 nodad`)
    } else {
      join([this.outside, wire], [node, 'eth0', `203.0.113.${number}/24`])
      node.sh('ip route add default via 203.0.113.254')
    }
    if (place !== 'narrow') this.outside.sh(`ip link set ${wire} master br0`)
  }

  #connectRouter(number: number, place: Place, node: Namespace, router: Namespace): void {
    // All sites behind NAT have the same numbers.
    const isNat = place !== 'routed' && place !== 'narrow'
    const inside = isNat ? '192.168.1' : `172.16.${number}`
    const wire = `w${number}`
    const [own, gateway] =
      place === 'narrow' ? ['198.51.100.2', '198.51.100.1'] : [`203.0.113.${number}`, '203.0.113.254']
    join([this.outside, wire], [router, 'out', `${own}/24`])
    if (place === 'narrow') {
      this.outside.sh(`ip addr add ${gateway}/24 dev ${wire}`)
      for (const [namespace, device] of [
        [this.outside, wire],
        [router, 'out'],
      ] as const)
        namespace.sh(`ip link set ${device} mtu 1400`)
    }
    join([router, 'in', `${inside}.254/24`], [node, 'eth0', `${inside}.${number + 5}/24`])
    router.sh('sysctl -qw net.ipv4.ip_forward=1')
    if (isNat) masquerade(router, place === 'renumbering' ? 20_000 + number : undefined)
    else this.outside.sh(`ip route add ${inside}.0/24 via ${own}`)
    node.sh(`ip route add default via ${inside}.254`)
    if (!isNat) router.sh(`ip route add default via ${gateway}`)
  }

  /** The largest packet on the wire of a node that is `narrow`. */
  setNarrow(number: number, mtu: number): void {
    this.outside.sh(`ip link set w${number} mtu ${mtu}`)
    this.nodes[number - 1]!.router!.sh(`ip link set out mtu ${mtu}`)
  }
}

/** With a port every datagram leaves from that one, as if one socket were behind it: a NAT that keeps a place for it. */
function masquerade(router: Namespace, udpPort: number | undefined): void {
  router.sh('nft add table ip nat')
  router.sh('nft add chain ip nat c { type nat hook postrouting priority 100 \\; }')
  if (udpPort !== undefined) router.sh(`nft add rule ip nat c oifname out meta l4proto udp masquerade to :${udpPort}`)
  router.sh('nft add rule ip nat c oifname out masquerade')
  // As routers for homes and offices do. One that answers unknown datagrams itself remembers them as its own connections,
  // and gives the port that is punched to nobody else.
  router.sh('nft add chain ip nat input { type filter hook input priority 0 \\; policy drop \\; }')
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + Buffer.from(chunk).toString()).split('\n')
    rest = lines.pop()!
    yield* lines
  }
}
