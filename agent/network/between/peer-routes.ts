import type { Logger } from '../../../mesh/logger/logger.ts'
import { type Address, type Cidr, contains, formatAddress, formatCidr, parseCidr } from '../address/address.ts'
import { type Link, type LinkAddress, type Route, RouteNetlink, skeinRouteProtocol } from '../netlink/route.ts'
import { type VxlanNeighbour, VxlanNetlink } from '../netlink/vxlan.ts'
import { type OwnNetwork, overlayHardwareAddress, type Peer, type Way } from './peer.ts'

export interface PeerRoutesOptions {
  /** This node's address in the mesh: what its own packets to other nodes and their pods leave with. */
  nodeAddress: Address
  instance: string
  log: Logger
}

/** What VXLAN adds to each packet: outer IPv4, UDP and VXLAN headers, inner Ethernet. */
const vxlanOverheadBytes = 50
const vxlanIdentifier = 83
/** IANA's VXLAN port is other overlays' too: one of our own. */
const vxlanPort = 8483

const linkLocal = parseCidr('fe80::/10')

/** Device names have at most 15 characters. */
export const vxlanName = (instance: string): string => `skx-${instance.slice(0, 10)}`

/** Routes to the other nodes and their pods, by the best way to each, kept at what `set` was given last. */
export class PeerRoutes {
  readonly #options: PeerRoutesOptions
  readonly #netlink = new RouteNetlink()
  readonly #vxlan = new VxlanNetlink()
  readonly #neighbours = new Map<string, VxlanNeighbour>()
  #ways = new Map<string, Way>()

  constructor(options: PeerRoutesOptions) {
    this.#options = options
  }

  /** The way to each peer, by name. */
  get ways(): ReadonlyMap<string, Way> {
    return this.#ways
  }

  /** This node's networks; that of the default route first. */
  networks(): OwnNetwork[] {
    const networks = ownNetworks(this.#netlink, this.#netlink.links(), this.#options.nodeAddress)
    const outside = outsideNetwork(this.#netlink, networks)
    return outside === undefined ? networks : [outside, ...networks.filter((network) => network !== outside)]
  }

  /** IPv6 addresses of this node's devices by which others may reach it, those of the default route's device first. */
  outerAddresses6(): Address[] {
    const links = this.#netlink.links()
    const standard = this.#netlink
      .routes()
      .find(({ destination }) => destination.prefixLength === 0 && destination.address.length === 16)
    const addresses = this.#netlink.addresses().filter(({ link, address }) => {
      const isOuter = links.some((one) => one.index === link && one.isUp && one.name !== 'lo')
      return isOuter && address.length === 16 && !contains(linkLocal, address)
    })
    const rank = ({ link }: LinkAddress) => (link === standard?.link ? 0 : 1)
    return addresses.sort((one, other) => rank(one) - rank(other)).map(({ address }) => address)
  }

  /**
   * Brings routes up to date. Those to a peer without a way stay as they are. Throws NetlinkError when the kernel refuses
   * one; call again later.
   */
  set(peers: Peer[], ways: ReadonlyMap<string, Way>): void {
    const { log, instance } = this.#options
    const links = this.#netlink.links()
    const networks = this.networks()
    for (const [name, way] of ways)
      if (describe(way) !== describe(this.#ways.get(name))) log.info('way to node', { node: name, way: describe(way) })
    const present = routesToPeers(this.#netlink)
    const kept = new Set(
      peers
        .filter(({ name }) => !ways.has(name))
        .flatMap(destinationsOf)
        .map(formatCidr),
    )
    const vxlan = links.find(({ name }) => name === vxlanName(instance))?.index
    const isKept = ({ destination }: Route) => kept.has(formatCidr(destination))
    const needsOverlay =
      [...ways.values()].some(({ kind }) => kind === 'vxlan') ||
      present.some((route) => isKept(route) && route.link === vxlan)
    const overlay = needsOverlay ? this.#overlay(links, networks) : undefined
    const wanted = peers.flatMap((peer) => this.#routesTo(peer, ways.get(peer.name), overlay))
    this.#replaceRoutes(present, [...wanted, ...present.filter(isKept)])
    if (overlay === undefined) this.#vxlan.removeLink(vxlanName(instance))
    else this.#setNeighbours(overlay, peers, ways)
    this.#ways = new Map(ways)
  }

  close(): void {
    this.#netlink.close()
    this.#vxlan.close()
  }

  #routesTo(peer: Peer, way: Way | undefined, overlay: number | undefined): Route[] {
    const { nodeAddress: source } = this.#options
    if (way === undefined) return []
    const gateway = way.kind === 'route' ? way.gateway : way.kind === 'vxlan' ? peer.nodeAddress : undefined
    const link = way.kind === 'vxlan' ? overlay : way.link
    const mtu = way.kind === 'tunnel' ? way.mtu : undefined
    return destinationsOf(peer).map((destination) => ({
      destination,
      gateway,
      link,
      source,
      protocol: skeinRouteProtocol,
      mtu,
    }))
  }

  /** Only routes of our own making are replaced or removed; that of the services, which leads to lo, is none of these. */
  #replaceRoutes(present: Route[], wanted: Route[]): void {
    const keys = new Set(wanted.map(routeKey))
    const known = new Set(present.map(routeKey))
    const destinations = new Set(wanted.map(({ destination }) => formatCidr(destination)))
    for (const route of wanted) if (!known.has(routeKey(route))) this.#netlink.replaceRoute(route)
    for (const route of present) {
      // One that leads elsewhere now was replaced above.
      if (!keys.has(routeKey(route)) && !destinations.has(formatCidr(route.destination)))
        this.#netlink.removeRoute(route)
    }
  }

  /** The overlay's device, made where it is missing. */
  #overlay(links: Link[], networks: OwnNetwork[]): number {
    const { instance, nodeAddress } = this.#options
    const name = vxlanName(instance)
    const outside = outsideNetwork(this.#netlink, networks)
    if (outside === undefined) throw new Error('this node has no network by which it could reach another')
    const mtu = (links.find(({ index }) => index === outside.link)?.mtu ?? 1500) - vxlanOverheadBytes
    const known = links.find((link) => link.name === name)
    if (known === undefined) {
      const hardwareAddress = overlayHardwareAddress(nodeAddress)
      this.#vxlan.addLink({
        name,
        hardwareAddress,
        mtu,
        identifier: vxlanIdentifier,
        port: vxlanPort,
        local: outside.address,
      })
    }
    const link = known ?? this.#netlink.links().find((one) => one.name === name)!
    // For what leaves by it masqueraded: without it the kernel would take any address of lo, a service's too.
    this.#netlink.addAddress({ link: link.index, address: nodeAddress, prefixLength: nodeAddress.length * 8 })
    this.#netlink.setUp(link.index)
    return link.index
  }

