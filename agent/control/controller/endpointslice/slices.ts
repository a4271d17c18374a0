import { services } from '../../../../api/schema/generated/resources.ts'
import type { Pod, Service } from '../../../../api/schema/generated/types/core-v1.ts'
import type { Endpoint, EndpointSlice } from '../../../../api/schema/generated/types/discovery-v1.ts'
import { canonicalJson, isEqual, isEquivalent } from '../../object/equal.ts'
import { byCreation, controllerReference, isDeleting, nameOf, namespaceOf, uidOf } from '../../object/meta.ts'
import { isReady } from '../../object/pod.ts'
import { addressesOf, hostnameOf, isHeadless, isReachable, type ServedPort, servedPorts } from './service-pods.ts'
import { managedByLabel, type SlicePlan, serviceNameLabel } from './slice-plan.ts'

/** Who keeps these slices. */
export const sliceManager = 'endpointslice-controller.k8s.io'
const headlessLabel = 'service.kubernetes.io/headless'

/** Source: the controller manager's --max-endpoints-per-slice. */
const maxEndpoints = 100

type AddressType = 'IPv4' | 'IPv6'

/** Endpoints that are served at the same ports. */
interface Group {
  addressType: AddressType
  ports: ServedPort[]
  endpoints: Map<string, Endpoint>
}

/**
 * Fits a service's slices to its pods with few writes: slices that change anyway are filled first.
 * Source: k8s.io/endpointslice/reconciler.go.
 *
 * @param pods those that the service selects
 * @param existing slices of the service that this controller manages
 */
export function planSlices(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  zoneOf: (nodeName: string) => string | undefined,
): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], remove: [] }
  const groups = groupPods(service, pods, zoneOf)
  const unclaimed = new Set([...existing].sort(byCreation))
  for (const group of groups.values()) {
    const key = groupKey(group.addressType, group.ports)
    const own = [...unclaimed].filter((slice) => groupKey(slice.addressType as AddressType, portsOf(slice)) === key)
    for (const slice of own) unclaimed.delete(slice)
    fit(service, group, own, plan)
  }
  plan.remove.push(...unclaimed)
  return withPlaceholder(service, existing, plan)
}

function groupPods(
  service: Service,
  pods: readonly Pod[],
  zoneOf: (nodeName: string) => string | undefined,
): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const addressType of addressTypesOf(service)) {
    for (const pod of pods) {
      if (!isReachable(pod)) continue
      const address = addressesOf(pod).find((ip) => ip.includes(':') === (addressType === 'IPv6'))
      const ports = servedPorts(service, pod)
      // A service with ports none of which the pod has is not served by it.
      if (address === undefined || (ports.length === 0 && (service.spec?.ports ?? []).length > 0)) continue
      const key = groupKey(addressType, ports)
      const group = groups.get(key) ?? { addressType, ports, endpoints: new Map() }
      groups.set(key, group)
      const endpoint = endpointOf(service, pod, address, zoneOf)
      group.endpoints.set(endpointKey(endpoint), endpoint)
    }
  }
  return groups
}

function addressTypesOf(service: Service): AddressType[] {
  const families = service.spec?.ipFamilies ?? []
  if (families.length > 0) return families as AddressType[]
  return [service.spec?.clusterIP?.includes(':') ? 'IPv6' : 'IPv4']
}

/** Source: k8s.io/endpointslice/utils.go, podToEndpoint. */
function endpointOf(
  service: Service,
  pod: Pod,
  address: string,
  zoneOf: (nodeName: string) => string | undefined,
): Endpoint {
  const serving = isReady(pod)
  const terminating = isDeleting(pod)
  const nodeName = pod.spec?.nodeName
  const ready = (service.spec?.publishNotReadyAddresses ?? false) || (serving && !terminating)
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    hostname: hostnameOf(pod, service),
    nodeName,
    zone: nodeName === undefined ? undefined : zoneOf(nodeName),
    targetRef: { kind: 'Pod', namespace: namespaceOf(pod), name: nameOf(pod), uid: uidOf(pod) },
  }
}

