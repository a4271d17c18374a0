import type { Node } from '../../../api/schema/generated/types/core-v1.ts'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { type Address, addressOf, formatAddress, formatCidr } from '../address/address.ts'
import type { Endpoint } from '../tunnel/shared.ts'
import { maxTunnelMtu, Tunnel, type TunnelEndpoint } from '../tunnel/tunnel.ts'
import type { LinkedPeer, NetworkLinks } from './network-links.ts'
import { maxEndpoints, maxObserved } from './network-message.ts'
import { chooseUnprobedWay, type OwnNetwork, type Peer, peerOf, type Way, type WayKind } from './peer.ts'
import { describe, PeerRoutes } from './peer-routes.ts'
import { WayChoice, workingWays } from './way-choice.ts'
import { type WayFigures, WayMeter } from './way-meter.ts'

export interface PeerNetworkOptions {
  nodeName: string
  nodeAddress: string
  instance: string
  /** The other nodes; without them ways are chosen by Node objects alone, unprobed. */
  links?: NetworkLinks
  /** For tests: one way for all. */
  forcedWay?: WayKind
  /** The tunnel's UDP port; any by default. */
  tunnelPort?: number
  /** Rendezvous hosts, as `host:port`, which tell where the tunnel's socket is seen from outside. */
  reflectors?: readonly string[]
  /** Packets to some node take another way than before. */
  changed?: () => void
  log: Logger
}

/** How often ways are looked at: at least, and for each peer. */
const [minLookMs, lookMsAPeer] = [100, 2]
/** How often this node's networks are read and its routes compared, changed or not. */
const refreshMs = 2000

interface Wanted {
  peers: Peer[]
  ways: Map<string, Way>
}

/** Keeps this node connected to the others: each by the best way that there is at the moment. */
export class PeerNetwork {
  readonly #options: PeerNetworkOptions
  readonly #routes: PeerRoutes
  readonly #choices = new Map<string, WayChoice>()
  readonly #meter = new WayMeter()
  #peers: Peer[] = []
  #tunnel: Tunnel | undefined
  #networks: OwnNetwork[] = []
  #addresses6: Address[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #refreshAtMs = 0
  /** What the kernel's routes and the tunnel were made from. */
  #routed = ''
  #tunnelled = ''
  #told = ''
  #isStopped = false

  constructor(options: PeerNetworkOptions) {
    this.#options = options
    const { nodeAddress, instance, log, links } = options
    this.#routes = new PeerRoutes({ nodeAddress: addressOf(nodeAddress), instance, log })
    links?.attach({
      changed: () => this.#look(),
      packet: (name, packet) => void this.#tunnel?.takeFromLink(name, packet),
    })
  }

  /** The UDP port of this node's tunnel, once there are peers. */
  get tunnelPort(): number | undefined {
    return this.#tunnel?.port
  }

