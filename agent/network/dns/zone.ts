import { type Address, formatAddress, parseAddress } from '../address/address.ts'
import type { DnsRecord, Reply } from './reply.ts'
import { classIn, type Query, rcodes, types } from './wire.ts'

/** One endpoint of a headless service. */
export interface NamedEndpoint {
  /** Its pod's hostname, or its address with dashes. */
  hostname: string
  address: Address
  ports: ServicePortName[]
}

export interface ServicePortName {
  /** Empty for the one port without a name, which has no SRV record. */
  name: string
  protocol: 'tcp' | 'udp' | 'sctp'
  port: number
}

/** A service as its names see it. */
export type ServiceNames =
  | { kind: 'cluster-ip'; addresses: Address[]; ports: ServicePortName[] }
  | { kind: 'headless'; endpoints: NamedEndpoint[] }
  | { kind: 'external-name'; target: string }

/** What the zone is answered from. */
export interface NameView {
  service(namespace: string, name: string): ServiceNames | undefined
  hasNamespace(namespace: string): boolean
  /** Names of services, or of endpoints of headless ones, relative to the zone (`web.default.svc`), by address. */
  namesOf(address: string): string[]
}

export interface ZoneOptions {
  clusterDomain: string
  dnsAddress: Address
  /** True for addresses of pods and services: their reverse names are the cluster's alone. */
  isClusterAddress(address: Address): boolean
}

/** An answer of the cluster's own zones, or what else must be done. */
export type ZoneAnswer =
  | { kind: 'reply'; reply: Reply }
  /** The name is an alias: the answer is `reply` and, behind it, what the target resolves to. */
  | { kind: 'alias'; reply: Reply; target: string }
  /** Not a name of the cluster. */
  | { kind: 'elsewhere' }

/** As the widely deployed cluster DNS has it: short, since services come and go. */
const ttlSeconds = 5
/** Of the specification of Kubernetes' DNS-based service discovery that this follows. */
const schemaVersion = '1.1.0'

type Found = { records: DnsRecord[]; additionals?: DnsRecord[]; alias?: string } | undefined

/** The names of Kubernetes' DNS-Based Service Discovery, version 1.1.0. */
export class Zone {
  readonly #options: ZoneOptions
  readonly #domain: string[]

  constructor(options: ZoneOptions) {
    this.#options = options
    this.#domain = options.clusterDomain.toLowerCase().split('.')
  }

