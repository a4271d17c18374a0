import type { Service } from '../../../api/schema/generated/types/core-v1.ts'
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../api/schema/generated/types/discovery-v1.ts'
import { type Address, formatAddress, parseAddress } from '../address/address.ts'
import type { NamedEndpoint, NameView, ServiceNames, ServicePortName } from './zone.ts'

/** The names of all services, kept by service so that a change costs only its own. */
export class ServiceNameView implements NameView {
  readonly #services = new Map<string, ServiceNames>()
  /** By address, then by service: an address may stand behind several. */
  readonly #pointers = new Map<string, Map<string, string>>()
  readonly #namespaces = new Set<string>()

  /** Sets a service and its EndpointSlices; without the service, forgets it. `key` is `namespace/name`. */
  set(key: string, service: Service | undefined, slices: EndpointSlice[]): void {
    for (const [address] of pointersOf(key, this.#services.get(key))) {
      const names = this.#pointers.get(address)
      names?.delete(key)
      if (names?.size === 0) this.#pointers.delete(address)
    }
    const names = service && serviceNames(service, slices)
    if (names === undefined) this.#services.delete(key)
    else this.#services.set(key, names)
    for (const [address, name] of pointersOf(key, names)) {
      const known = this.#pointers.get(address) ?? new Map<string, string>()
      this.#pointers.set(address, known.set(key, name))
    }
  }

  addNamespace(name: string): void {
    this.#namespaces.add(name)
  }

  removeNamespace(name: string): void {
    this.#namespaces.delete(name)
  }

  service(namespace: string, name: string): ServiceNames | undefined {
    return this.#services.get(`${namespace}/${name}`)
  }

  hasNamespace(namespace: string): boolean {
    return this.#namespaces.has(namespace)
  }

  namesOf(address: string): string[] {
    return [...(this.#pointers.get(address)?.values() ?? [])]
  }
}

/** Names that the addresses of a service lead back to, relative to the zone. */
function pointersOf(key: string, names: ServiceNames | undefined): [address: string, name: string][] {
  const [namespace, service] = key.split('/')
  const base = `${service}.${namespace}.svc`
  if (names?.kind === 'cluster-ip') return names.addresses.map((address) => [formatAddress(address), base])
  if (names?.kind !== 'headless') return []
  return names.endpoints.map(({ address, hostname }) => [formatAddress(address), `${hostname}.${base}`])
}

/** The names of one service. Undefined for one that has no address yet. */
export function serviceNames(service: Service, slices: EndpointSlice[]): ServiceNames | undefined {
  const spec = service.spec ?? {}
  if (spec.type === 'ExternalName') {
    const target = spec.externalName?.toLowerCase().replace(/\.$/, '')
    return target ? { kind: 'external-name', target } : undefined
  }
  const clusterIps = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? '']
  if (clusterIps[0] === 'None') return { kind: 'headless', endpoints: namedEndpoints(slices) }
  const addresses = clusterIps.map(parseAddress).filter((address) => address !== undefined)
  const ports = (spec.ports ?? []).map((port) => portName(port.name, port.protocol, port.port))
  return addresses.length === 0 ? undefined : { kind: 'cluster-ip', addresses, ports }
}

function namedEndpoints(slices: EndpointSlice[]): NamedEndpoint[] {
  const endpoints = new Map<string, NamedEndpoint>()
  for (const slice of slices) {
    if (slice.addressType === 'FQDN') continue
    const ports = (slice.ports ?? []).flatMap((port) => portNames(port))
    for (const endpoint of slice.endpoints ?? []) addEndpoint(endpoints, endpoint, ports)
  }
  return [...endpoints.values()]
}

function addEndpoint(endpoints: Map<string, NamedEndpoint>, endpoint: Endpoint, ports: ServicePortName[]): void {
  if (endpoint.conditions?.ready === false) return
  for (const text of endpoint.addresses) {
    const address = parseAddress(text)
    if (address === undefined) continue
    const hostname = endpoint.hostname?.toLowerCase() || dashed(address)
    const known = endpoints.get(`${hostname} ${text}`)
    endpoints.set(`${hostname} ${text}`, { hostname, address, ports: [...(known?.ports ?? []), ...ports] })
  }
}

const portNames = ({ name, protocol, port }: EndpointPort): ServicePortName[] =>
  port === undefined ? [] : [portName(name, protocol, port)]

const portName = (name: string | undefined, protocol: string | undefined, port: number): ServicePortName => ({
  name: name ?? '',
  protocol: protocol === 'UDP' ? 'udp' : protocol === 'SCTP' ? 'sctp' : 'tcp',
  port,
})

const dashed = (address: Address): string => formatAddress(address).replaceAll(/[.:]/g, '-')
