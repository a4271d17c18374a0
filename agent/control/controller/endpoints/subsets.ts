import type {
  EndpointAddress,
  EndpointSubset,
  Endpoints,
  Pod,
  Service,
} from '../../../../api/schema/generated/types/core-v1.ts'
import { canonicalJson } from '../../object/equal.ts'
import { isDeleting, nameOf, namespaceOf, uidOf } from '../../object/meta.ts'
import { isReady } from '../../object/pod.ts'
import { addressesOf, hostnameOf, isHeadless, isReachable, servedPorts } from '../endpointslice/service-pods.ts'

const headlessLabel = 'service.kubernetes.io/headless'
export const managedByLabel = 'endpoints.kubernetes.io/managed-by'
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity'
/** Source: pkg/controller/endpoint/endpoints_controller.go, maxCapacity. */
const maxAddresses = 1000

/**
 * The older form of a service's endpoints, for clients that know no slices: pods that are ready and pods that are
 * not, by the ports they serve. Source: pkg/controller/endpoint/endpoints_controller.go, syncService.
 */
export function endpointsOf(service: Service, pods: readonly Pod[], current: Endpoints | undefined): Endpoints {
  const labels: Record<string, string> = { ...service.metadata?.labels, [managedByLabel]: 'endpoint-controller' }
  if (isHeadless(service)) labels[headlessLabel] = ''
  else delete labels[headlessLabel]
  const { subsets, isTruncated } = truncate(subsetsOf(service, pods))
  const annotations = { ...current?.metadata?.annotations }
  delete annotations[overCapacityAnnotation]
  if (isTruncated) annotations[overCapacityAnnotation] = 'truncated'
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...current?.metadata,
      name: nameOf(service),
      namespace: namespaceOf(service),
      labels,
      annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
    },
    subsets: subsets.length > 0 ? subsets : undefined,
  }
}

function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const subsets = new Map<string, EndpointSubset>()
  const isIPv6 = service.spec?.ipFamilies?.[0] === 'IPv6' || (service.spec?.clusterIP?.includes(':') ?? false)
  for (const pod of [...pods].sort((a, b) => (uidOf(a) < uidOf(b) ? -1 : 1))) {
    const ip = addressesOf(pod).find((address) => address.includes(':') === isIPv6)
    if (ip === undefined || !isReachable(pod) || isDeleting(pod)) continue
    const ports = servedPorts(service, pod)
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue
    const key = canonicalJson(ports)
    const subset = subsets.get(key) ?? { ports: ports.length > 0 ? ports.map(withoutEmptyName) : undefined }
    subsets.set(key, subset)
    const address: EndpointAddress = {
      ip,
      hostname: hostnameOf(pod, service),
      nodeName: pod.spec?.nodeName,
      targetRef: { kind: 'Pod', namespace: namespaceOf(pod), name: nameOf(pod), uid: uidOf(pod) },
    }
    const isServed = service.spec?.publishNotReadyAddresses || isReady(pod)
    if (isServed) subset.addresses = [...(subset.addresses ?? []), address]
    else subset.notReadyAddresses = [...(subset.notReadyAddresses ?? []), address]
  }
  return [...subsets.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, subset]) => subset)
}

function withoutEmptyName({ name, ...port }: { name: string; protocol: string; port: number; appProtocol?: string }) {
  return { name: name || undefined, ...port }
}

/** Ready ones first, up to the limit. */
function truncate(subsets: EndpointSubset[]): { subsets: EndpointSubset[]; isTruncated: boolean } {
  let room = maxAddresses
  let isTruncated = false
  const cut = (addresses: EndpointAddress[] | undefined) => {
    const kept = addresses?.slice(0, room)
    if (kept && kept.length < addresses!.length) isTruncated = true
    room -= kept?.length ?? 0
    return kept && kept.length > 0 ? kept : undefined
  }
  const ready = subsets.map((subset) => ({ ...subset, addresses: cut(subset.addresses) }))
  const all = ready.map((subset) => ({ ...subset, notReadyAddresses: cut(subset.notReadyAddresses) }))
  return { subsets: all.filter(({ addresses, notReadyAddresses }) => addresses || notReadyAddresses), isTruncated }
}