  #setNeighbours(link: number, peers: Peer[], ways: ReadonlyMap<string, Way>): void {
    const wanted = new Map<string, VxlanNeighbour>()
    for (const { name, nodeAddress } of peers) {
      const way = ways.get(name)
      if (way?.kind !== 'vxlan') continue
      const hardwareAddress = overlayHardwareAddress(nodeAddress)
      wanted.set(`${formatAddress(nodeAddress)} ${formatAddress(way.remote)}`, {
        address: nodeAddress,
        hardwareAddress,
        remote: way.remote,
      })
    }
    for (const [key, neighbour] of this.#neighbours) {
      if (wanted.has(key)) continue
      this.#vxlan.removeNeighbour(link, neighbour)
      this.#neighbours.delete(key)
    }
    for (const [key, neighbour] of wanted) {
      this.#vxlan.setNeighbour(link, neighbour)
      this.#neighbours.set(key, neighbour)
    }
  }
}

/** Removes all routes to other nodes, and the overlay. */
export function removePeerRoutes(instance: string): void {
  const netlink = new RouteNetlink()
  const vxlan = new VxlanNetlink()
  try {
    for (const route of routesToPeers(netlink)) netlink.removeRoute(route)
    vxlan.removeLink(vxlanName(instance))
  } finally {
    netlink.close()
    vxlan.close()
  }
}

/** A node's own address, and its pods'. */
function destinationsOf({ nodeAddress, podCidrs }: Peer): Cidr[] {
  return [{ address: nodeAddress, prefixLength: nodeAddress.length * 8 }, ...podCidrs]
}

function routesToPeers(netlink: RouteNetlink): Route[] {
  const loopback = netlink.links().find(({ name }) => name === 'lo')?.index
  return netlink.routes().filter(({ protocol, link }) => protocol === skeinRouteProtocol && link !== loopback)
}

/** Networks of this node's devices, without pods' (a single address each) and its own mesh address. */
function ownNetworks(netlink: RouteNetlink, links: Link[], nodeAddress: Address): OwnNetwork[] {
  return netlink.addresses().flatMap(({ link, address, prefixLength }) => {
    const isUp = links.some((one) => one.index === link && one.isUp && one.name !== 'lo')
    if (!isUp || prefixLength === address.length * 8 || address.length !== nodeAddress.length) return []
    return { link, address, cidr: parseCidr(`${formatAddress(address)}/${prefixLength}`) }
  })
}

/** The network of the default route, or the first. */
function outsideNetwork(netlink: RouteNetlink, networks: OwnNetwork[]): OwnNetwork | undefined {
  const standard = netlink.routes().find(({ destination }) => destination.prefixLength === 0)
  return networks.find(({ link }) => link === standard?.link) ?? networks[0]
}

const routeKey = ({ destination, gateway, link, mtu }: Route): string =>
  `${formatCidr(destination)} ${gateway && formatAddress(gateway)} ${link} ${mtu}`

/** For people: `route via 192.168.1.7`. */
export function describe(way: Way | undefined): string {
  switch (way?.kind) {
    case 'route':
      return `route via ${formatAddress(way.gateway)}`
    case 'vxlan':
      return `VXLAN to ${formatAddress(way.remote)}`
    case 'tunnel':
    case 'link':
      return way.kind
    default:
      return 'none'
  }
}
