import type { Service, ServicePort } from '../schema/generated/types/core-v1.ts'
import { AddressRange } from './address-range.ts'
import type { ClusterView, Strategy, TransactionDraft } from './definition.ts'
import { atPath } from './filter.ts'
import type { ApiObject } from './object.ts'
import { type FieldCause, invalid } from './status.ts'

export interface ServiceRanges {
  /** e.g. `10.43.0.0/16`. */
  clusterCidr: string
  /** Both ends belong to it. */
  nodePorts: { from: number; to: number }
}

const services = { group: '', resource: 'services', kind: 'Service' }

const clusterIpKey = (address: string) => `allocations/clusterip/${address}`
const nodePortKey = (port: number) => `allocations/nodeport/${port}`

const asService = (object: ApiObject) => object as unknown as Service & { spec: NonNullable<Service['spec']> }

function addressOf(service: Service | undefined): string | undefined {
  const { clusterIP, type } = service?.spec ?? {}
  return type === 'ExternalName' || !clusterIP || clusterIP === 'None' ? undefined : clusterIP
}

function hasNodePorts({ spec }: Service): boolean {
  if (spec?.type === 'NodePort') return true
  return spec?.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false
}

function nodePortsOf(service: Service | undefined): Set<number> {
  const ports = (service?.spec?.ports ?? []).flatMap((port) => (port.nodePort ? [port.nodePort] : []))
  const health = service?.spec?.healthCheckNodePort
  return new Set(health ? [...ports, health] : ports)
}

/** What a service has to itself, as the keys of its claims. */
function claimsOf(object: ApiObject): string[] {
  const service = asService(object)
  const address = addressOf(service)
  const ports = [...nodePortsOf(service)].map(nodePortKey)
  return address === undefined ? ports : [clusterIpKey(address), ...ports]
}

function refuse(service: Service, field: string, value: unknown, why: string): never {
  const cause: FieldCause = {
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
    field,
  }
  throw invalid(services, service.metadata?.name ?? '', [cause])
}

/**
 * Addresses and node ports are keys of their own, absent before, in the transaction that writes the service; which
 * ones are free is read from the services themselves, by an index. Upstream: pkg/registry/core/service/storage/alloc.go.
 */
class Allocation {
  readonly #range: AddressRange
  readonly #ranges: ServiceRanges

  constructor(ranges: ServiceRanges) {
    this.#ranges = ranges
    this.#range = new AddressRange(ranges.clusterCidr)
  }

  allocate(
    object: ApiObject | undefined,
    current: ApiObject | undefined,
    draft: TransactionDraft,
    view: ClusterView,
  ): void {
    const before = current && asService(current)
    const after = object && asService(object)
    if (after) {
      after.spec ??= {} as never
      if (before) carryOver(after, before)
      this.#chooseAddress(after, before, view)
      this.#choosePorts(after, before, view)
    }
    const value = Buffer.from(
      JSON.stringify({ service: `${(object ?? current)!.metadata.namespace}/${(object ?? current)!.metadata.name}` }),
    )
    exchange(draft, value, addressOf(before), addressOf(after), clusterIpKey)
    const oldPorts = nodePortsOf(before)
    const newPorts = nodePortsOf(after)
    for (const port of newPorts) if (!oldPorts.has(port)) exchange(draft, value, undefined, port, nodePortKey)
    for (const port of oldPorts) if (!newPorts.has(port)) exchange(draft, value, port, undefined, nodePortKey)
  }

  #chooseAddress(service: Service & { spec: object }, before: Service | undefined, view: ClusterView): void {
    const spec = service.spec as NonNullable<Service['spec']>
    if (spec.type === 'ExternalName') return
    spec.ipFamilies ??= ['IPv4']
    spec.ipFamilyPolicy ??= 'SingleStack'
    if (!spec.clusterIP && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0]
    if (spec.clusterIP === 'None') {
      spec.clusterIPs = ['None']
      return
    }
    const asked = spec.clusterIP
    if (asked && asked === addressOf(before)) {
      spec.clusterIPs = [asked]
      return
    }
    const claims = view.index(services, claimsOf)
    const isUsed = (address: string) => claims.has(clusterIpKey(address))
    if (asked) {
      const { cidr } = this.#range
      const fail = (why: string) =>
        refuse(service, 'spec.clusterIPs', [asked], `failed to allocate IP ${asked}: ${why}`)
      if (!this.#range.contains(asked))
        fail(`the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${cidr}`)
      if (isUsed(asked)) fail('provided IP is already allocated')
    }
    const free = asked || this.#range.pick(isUsed, Math.random)
    if (!free)
      refuse(service, 'spec.clusterIPs', [], `failed to allocate a serviceIP: range ${this.#range.cidr} is full`)
    spec.clusterIP = free
    spec.clusterIPs = [free]
  }

