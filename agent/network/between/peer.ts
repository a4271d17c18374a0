import type { Node } from '../../../api/schema/generated/types/core-v1.ts'
import { type Address, type Cidr, contains, familyOf, parseAddress, parseCidr } from '../address/address.ts'

/** How packets get to another node's pods. */
export type Way =
  /** By a route to the node's address on a network that both are on. */
  | { kind: 'route'; gateway: Address; link: number }
  /** In UDP by the kernel (VXLAN), over whatever network is between. */
  | { kind: 'vxlan'; remote: Address }
  /** Sealed in UDP by the tunnel: its device, and the largest packet where that is less than the device's. */
  | { kind: 'tunnel'; link: number; mtu?: number }
  /** Through the tunnel's device over the link between the nodes. */
  | { kind: 'link'; link: number }

export type WayKind = Way['kind']

/** Another node, as the network sees it. */
export interface Peer {
  name: string
  /** Its address in the mesh. */
  nodeAddress: Address
  podCidrs: Cidr[]
  /** Addresses on its own networks as its Node object has them, in its order of preference. */
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

/**
 * The way to a peer that is not linked, by its Node object alone: a route where both are on one network, else VXLAN.
 * Undefined where no address is known, or the forced way is not possible.
 */
export function chooseUnprobedWay(peer: Peer, networks: OwnNetwork[], forced?: WayKind): Way | undefined {
  const [remote] = peer.outerAddresses.filter((address) => familyOf(address) === familyOf(peer.nodeAddress))
  const route = forced === undefined || forced === 'route' ? routeTo(peer, networks) : undefined
  if (route !== undefined) return route
  if (remote === undefined || (forced !== undefined && forced !== 'vxlan')) return undefined
  return { kind: 'vxlan', remote }
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
