import { formatAddress } from '../address/address.ts'
import { type Flow, ipProtocols } from '../netlink/conntrack.ts'
import type { Frontend } from './frontend.ts'

/**
 * For UDP a flow lives on as long as its client sends, translated as its first packet was: to an endpoint that is gone,
 * or not at all where the service had none then. Such flows must be forgotten. Gives back a test for them.
 *
 * `frontends` are those that changed, and `ownAddresses` this node's, at which port frontends are reached.
 */
export function staleUdpFlows(frontends: Iterable<Frontend>, ownAddresses: Set<string>): (flow: Flow) => boolean {
  const endpointsOf = new Map<string, Set<string>>()
  for (const { address, protocol, port, endpoints, localEndpoints = [] } of frontends) {
    if (protocol !== 'udp') continue
    const all = [...endpoints, ...localEndpoints].map((endpoint) => `${endpoint.address} ${endpoint.port}`)
    endpointsOf.set(`${address ?? '*'} ${port}`, new Set(all))
  }
  return (flow) => {
    if (flow.protocol !== ipProtocols.udp) return false
    const destination = formatAddress(flow.destination)
    const endpoints =
      endpointsOf.get(`${destination} ${flow.destinationPort}`) ??
      (ownAddresses.has(destination) ? endpointsOf.get(`* ${flow.destinationPort}`) : undefined)
    return endpoints !== undefined && !endpoints.has(`${formatAddress(flow.replySource)} ${flow.replySourcePort}`)
  }
}
