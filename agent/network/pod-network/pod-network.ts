import { readFileSync, writeFileSync } from 'node:fs'
import type { Logger } from '../../../mesh/logger/logger.ts'
import { addressOf, type Cidr, contains, formatAddress, parseCidr } from '../address/address.ts'
import { type Link, RouteNetlink, skeinRouteProtocol } from '../netlink/route.ts'
import { removeCniConfiguration, writeCniConfiguration } from './cni-configuration.ts'
import { findOverlaps } from './overlap.ts'

export interface PodNetworkOptions {
  /** The node's own address; given to `lo` where no device has it. */
  nodeAddress: string
  podCidr: string
  clusterCidr: string
  serviceCidr: string
  /** Addresses of the nodes in the mesh. */
  nodeCidr?: string
  /** ClusterIPs that this node answers itself. */
  ownServiceAddresses: string[]
  cniDirectory: string
  /** For what outlives a restart: which pod has which address. */
  stateDirectory: string
  /** Of pods' devices; by default that of the device to the outside. */
  mtu?: number
  log: Logger
}

/** A range that cannot be used; the message names it and what to do. */
export class RangeOverlapError extends Error {
  override readonly name = 'RangeOverlapError'
}

const defaultMtu = 1500

/**
 * What the host needs before the first pod, and before anything listens at a ClusterIP: addresses on `lo`, the route
 * that lets the host's own programs use services, forwarding, and the runtime's CNI configuration. Safe to repeat.
 */
export function preparePodNetwork(options: PodNetworkOptions): void {
  const netlink = new RouteNetlink()
  try {
    const links = netlink.links()
    const loopback = links.find(({ name }) => name === 'lo')!
    checkRanges(options, netlink, links)
    netlink.setUp(loopback.index)
    for (const address of ownAddresses(options, netlink, links))
      netlink.addAddress({ link: loopback.index, address, prefixLength: address.length * 8 })
    // Where a program's packets to a service would go if the rules did not lead them to an endpoint. Only the address
    // they leave with matters.
    netlink.replaceRoute({
      destination: parseCidr(options.serviceCidr),
      link: loopback.index,
      source: addressOf(options.nodeAddress),
      protocol: skeinRouteProtocol,
    })
    setSysctl('net/ipv4/ip_forward', '1')
    const { cniDirectory, stateDirectory, podCidr, mtu = outsideMtu(netlink, links) } = options
    writeCniConfiguration({ directory: cniDirectory, stateDirectory, podCidr, mtu })
  } finally {
    netlink.close()
  }
}

/** Removes what `preparePodNetwork` made. Forwarding stays on: others may have come to need it. */
export function removePodNetwork({ cniDirectory, nodeAddress, ownServiceAddresses }: PodNetworkOptions): void {
  const netlink = new RouteNetlink()
  try {
    removeCniConfiguration(cniDirectory)
    for (const route of netlink.routes()) if (route.protocol === skeinRouteProtocol) netlink.removeRoute(route)
    const loopback = netlink.links().find(({ name }) => name === 'lo')!
    for (const text of [nodeAddress, ...ownServiceAddresses]) {
      const address = addressOf(text)
      netlink.removeAddress({ link: loopback.index, address, prefixLength: address.length * 8 })
    }
  } finally {
    netlink.close()
  }
}

function checkRanges(options: PodNetworkOptions, netlink: RouteNetlink, links: Link[]): void {
  const { clusterCidr, serviceCidr, nodeCidr, log } = options
  const ranges = [
    { name: 'the pod range (--cluster-cidr)', cidr: clusterCidr },
    { name: 'the service range (--service-cidr)', cidr: serviceCidr },
    ...(nodeCidr === undefined ? [] : [{ name: 'the node range (--node-cidr)', cidr: nodeCidr }]),
  ]
  const { errors, warnings } = findOverlaps(ranges, netlink.routes(), links)
  if (errors.length > 0) throw new RangeOverlapError(errors[0])
  for (const warning of warnings) log.warn(warning)
}

/** Addresses for `lo`: those of services answered here, and the node's where no other device has it. */
function ownAddresses({ nodeAddress, ownServiceAddresses }: PodNetworkOptions, netlink: RouteNetlink, links: Link[]) {
  const isOwnDevice = ({ name }: Link) => name === 'lo' || name.startsWith('skx-') || name.startsWith('skt-')
  const own = new Set(links.filter(isOwnDevice).map(({ index }) => index))
  const known = netlink.addresses().filter(({ link }) => !own.has(link))
  const elsewhere = new Set(known.map(({ address }) => formatAddress(address)))
  const node = addressOf(nodeAddress)
  return [...ownServiceAddresses.map(addressOf), ...(elsewhere.has(formatAddress(node)) ? [] : [node])]
}

/** MTU of the device of the default route. */
function outsideMtu(netlink: RouteNetlink, links: Link[]): number {
  const route = netlink
    .routes()
    .find(({ destination }) => destination.prefixLength === 0 && destination.address.length === 4)
  return links.find(({ index }) => index === route?.link)?.mtu ?? defaultMtu
}

/** Writes a kernel setting where it differs. Throws with the setting's name. */
function setSysctl(path: string, value: string): void {
  const file = `/proc/sys/${path}`
  if (readFileSync(file, 'utf8').trim() === value) return
  try {
    writeFileSync(file, value)
  } catch (error) {
    const name = path.replaceAll('/', '.')
    throw new Error(`${name} must be ${value} for pods to be reached, but cannot be set: ${(error as Error).message}`)
  }
}

/** True for addresses of pods and services. */
export function clusterAddressTest(cidrs: string[]): (address: Uint8Array) => boolean {
  const networks: Cidr[] = cidrs.map(parseCidr)
  return (address) => networks.some((network) => contains(network, address))
}