  #choosePorts(service: Service & { spec: object }, before: Service | undefined, view: ClusterView): void {
    const spec = service.spec as NonNullable<Service['spec']>
    if (!hasNodePorts(service)) {
      const keepsAsked = spec.type === 'LoadBalancer'
      if (!keepsAsked) for (const port of spec.ports ?? []) delete port.nodePort
      return
    }
    const own = nodePortsOf(before)
    const claims = view.index(services, claimsOf)
    const isClaimed = (port: number) => claims.has(nodePortKey(port))
    const { from, to } = this.#ranges.nodePorts
    const taken = new Map<string, number>()
    spec.ports?.forEach((port, index) => {
      const field = `spec.ports[${index}].nodePort`
      if (port.nodePort) {
        if (port.nodePort < from || port.nodePort > to) {
          refuse(
            service,
            field,
            port.nodePort,
            `provided port is not in the valid range. The range of valid ports is ${from}-${to}`,
          )
        }
        if (isClaimed(port.nodePort) && !own.has(port.nodePort))
          refuse(service, field, port.nodePort, 'provided port is already allocated')
      } else {
        // A TCP and a UDP port of the same number share one node port, as DNS services expect.
        const shared = taken.get(`${port.port}`)
        port.nodePort =
          shared ?? pickPort(from, to, (candidate) => isClaimed(candidate) || [...taken.values()].includes(candidate))
        if (!port.nodePort) refuse(service, field, 0, 'failed to allocate a nodePort: range is full')
      }
      taken.set(`${port.port}`, port.nodePort)
    })
  }
}

function pickPort(from: number, to: number, isUsed: (port: number) => boolean): number | undefined {
  const count = to - from + 1
  const start = Math.floor(Math.random() * count)
  for (let step = 0; step < count; step++) {
    const port = from + ((start + step) % count)
    if (!isUsed(port)) return port
  }
  return undefined
}

/** Clients that leave out what the server chose keep it. Upstream: patchAllocatedValues. */
function carryOver(after: Service & { spec: object }, before: Service): void {
  const spec = after.spec as NonNullable<Service['spec']>
  const old = before.spec
  if (spec.type !== 'ExternalName' && old?.type !== 'ExternalName' && !spec.clusterIP) {
    spec.clusterIP = old?.clusterIP
    spec.clusterIPs = old?.clusterIPs
  }
  if (spec.type === 'ExternalName' && old?.type !== 'ExternalName' && spec.clusterIP === old?.clusterIP) {
    delete spec.clusterIP
    delete spec.clusterIPs
    delete spec.ipFamilies
    delete spec.ipFamilyPolicy
  }
  if (!hasNodePorts(after) || !hasNodePorts(before)) return
  const key = ({ protocol, port }: ServicePort) => `${protocol ?? 'TCP'}/${port}`
  const known = new Map((old?.ports ?? []).map((port) => [key(port), port.nodePort]))
  const used = nodePortsOf(after)
  for (const port of spec.ports ?? []) {
    const previous = known.get(key(port))
    if (!port.nodePort && previous && !used.has(previous)) port.nodePort = previous
  }
}

function exchange<K extends string | number>(
  draft: TransactionDraft,
  value: Uint8Array,
  before: K | undefined,
  after: K | undefined,
  keyOf: (of: K) => string,
): void {
  if (before === after) return
  if (before !== undefined) draft.changes.push({ key: keyOf(before), value: null })
  if (after === undefined) return
  draft.preconditions.push({ key: keyOf(after), revision: 0 })
  draft.changes.push({ key: keyOf(after), value })
}

export function serviceStrategy(ranges: ServiceRanges): Strategy {
  const allocation = new Allocation(ranges)
  return {
    fields: { 'spec.clusterIP': atPath('spec.clusterIP'), 'spec.type': atPath('spec.type') },
    returnsDeleted: true,
    prepareForCreate(object) {
      object.status = { loadBalancer: {} }
    },
    allocate: (object, current, draft, view) => allocation.allocate(object, current, draft, view),
    validateUpdate(object, current) {
      const before = addressOf(asService(current))
      const after = addressOf(asService(object))
      if (before === undefined || after === undefined || before === after) return []
      const message = `Invalid value: ${JSON.stringify([after])}: may not change once set`
      return [{ reason: 'FieldValueInvalid', message, field: 'spec.clusterIPs[0]' }]
    },
  }
}
