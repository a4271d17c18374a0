import { networkInterfaces } from 'node:os'
import type { PeerAddresses } from '../../mesh/link/links.ts'
import { textOf } from '../../mesh/swarm/endpoint.ts'
import type { MeshOptions } from '../node-options.ts'

/** Links of containers and of the mesh itself, by their names: nobody reaches the node there. */
const ownLinks = /^(lo|cni|veth|skein|docker|br-|virbr|flannel|cali|kube)/

/** A link that comes and goes with pods, or is the mesh's own. */
export function isPodLink(name: string): boolean {
  return ownLinks.test(name)
}

/** Addresses of this machine that others may reach, as they are now. */
export function hostAddresses(): string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, infos = []]) =>
    isPodLink(name)
      ? []
      : infos.filter(({ internal, address }) => !internal && !address.startsWith('fe80')).map(({ address }) => address),
  )
}

/** Where this node may be reached: what it was told to say, and its own addresses. */
export function reachableAt({ listen, advertise }: MeshOptions, addresses: readonly string[]): PeerAddresses {
  const isAny = listen.host === '0.0.0.0' || listen.host === '::'
  const hosts = isAny ? addresses.filter((host) => listen.host === '::' || !host.includes(':')) : [listen.host]
  const unique = [...new Set([...advertise, ...hosts.map((host) => textOf({ host, port: listen.port }))])]
  return { udp: unique, webSocket: unique.map((endpoint) => `ws://${endpoint}/skein`) }
}
