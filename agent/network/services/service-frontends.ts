import type { Service, ServicePort } from '../../../api/schema/generated/types/core-v1.ts'
import type { EndpointSlice } from '../../../api/schema/generated/types/discovery-v1.ts'
import { familyOf, parseAddress } from '../address/address.ts'
import type { Endpoint, Frontend, NodeFacts, Protocol } from './frontend.ts'

const protocols: Record<string, Protocol> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' }
/** What `sessionAffinityConfig.clientIP.timeoutSeconds` is when absent. */
const defaultAffinitySeconds = 10_800

/** Frontends of one service on this node. Headless and ExternalName services have none. */
export function serviceFrontends(service: Service, slices: EndpointSlice[], facts: NodeFacts): Frontend[] {
  const { type = 'ClusterIP' } = service.spec ?? {}
  const clusterIps = (service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? '']).filter((ip) => isOfFamily(ip, facts))
  if (type === 'ExternalName' || clusterIps.length === 0) return []
  if (clusterIps.some((ip) => facts.ownServiceAddresses.includes(ip))) return []
  return (service.spec?.ports ?? []).flatMap((port) => portFrontends(service, port, clusterIps, slices, facts))
}

function portFrontends(
  service: Service,
  port: ServicePort,
  clusterIps: string[],
  slices: EndpointSlice[],
  facts: NodeFacts,
): Frontend[] {
  const spec = service.spec!
  const protocol = protocols[port.protocol ?? 'TCP']
  if (protocol === undefined || port.port === undefined) return []
  const chosen = chooseEndpoints(slices, port, facts)
  const affinitySeconds =
    spec.sessionAffinity === 'ClientIP'
      ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds)
      : undefined
  const keepsLocal = spec.internalTrafficPolicy === 'Local'
  const frontends: Frontend[] = clusterIps.map((address) => ({
    address,
    protocol,
    port: port.port,
    endpoints: keepsLocal ? chosen.local : chosen.cluster,
    scope: 'cluster',
    dropWhenEmpty: keepsLocal && chosen.cluster.length > 0,
    affinitySeconds,
  }))
  const external: Omit<Frontend, 'port'> = {
    protocol,
    endpoints: chosen.cluster,
    affinitySeconds,
    ...(spec.externalTrafficPolicy === 'Local'
      ? { scope: 'external-local', localEndpoints: chosen.local }
      : { scope: 'external' }),
  }
  if (port.nodePort) frontends.push({ ...external, port: port.nodePort })
  for (const address of externalAddresses(service, facts)) frontends.push({ ...external, address, port: port.port })
  return frontends
}

/** Addresses outside the service network at which a service is reached: assigned by a load balancer, or given. */
function externalAddresses(service: Service, facts: NodeFacts): string[] {
  const assigned = (service.status?.loadBalancer?.ingress ?? [])
    .filter((ingress) => ingress.ipMode !== 'Proxy')
    .map((ingress) => ingress.ip ?? '')
  const isBalanced = service.spec?.type === 'LoadBalancer'
  const addresses = [...(isBalanced ? assigned : []), ...(service.spec?.externalIPs ?? [])]
  return [...new Set(addresses)].filter((address) => isOfFamily(address, facts))
}

/**
 * Upstream's choice: ready endpoints; where there are none, those that terminate but still serve. Decided for the whole
 * cluster and for this node apart.
 */
function chooseEndpoints(
  slices: EndpointSlice[],
  port: ServicePort,
  facts: NodeFacts,
): { cluster: Endpoint[]; local: Endpoint[] } {
  const ready = new Map<string, Endpoint>()
  const terminating = new Map<string, Endpoint>()
  for (const slice of slices) {
    if (slice.addressType !== facts.family) continue
    const slicePort = slice.ports?.find((one) => (one.name ?? '') === (port.name ?? ''))
    if (slicePort?.port === undefined || (slicePort.protocol ?? 'TCP') !== (port.protocol ?? 'TCP')) continue
    for (const endpoint of slice.endpoints ?? []) {
      const conditions = endpoint.conditions ?? {}
      const isReady = conditions.ready ?? true
      const group = isReady ? ready : terminating
      if (!isReady && !(conditions.serving && conditions.terminating)) continue
      for (const address of endpoint.addresses.slice(0, 1)) {
        const isLocal = endpoint.nodeName === facts.nodeName
        group.set(`${address} ${slicePort.port}`, { address, port: slicePort.port, isLocal })
      }
    }
  }
  const choose = (accept: (endpoint: Endpoint) => boolean) => {
    const preferred = [...ready.values()].filter(accept)
    return (preferred.length > 0 ? preferred : [...terminating.values()].filter(accept)).sort(byAddress)
  }
  return { cluster: choose(() => true), local: choose((endpoint) => endpoint.isLocal) }
}

const byAddress = (one: Endpoint, other: Endpoint): number =>
  one.address < other.address ? -1 : one.address > other.address ? 1 : one.port - other.port

function isOfFamily(text: string, facts: NodeFacts): boolean {
  const address = parseAddress(text)
  return address !== undefined && familyOf(address) === facts.family
}