  /** By name of the node. */
  ways(): Map<string, WayFigures> {
    const linked = new Map((this.#options.links?.peers() ?? []).map((peer) => [peer.name, peer]))
    return new Map(
      this.#peers.map(({ name }) => {
        const choice = this.#choices.get(name)
        const way = choice === undefined ? this.#routes.ways.get(name) : choice.way
        const figures = this.#tunnel?.figures(name)
        return [name, this.#meter.figures(name, way, choice?.isWorking, figures, linked.get(name)?.status)]
      }),
    )
  }

  /** All nodes of the cluster. */
  setNodes(nodes: Node[]): void {
    const others = nodes.filter(({ metadata }) => metadata?.name !== this.#options.nodeName)
    this.#peers = others.flatMap((node) => peerOf(node) ?? [])
    this.#refreshAtMs = 0
    this.#look()
  }

  /** Ends; routes and VXLAN stay, the tunnel goes. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#options.links?.detach()
    clearTimeout(this.#timer)
    this.#routes.close()
    await this.#tunnel?.stop()
  }

  #look(): void {
    if (this.#isStopped) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#look(), Math.max(minLookMs, this.#peers.length * lookMsAPeer))
    const nowMs = performance.now()
    try {
      const isRefresh = nowMs >= this.#refreshAtMs
      if (isRefresh) {
        this.#refreshAtMs = nowMs + refreshMs
        this.#networks = this.#routes.networks()
        this.#addresses6 = this.#routes.outerAddresses6()
      }
      const { links } = this.#options
      const ways = links === undefined ? this.#unprobedWays() : this.#probedWays(links, nowMs)
      this.#route({ peers: this.#peers, ways }, isRefresh)
    } catch (error) {
      this.#routed = ''
      this.#refreshAtMs = nowMs + refreshMs
      this.#options.log.error('the ways to other nodes could not be made; trying again', {
        error: (error as Error).message,
      })
    }
  }

  #route(wanted: Wanted, isRefresh: boolean): void {
    const ways = [...wanted.ways].map(([name, way]) => {
      return `${name} ${describe(way)} ${'link' in way && way.link} ${'mtu' in way && way.mtu}`
    })
    const text = ways.join()
    if (text === this.#routed && !isRefresh) return
    this.#routes.set(wanted.peers, wanted.ways)
    if (text === this.#routed) return
    this.#routed = text
    this.#options.changed?.()
  }

  #unprobedWays(): Map<string, Way> {
    return new Map(
      this.#peers.flatMap((peer) => {
        const way = chooseUnprobedWay(peer, this.#networks, this.#options.forcedWay)
        return way === undefined ? [] : [[peer.name, way] as const]
      }),
    )
  }

  #probedWays(links: NetworkLinks, nowMs: number): Map<string, Way> {
    const linked = links.peers()
    const tunnel = this.#tunnel ?? (links.hasPeers ? this.#openTunnel(links) : undefined)
    if (tunnel === undefined) return new Map()
    this.#tellOwnEnd(tunnel, links, linked)
    for (const peer of linked) this.#choose(peer, tunnel, links, nowMs)
    const names = new Set(linked.map(({ name }) => name))
    for (const name of this.#choices.keys()) if (!names.has(name)) this.#choices.delete(name)
    this.#setTunnelPeers(tunnel, linked)
    this.#meter.note(nowMs, this.#peers, tunnel)
    const ways = [...this.#choices].flatMap(([name, { way }]) => (way === undefined ? [] : [[name, way] as const]))
    return new Map(ways)
  }

  #openTunnel(links: NetworkLinks): Tunnel {
    const { instance, nodeAddress, tunnelPort = 0, reflectors, log } = this.#options
    const toLink = (name: string, packet: Uint8Array) => void links.sendPacket(name, packet)
    const common = { port: tunnelPort, reflectors, toLink, log: log.child('tunnel') }
    this.#tunnel = new Tunnel({ instance, nodeAddress, ...common })
    return this.#tunnel
  }

  /** Where the tunnel's socket is, and where others see it. */
  #tellOwnEnd(tunnel: Tunnel, links: NetworkLinks, linked: LinkedPeer[]): void {
    const { port } = tunnel
    const own = [...this.#networks.map(({ address }) => address).slice(0, maxEndpoints - 1), ...this.#addresses6]
    const endpoints = own.slice(0, maxEndpoints).map((address) => ({ address: formatAddress(address), port }))
    const seen = linked.flatMap(({ name }) => tunnel.figures(name)?.paths ?? [])
    const byPeers = seen.flatMap((path) => (path.isAlive ? (path.observed ?? []) : []))
    const observed = distinct([...tunnel.reflected, ...byPeers])
    const foreign = observed.filter(({ address }) => !endpoints.some((endpoint) => endpoint.address === address))
    const end = { endpoints, observed: foreign.slice(0, maxObserved) }
    const text = JSON.stringify(end)
    if (text === this.#told) return
    this.#told = text
    links.setOwnEnd(end)
  }

  #choose(peer: LinkedPeer, tunnel: Tunnel, links: NetworkLinks, nowMs: number): void {
    const { name, endpoints, isLinked, offered } = peer
    const addresses: Address[] = endpoints.map(({ address }) => addressOf(address))
    const figures = tunnel.figures(name)
    const { link: tunnelLink } = tunnel
    const tunnelMtu = mtuBelow(maxTunnelMtu, figures?.current?.mtu)
    const view = { addresses, paths: figures?.paths ?? [], isLinked, tunnelLink, tunnelMtu }
    const choice = this.#choices.get(name) ?? new WayChoice(nowMs)
    this.#choices.set(name, choice)
    const working = workingWays(view, this.#networks, this.#options.forcedWay)
    choice.update(working, offered, figures?.inner?.isAlive ?? false, nowMs)
    links.offer(name, choice.offered)
  }

  #setTunnelPeers(tunnel: Tunnel, linked: LinkedPeer[]): void {
    const known = new Map(this.#peers.map((peer) => [peer.name, peer]))
    const peers = linked.map((peer): TunnelEndpoint => {
      const { name, secret, isInitiator } = peer
      const isByLink = this.#choices.get(name)?.way?.kind === 'link'
      const node = known.get(name)
      const [own] = peer.endpoints
      const inner = node && own && { address: formatAddress(node.nodeAddress), port: own.port }
      return { name, secret, isInitiator, cidrs: cidrsOf(node), endpoints: endpointsOf(peer), inner, isByLink }
    })
    const text = JSON.stringify(peers.map((peer) => ({ ...peer, secret: Buffer.from(peer.secret).toString('base64') })))
    if (text === this.#tunnelled) return
    tunnel.setPeers(peers)
    this.#tunnelled = text
  }
}

/** Where to try to reach the peer's tunnel: also at its link's address, since many NATs keep the port. */
function endpointsOf({ endpoints, observed, status }: LinkedPeer): Endpoint[] {
  const host = status.way === 'relayed' ? undefined : /^(?:wss?:\/\/)?(\d+(?:\.\d+){3}):\d/.exec(status.via ?? '')?.[1]
  const guess = host === undefined ? [] : endpoints.slice(0, 1).map(({ port }) => ({ address: host, port }))
  return distinct([...endpoints, ...observed, ...guess])
}

const mtuBelow = (most: number, mtu: number | undefined): number | undefined =>
  mtu !== undefined && mtu < most ? mtu : undefined

function distinct(endpoints: Endpoint[]): Endpoint[] {
  return [...new Map(endpoints.map((endpoint) => [`${endpoint.address} ${endpoint.port}`, endpoint])).values()]
}

/** Empty while the peer's Node object is missing: its session goes on, since its secret could not be used again. */
function cidrsOf(peer: Peer | undefined): string[] {
  if (peer === undefined) return []
  const own = { address: peer.nodeAddress, prefixLength: peer.nodeAddress.length * 8 }
  return [own, ...peer.podCidrs].map(formatCidr)
}
