import type { Node } from '../../../api/schema/generated/types/core-v1.ts'
import { type Address, type Cidr, contains, familyOf, parseAddress, parseCidr } from '../address/address.ts'

/** How packets get to another node's pods. */
export type Way =
  /** By a route to the node's address on a network that both are on. */
  | { kind: 'route'; gateway: Address; link: number }
  /** In UDP by the kernel (VXLAN), over whatever network is between. */
  | { kind: 'vxlan'; remote: Address }
  /** Sealed in UDP by the tunnel: its device. */
  | { kind: 'tunnel'; link: number }
  /** No address at which the node could be reached is known. */
  | { kind: 'none' }

/** Another node, as the network sees it. */
export interface Peer {
  name: string
  /** Its address in the mesh. */
  nodeAddress: Address
  podCidrs: Cidr[]
  /** Addresses on its own networks, in its order of preference. */
  outerAddresses: Address[]
}

/** A network that this node is on. */
export interface OwnNetwork {
  link: number
  cidr: Cidr
  address: Address
}

/** A Node object as a peer; undefined while it lacks what routes need. */
export function peerOf(node: Node): Peer | undefined {
  const addresses = node.status?.addresses ?? []
  const ofType = (type: string) =>
    addresses.filter((one) => one.type === type).flatMap(({ address }) => parseAddress(address) ?? [])
  const [nodeAddress] = ofType('InternalIP')
  const cidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : [])
  if (nodeAddress === undefined || cidrs.length === 0) return undefined
  const outerAddresses = ofType('ExternalIP')
  return { name: node.metadata!.name!, nodeAddress, podCidrs: cidrs.map(parseCidr), outerAddresses }
}

/** What the tunnel knows of a peer. */
export interface TunnelView {
  /** The tunnel's device. */
  link: number
  /** Where the peer's datagrams come from, as this node sees it. */
  address: Address
  /** Where the peer sees this node, once it has answered. */
  observedAddress?: Address
  isAnswering: boolean
}

/**
 * The best way to a peer: a route where both are on one network; by VXLAN where both see each other at their own
 * addresses, or before that is known; through the tunnel where a NAT stands between. `forced` takes one way where it is possible.
 */
export function chooseWay(peer: Peer, networks: OwnNetwork[], tunnel?: TunnelView, forced?: Way['kind']): Way {
  const [remote] = peer.outerAddresses.filter((address) => familyOf(address) === familyOf(peer.nodeAddress))
  const route = forced === undefined || forced === 'route' ? routeTo(peer, networks) : undefined
  if (route !== undefined) return route
  const sealed: Way | undefined = tunnel?.isAnswering ? { kind: 'tunnel', link: tunnel.link } : undefined
  if (forced === 'tunnel') return sealed ?? { kind: 'none' }
  if (tunnel !== undefined && forced === undefined && !isDirect(peer, networks, tunnel))
    return sealed ?? { kind: 'none' }
  if (remote === undefined || forced === 'route') return { kind: 'none' }
  return { kind: 'vxlan', remote }
}

/** True when no NAT stands between: neither side sees the other at an address that is not the other's own. */
function isDirect({ outerAddresses }: Peer, networks: OwnNetwork[], { address, observedAddress }: TunnelView): boolean {
  const isOurs = networks.some((network) => observedAddress !== undefined && isEqual(network.address, observedAddress))
  return isOurs && outerAddresses.some((outer) => isEqual(outer, address))
}

function routeTo(peer: Peer, networks: OwnNetwork[]): Way | undefined {
  for (const gateway of peer.outerAddresses)
    for (const { link, cidr, address } of networks)
      if (!isEqual(address, gateway) && contains(cidr, gateway)) return { kind: 'route', gateway, link }
  return undefined
}

const isEqual = (one: Address, other: Address): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index])

/** A hardware address for a node's overlay device that every other node can work out: locally administered. */
export function overlayHardwareAddress(nodeAddress: Address): Uint8Array {
  return Uint8Array.of(0x02, 0x53, ...nodeAddress.slice(-4))
}