function endpointKey({ addresses, targetRef }: Endpoint): string {
  return `${addresses[0]} ${targetRef?.uid}`
}

function portsOf(slice: EndpointSlice): ServedPort[] {
  return (slice.ports ?? []).map(({ name = '', protocol = 'TCP', port = 0, appProtocol }) => ({
    ...{ name, protocol, port, appProtocol },
  }))
}

function groupKey(addressType: AddressType, ports: readonly ServedPort[]): string {
  return `${addressType} ${ports.map((port) => canonicalJson(port)).sort()}`
}

function fit(service: Service, group: Group, own: readonly EndpointSlice[], plan: SlicePlan): void {
  const missing = new Map(group.endpoints)
  const kept = own.map((slice) => {
    const endpoints: Endpoint[] = []
    for (const endpoint of slice.endpoints ?? []) {
      const wanted = missing.get(endpointKey(endpoint))
      if (!wanted) continue
      missing.delete(endpointKey(endpoint))
      endpoints.push(wanted)
    }
    const isChanged = !isEquivalent(endpoints, slice.endpoints ?? []) || !hasMetadata(service, slice)
    return { slice, endpoints, isChanged }
  })
  const rest = [...missing.values()]
  for (const entry of kept) {
    if (entry.isChanged) entry.endpoints.push(...rest.splice(0, maxEndpoints - entry.endpoints.length))
  }
  if (rest.length > 0) {
    const roomy = kept.filter(({ endpoints }) => endpoints.length + rest.length <= maxEndpoints)
    const fullest = roomy.sort((a, b) => b.endpoints.length - a.endpoints.length)[0]
    if (fullest) {
      fullest.endpoints.push(...rest.splice(0))
      fullest.isChanged = true
    }
  }
  while (rest.length > 0) plan.create.push(newSlice(service, group, rest.splice(0, maxEndpoints)))
  for (const { slice, endpoints, isChanged } of kept) {
    if (endpoints.length === 0) plan.remove.push(slice)
    else if (isChanged) plan.update.push({ ...slice, ...sliceMetadata(service, slice), endpoints })
  }
}

/** There is always at least one slice, so that one sees that the service was looked at. */
function withPlaceholder(service: Service, existing: readonly EndpointSlice[], plan: SlicePlan): SlicePlan {
  if (existing.length - plan.remove.length + plan.create.length > 0) return plan
  const [kept] = plan.remove
  if (kept) {
    plan.remove = plan.remove.filter((slice) => slice !== kept)
    if ((kept.endpoints ?? []).length > 0 || !hasMetadata(service, kept)) {
      plan.update.push({ ...kept, ...sliceMetadata(service, kept), endpoints: [] })
    }
  } else {
    const addressType = addressTypesOf(service)[0]!
    plan.create.push(newSlice(service, { addressType, ports: [], endpoints: new Map() }, []))
  }
  return plan
}

function newSlice(service: Service, { addressType, ports }: Group, endpoints: Endpoint[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${nameOf(service)}-`,
      namespace: namespaceOf(service),
      labels: labelsOf(service),
      ownerReferences: [controllerReference(services, service)],
    },
    addressType,
    endpoints,
    ports: ports.map((port) => ({ ...port })),
  }
}

function labelsOf(service: Service): Record<string, string> {
  const labels = { ...service.metadata?.labels }
  delete labels[headlessLabel]
  labels[serviceNameLabel] = nameOf(service)
  labels[managedByLabel] = sliceManager
  if (isHeadless(service)) labels[headlessLabel] = ''
  return labels
}

function hasMetadata(service: Service, slice: EndpointSlice): boolean {
  return isEqual(slice.metadata?.labels, labelsOf(service))
}

function sliceMetadata(service: Service, slice: EndpointSlice): Pick<EndpointSlice, 'metadata'> {
  return { metadata: { ...slice.metadata, labels: labelsOf(service) } }
}
