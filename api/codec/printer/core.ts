/** Services, configuration, nodes, events and the other everyday kinds of the core group. */

import type { Lease } from '../../schema/generated/types/coordination-v1.ts'
import type * as core from '../../schema/generated/types/core-v1.ts'
import type { EndpointSlice } from '../../schema/generated/types/discovery-v1.ts'
import type { Event as NewEvent } from '../../schema/generated/types/events-v1.ts'
import { ageOf, columnsOf, nameOf, type Printer, printer, since } from './column.ts'
import { firstThree, formatLabels, orNone } from './text.ts'

const service = printer<core.Service>(
  columnsOf('Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', '*Selector'),
  (o, nowMs) => [
    nameOf(o),
    o.spec?.type ?? '',
    orNone(o.spec?.clusterIPs?.[0] ?? o.spec?.clusterIP),
    externalAddress(o),
    orNone(o.spec?.ports?.map((port) => portText(port)).join(',')),
    ageOf(o, nowMs),
    formatLabels(o.spec?.selector),
  ],
)

function portText({ port, nodePort, protocol }: core.ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`
}

function externalAddress({ spec, status }: core.Service): string {
  const given = spec?.externalIPs ?? []
  if (spec?.type === 'ExternalName') return spec.externalName ?? ''
  if (spec?.type !== 'LoadBalancer') return orNone(given.join(','))
  const balanced = loadBalancerAddresses(status?.loadBalancer?.ingress)
  return [...balanced, ...given].join(',') || '<pending>'
}

/** Sorted, each once. */
export function loadBalancerAddresses(ingress: { ip?: string; hostname?: string }[] | undefined): string[] {
  return [...new Set((ingress ?? []).map((entry) => entry.ip || entry.hostname || '').filter(Boolean))].sort()
}

const endpoints = printer<core.Endpoints>(columnsOf('Name', 'Endpoints', 'Age'), (o, nowMs) => {
  const addresses = (o.subsets ?? []).flatMap((subset) => {
    const ips = (subset.addresses ?? []).map((address) => address.ip)
    if (!subset.ports?.length) return ips
    return subset.ports.flatMap(({ port }) => ips.map((ip) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)))
  })
  return [nameOf(o), firstThree(addresses, '<none>'), ageOf(o, nowMs)]
})

const endpointSlice = printer<EndpointSlice>(
  columnsOf('Name', 'AddressType', 'Ports', 'Endpoints', 'Age'),
  (o, nowMs) => {
    const ports = (o.ports ?? []).map((port) => (port.port === undefined ? (port.name ?? '*') : `${port.port}`))
    const addresses = (o.endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? [])
    return [nameOf(o), o.addressType, firstThree(ports, '<unset>'), firstThree(addresses, '<unset>'), ageOf(o, nowMs)]
  },
)

const node = printer<core.Node>(
  columnsOf(
    ...['Name', 'Status', 'Roles', 'Age', 'Version', '*Internal-IP', '*External-IP', '*OS-Image', '*Kernel-Version'],
    '*Container-Runtime',
  ),
  (o, nowMs) => {
    const info = o.status?.nodeInfo
    const address = (type: string) => o.status?.addresses?.find((a) => a.type === type)?.address
    return [
      nameOf(o),
      nodeStatus(o),
      orNone(nodeRoles(o.metadata?.labels ?? {}).join(',')),
      ageOf(o, nowMs),
      info?.kubeletVersion ?? '',
      orNone(address('InternalIP')),
      orNone(address('ExternalIP')),
      info?.osImage || '<unknown>',
      info?.kernelVersion || '<unknown>',
      info?.containerRuntimeVersion || '<unknown>',
    ]
  },
)

function nodeStatus({ spec, status }: core.Node): string {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready')
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word
}

const rolePrefix = 'node-role.kubernetes.io/'

function nodeRoles(labels: Record<string, string>): string[] {
  const roles = Object.entries(labels).map(([key, value]) => {
    return key.startsWith(rolePrefix) ? key.slice(rolePrefix.length) : key === 'kubernetes.io/role' ? value : ''
  })
  return [...new Set(roles.filter(Boolean))].sort()
}

const eventColumns = columnsOf(
  ...['Last Seen', 'Type', 'Reason', 'Object', '*Subobject', '*Source', 'Message', '*First Seen', '*Count', '*Name'],
)

const event = printer<core.Event>(eventColumns, (o, nowMs) => {
  const first = since(o.firstTimestamp ?? o.eventTime, nowMs)
  const last = o.lastTimestamp === undefined ? first : since(o.lastTimestamp, nowMs)
  return [
    o.series ? since(o.series.lastObservedTime, nowMs) : last,
    o.type ?? '',
    o.reason ?? '',
    target(o.involvedObject),
    o.involvedObject?.fieldPath ?? '',
    source(o.source, o.reportingComponent, o.reportingInstance),
    (o.message ?? '').trim(),
    first,
    o.series?.count ?? (o.count || 1),
    nameOf(o),
  ]
})

/** events.k8s.io/v1 is another view of the same objects. */
const newEvent = printer<NewEvent>(eventColumns, (o, nowMs) => {
  const first = since(o.deprecatedFirstTimestamp ?? o.eventTime, nowMs)
  const last = o.deprecatedLastTimestamp === undefined ? first : since(o.deprecatedLastTimestamp, nowMs)
  return [
    o.series ? since(o.series.lastObservedTime, nowMs) : last,
    o.type ?? '',
    o.reason ?? '',
    target(o.regarding),
    o.regarding?.fieldPath ?? '',
    source(o.deprecatedSource, o.reportingController, o.reportingInstance),
    (o.note ?? '').trim(),
    first,
    o.series?.count ?? (o.deprecatedCount || 1),
    nameOf(o),
  ]
})

function target(reference: core.ObjectReference | undefined): string {
  const kind = (reference?.kind ?? '').toLowerCase()
  return reference?.name ? `${kind}/${reference.name}` : kind
}

function source(from: core.EventSource | undefined, controller = '', instance = ''): string {
  const component = from?.component || controller
  const host = from?.host || instance
  return host ? `${component}, ${host}` : component
}

const namespace = printer<core.Namespace>(columnsOf('Name', 'Status', 'Age'), (o, nowMs) => {
  return [nameOf(o), o.status?.phase ?? '', ageOf(o, nowMs)]
})

const secret = printer<core.Secret>(columnsOf('Name', 'Type', 'Data', 'Age'), (o, nowMs) => {
  return [nameOf(o), o.type ?? '', Object.keys(o.data ?? {}).length, ageOf(o, nowMs)]
})

const configMap = printer<core.ConfigMap>(columnsOf('Name', 'Data', 'Age'), (o, nowMs) => {
  const count = Object.keys(o.data ?? {}).length + Object.keys(o.binaryData ?? {}).length
  return [nameOf(o), count, ageOf(o, nowMs)]
})

const serviceAccount = printer<core.ServiceAccount>(columnsOf('Name', 'Age'), (o, nowMs) => [
  nameOf(o),
  ageOf(o, nowMs),
])

const componentStatus = printer<core.ComponentStatus>(columnsOf('Name', 'Status', 'Message', 'Error'), (o) => {
  const healthy = o.conditions?.find((condition) => condition.type === 'Healthy')
  const word = healthy === undefined ? 'Unknown' : healthy.status === 'True' ? 'Healthy' : 'Unhealthy'
  return [nameOf(o), word, healthy?.message ?? '', healthy?.error ?? '']
})

const resourceQuota = printer<core.ResourceQuota>(columnsOf('Name', 'Request', 'Limit', 'Age'), (o, nowMs) => {
  const { hard = {}, used = {} } = o.status ?? {}
  const entries = Object.keys(hard)
    .sort()
    .map((name): [string, string] => [name, `${name}: ${used[name] ?? '0'}/${hard[name]}`])
  const texts = (isLimit: boolean) => {
    return entries.filter(([name]) => name.startsWith('limits.') === isLimit).map(([, text]) => text)
  }
  return [nameOf(o), texts(false).join(', '), texts(true).join(', '), ageOf(o, nowMs)]
})

const lease = printer<Lease>(columnsOf('Name', 'Holder', 'Age'), (o, nowMs) => {
  return [nameOf(o), o.spec?.holderIdentity ?? '', ageOf(o, nowMs)]
})

export const corePrinters: Record<string, Printer> = {
  '/Service': service,
  '/Endpoints': endpoints,
  '/Node': node,
  '/Event': event,
  '/Namespace': namespace,
  '/Secret': secret,
  '/ConfigMap': configMap,
  '/ServiceAccount': serviceAccount,
  '/ComponentStatus': componentStatus,
  '/ResourceQuota': resourceQuota,
  'events.k8s.io/Event': newEvent,
  'discovery.k8s.io/EndpointSlice': endpointSlice,
  'coordination.k8s.io/Lease': lease,
}