  /** Answers a query. `turn` is any number; answers of several addresses begin at another one with each. */
  answer(query: Query, view: NameView, turn: number): ZoneAnswer {
    const { labels } = query
    const isOurs = this.#domain.every((label, index) => labels[labels.length - this.#domain.length + index] === label)
    const reversed = isOurs ? undefined : reverseAddress(labels)
    if (!isOurs && (reversed === undefined || !this.#options.isClusterAddress(reversed))) return { kind: 'elsewhere' }
    if (query.class !== classIn || query.type === types.AXFR) return { kind: 'reply', reply: { rcode: rcodes.REFUSED } }
    const name = labels.join('.')
    const found =
      reversed !== undefined
        ? this.#pointer(name, reversed, view)
        : this.#find(labels.slice(0, -this.#domain.length), name, query.type, view)
    const soa = this.#authority(reversed !== undefined ? labels.slice(-2).join('.') : this.#options.clusterDomain)
    if (found === undefined)
      return { kind: 'reply', reply: { rcode: rcodes.NXDOMAIN, isAuthoritative: true, authorities: [soa] } }
    const wanted = found.records.filter(({ type }) => query.type === types.ANY || types[type] === query.type)
    const answers = found.alias === undefined ? rotate(wanted, turn) : found.records
    const reply: Reply = {
      rcode: rcodes.NOERROR,
      isAuthoritative: true,
      answers,
      authorities: answers.length === 0 ? [soa] : [],
      additionals: query.type === types.SRV ? found.additionals : [],
    }
    if (found.alias !== undefined && query.type !== types.CNAME) return { kind: 'alias', reply, target: found.alias }
    return { kind: 'reply', reply }
  }

  #find(labels: string[], name: string, type: number, view: NameView): Found {
    const { clusterDomain, dnsAddress } = this.#options
    if (labels.length === 0) {
      const target = `ns.dns.${clusterDomain}`
      return { records: [this.#authority(clusterDomain), { name, ttlSeconds, type: 'NS', target }] }
    }
    const kind = labels.at(-1)
    const namespace = labels.at(-2)
    if (name === `ns.dns.${clusterDomain}`) return { records: [addressRecord(name, dnsAddress)] }
    if (name === `dns.${clusterDomain}`) return { records: [] }
    if (name === `dns-version.${clusterDomain}`)
      return { records: [{ name, ttlSeconds, type: 'TXT', text: schemaVersion }] }
    if (kind !== 'svc' && kind !== 'pod') return undefined
    if (namespace === undefined) return { records: [] }
    if (!view.hasNamespace(namespace)) return undefined
    if (labels.length === 2) return { records: [] }
    if (kind === 'pod') return labels.length === 3 ? podRecords(labels[0]!, name) : undefined
    const service = view.service(namespace, labels.at(-3)!)
    if (service === undefined) return undefined
    const serviceName = `${labels.slice(-3).join('.')}.${clusterDomain}`
    return serviceRecords(service, labels.slice(0, -3), { name, serviceName, type })
  }

  #pointer(name: string, address: Address, view: NameView): Found {
    const targets = view.namesOf(formatAddress(address))
    if (targets.length === 0) return undefined
    const { clusterDomain } = this.#options
    return {
      records: targets.map((target) => ({ name, ttlSeconds, type: 'PTR', target: `${target}.${clusterDomain}` })),
    }
  }

  #authority(zone: string): DnsRecord {
    const { clusterDomain } = this.#options
    return {
      name: zone,
      ttlSeconds,
      type: 'SOA',
      primary: `ns.dns.${clusterDomain}`,
      mailbox: `hostmaster.${clusterDomain}`,
      serial: 1,
      minimumSeconds: ttlSeconds,
    }
  }
}

interface Asked {
  name: string
  /** `web.default.svc.cluster.local`. */
  serviceName: string
  type: number
}

/** `prefix` is what stands before the service: nothing, an endpoint's hostname, or `_port._protocol`. */
function serviceRecords(service: ServiceNames, prefix: string[], { name, serviceName, type }: Asked): Found {
  if (service.kind === 'external-name') {
    if (prefix.length > 0) return undefined
    return { records: [{ name, ttlSeconds, type: 'CNAME', target: service.target }], alias: service.target }
  }
  if (prefix.length === 0) {
    const records = addressesOf(service).map((address) => addressRecord(name, address))
    return type === types.SRV ? portRecords(service, name, serviceName, () => true) : { records }
  }
  const [first, second] = prefix as [string, string | undefined]
  if (first.startsWith('_')) {
    const hasProtocol = (protocol: string) => `_${protocol}` === (second ?? first)
    if (prefix.length > 2) return undefined
    const isWanted = (port: ServicePortName) =>
      hasProtocol(port.protocol) && (second === undefined || `_${port.name}` === first)
    const found = portRecords(service, name, serviceName, isWanted)
    if (found.records.length === 0) return undefined
    // `_tcp.web...` only exists so that names below it can.
    return second === undefined ? { records: [] } : found
  }
  if (service.kind !== 'headless' || prefix.length > 1) return undefined
  const endpoints = service.endpoints.filter((endpoint) => endpoint.hostname === first)
  return endpoints.length === 0 ? undefined : { records: endpoints.map(({ address }) => addressRecord(name, address)) }
}

function portRecords(
  service: Exclude<ServiceNames, { kind: 'external-name' }>,
  name: string,
  serviceName: string,
  isWanted: (port: ServicePortName) => boolean,
): { records: DnsRecord[]; additionals: DnsRecord[] } {
  const targets =
    service.kind === 'headless'
      ? service.endpoints.map(({ hostname, address, ports }) => ({
          target: `${hostname}.${serviceName}`,
          addresses: [address],
          ports,
        }))
      : [{ target: serviceName, addresses: service.addresses, ports: service.ports }]
  const records: DnsRecord[] = []
  const additionals = new Map<string, DnsRecord>()
  for (const { target, addresses, ports } of targets)
    for (const { name: portName, port, protocol } of ports) {
      if (portName === '' || !isWanted({ name: portName, port, protocol })) continue
      records.push({ name, ttlSeconds, type: 'SRV', priority: 0, weight: 100, port, target })
      for (const address of addresses) additionals.set(`${target} ${address}`, addressRecord(target, address))
    }
  return { records, additionals: [...additionals.values()] }
}

const addressesOf = (service: Exclude<ServiceNames, { kind: 'external-name' }>): Address[] =>
  service.kind === 'headless' ? service.endpoints.map((endpoint) => endpoint.address) : service.addresses

/** `10-42-0-7.default.pod`: the address says itself (upstream's deprecated, but expected, form). */
function podRecords(label: string, name: string): Found {
  const address = parseAddress(label.replaceAll('-', '.')) ?? parseAddress(label.replaceAll('-', ':'))
  return address && { records: [addressRecord(name, address)] }
}

const addressRecord = (name: string, address: Address): DnsRecord => ({
  name,
  ttlSeconds,
  type: address.length === 4 ? 'A' : 'AAAA',
  address,
})

/** The address of `7.0.42.10.in-addr.arpa` or of an `ip6.arpa` name. */
function reverseAddress(labels: string[]): Address | undefined {
  if (labels.at(-1) !== 'arpa') return undefined
  const digits = labels.slice(0, -2).reverse()
  if (labels.at(-2) === 'in-addr') return digits.length === 4 ? parseAddress(digits.join('.')) : undefined
  if (labels.at(-2) !== 'ip6' || digits.length !== 32) return undefined
  return parseAddress(
    Array.from({ length: 8 }, (_, group) => digits.slice(group * 4, group * 4 + 4).join('')).join(':'),
  )
}

function rotate(records: DnsRecord[], turn: number): DnsRecord[] {
  const start = records.length > 1 ? turn % records.length : 0
  return start === 0 ? records : [...records.slice(start), ...records.slice(0, start)]
}
