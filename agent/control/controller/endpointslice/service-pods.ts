import type { Pod, Service } from '../../../../api/schema/generated/types/core-v1.ts'
import { namespaceOf } from '../../object/meta.ts'
import { isFinished } from '../../object/pod.ts'
import { hasLabels } from '../../object/selector.ts'

/** A port of a service as its pods serve it. */
export interface ServedPort {
  name: string
  protocol: string
  port: number
  appProtocol?: string
}

/** The service's endpoints are ours to keep: somebody else keeps those of services without a selector. */
export function hasEndpoints(service: Service): boolean {
  const { selector, type } = service.spec ?? {}
  return type !== 'ExternalName' && selector !== undefined && Object.keys(selector).length > 0
}

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None'
}

export function selects(service: Service, pod: Pod): boolean {
  return (
    hasEndpoints(service) &&
    namespaceOf(service) === namespaceOf(pod) &&
    hasLabels(service.spec!.selector!, pod.metadata?.labels)
  )
}

/** Those of `services` that select the pod. */
export function servicesOf(pod: Pod, services: readonly Service[]): Service[] {
  return services.filter((service) => selects(service, pod))
}

/** It has an address and has not ended. Source: k8s.io/endpointslice/util, ShouldPodBeInEndpoints. */
export function isReachable(pod: Pod): boolean {
  return addressesOf(pod).length > 0 && !isFinished(pod)
}

export function addressesOf(pod: Pod): string[] {
  const { podIP, podIPs } = pod.status ?? {}
  const all = podIPs?.map(({ ip }) => ip ?? '') ?? (podIP ? [podIP] : [])
  return all.filter((ip) => ip !== '')
}

/** The pod's own name in the DNS, when it belongs to this service. */
export function hostnameOf(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {}
  return hostname && subdomain === service.metadata?.name ? hostname : undefined
}

/**
 * The service's ports with the numbers that this pod serves them at; ports whose name the pod does not have are left
 * out. Source: k8s.io/endpointslice/utils.go, getEndpointPorts and findPort.
 */
export function servedPorts(service: Service, pod: Pod): ServedPort[] {
  const served: ServedPort[] = []
  for (const { name = '', protocol = 'TCP', port, targetPort, appProtocol } of service.spec?.ports ?? []) {
    const number = typeof targetPort === 'string' ? namedPort(pod, targetPort, protocol) : targetPort || port
    if (number !== undefined) served.push({ name, protocol, port: number, appProtocol })
  }
  return served
}

function namedPort(pod: Pod, name: string, protocol: string): number | undefined {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const { ports = [] } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = ports.find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)
    if (found) return found.containerPort
  }
  return undefined
}
