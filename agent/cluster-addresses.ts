import { type Cidr, formatAddress, parseCidr } from './network/address/address.ts'

/** Addresses that follow from the cluster's ranges and a node's number. */
export interface ClusterAddresses {
  /** The API's own Service, `kubernetes.default`: the first of the service range. */
  apiService: string
  /** The cluster DNS: the tenth of the service range. */
  dns: string
  /** The node's own in the mesh: its InternalIP. */
  node: string
  /** The range of the node's pods, a /24 of the cluster's. */
  podCidr: string
}

const podPrefixLength = 24

/** Of the node that makes a cluster. Later ones are given theirs as they join. */
export const firstNodeNumber = 0

/** `number` counts nodes from 0; a member keeps its number for life. Throws RangeError when the ranges are used up. */
export function clusterAddresses(
  ranges: { clusterCidr: string; serviceCidr: string; nodeCidr: string },
  number: number,
): ClusterAddresses {
  const pods = parseCidr(ranges.clusterCidr)
  const services = parseCidr(ranges.serviceCidr)
  const podStart = nth(pods, number * 2 ** (32 - podPrefixLength), ranges.clusterCidr)
  return {
    apiService: nth(services, 1, ranges.serviceCidr),
    dns: nth(services, 10, ranges.serviceCidr),
    node: nth(parseCidr(ranges.nodeCidr), number + 1, ranges.nodeCidr),
    podCidr: `${podStart}/${podPrefixLength}`,
  }
}

/** The n-th address of an IPv4 range. */
function nth(cidr: Cidr, n: number, text: string): string {
  if (n >= 2 ** (32 - cidr.prefixLength)) throw new RangeError(`${text} has no room for one more: it is used up`)
  const start = new DataView(cidr.address.buffer, cidr.address.byteOffset, 4).getUint32(0)
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, start + n)
  return formatAddress(bytes)
}
