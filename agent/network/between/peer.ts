import type { Node } from '../../../api/schema/generated/types/core-v1.ts'
import { type Address, type Cidr, contains, familyOf, parseAddress, parseCidr } from '../address/address.ts'

/** How packets get to another node's pods. */
export type Way =
  /** By a route to the node's address on a network that both are on. */
  | { kind: 'route'; gateway: Address; link: number }
  /** In UDP by the kernel (VXLAN), over whatever network is between. */
  | { kind: 'vxlan'; remote: Address }
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

/**
 * The best way to a peer: without encapsulation where both are on one network, else by VXLAN. `forced` takes one way
 * where it is possible at all.
 */
export function chooseWay(peer: Peer, networks: OwnNetwork[], forced?: 'route' | 'vxlan'): Way {
  const [remote] = peer.outerAddresses.filter((address) => familyOf(address) === familyOf(peer.nodeAddress))
  if (forced !== 'vxlan')
    for (const gateway of peer.outerAddresses)
      for (const { link, cidr, address } of networks) {
        const isOwn = address.every((byte, index) => byte === gateway[index])
        if (!isOwn && contains(cidr, gateway)) return { kind: 'route', gateway, link }
      }
  if (remote === undefined || forced === 'route') return { kind: 'none' }
  return { kind: 'vxlan', remote }
}

/** A hardware address for a node's overlay device that every other node can work out: locally administered. */
export function overlayHardwareAddress(nodeAddress: Address): Uint8Array {
  return Uint8Array.of(0x02, 0x53, ...nodeAddress.slice(-4))
}
