import { nodes as nodesRef, services as servicesRef } from '../../../api/schema/generated/resources.ts'
import type { LoadBalancerIngress, Node, Service } from '../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../loop/context.ts'
import { type ControllerDefinition, watch } from '../loop/controller.ts'
import { isEqual, isEquivalent } from '../object/equal.ts'
import { isDeleting, keyOf } from '../object/meta.ts'

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers'

/**
 * Where a service of type LoadBalancer is reached: the nodes themselves forward its ports, so that every ready node's
 * outer address (or its inner one when it has none) is an ingress. A class names another implementation.
 */
export function ingressOf(service: Service, nodes: readonly Node[]): LoadBalancerIngress[] {
  const { type, loadBalancerClass } = service.spec ?? {}
  if (type !== 'LoadBalancer' || loadBalancerClass !== undefined) return []
  const ready = nodes.filter((node) => {
    const isReady = node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')
    return isReady && !isDeleting(node) && node.metadata?.labels?.[excludeLabel] === undefined
  })
  const addresses = ready.map((node) => {
    const of = (kind: string) => node.status?.addresses?.find((address) => address.type === kind)?.address
    return of('ExternalIP') ?? of('InternalIP')
  })
  const known = [...new Set(addresses.filter((address) => address !== undefined))]
  return known.sort().map((ip) => ({ ip, ipMode: 'VIP' }))
}

export function serviceLoadBalancerController({ informers }: ControlContext): ControllerDefinition {
  const services = informers.of(servicesRef)
  const nodes = informers.of(nodesRef)
  const balanced = () => services.list().filter(({ spec }) => spec?.type === 'LoadBalancer')
  const faceOf = (node: Node) => ({
    addresses: node.status?.addresses,
    ready: node.status?.conditions?.find(({ type }) => type === 'Ready')?.status,
    excluded: node.metadata?.labels?.[excludeLabel],
  })
  return {
    name: 'service-controller',
    watches: [
      watch(servicesRef, (service: Service) => [keyOf(service)]),
      {
        ref: nodesRef,
        added: () => balanced().map(keyOf),
        updated: (a, b) => (isEqual(faceOf(a as Node), faceOf(b as Node)) ? [] : balanced().map(keyOf)),
        deleted: () => balanced().map(keyOf),
      },
    ],
    async reconcile(key, writer) {
      const service = services.get(key)
      if (!service || isDeleting(service) || service.spec?.loadBalancerClass !== undefined) return undefined
      const ingress = ingressOf(service, nodes.list())
      const before = service.status?.loadBalancer?.ingress ?? []
      if (isEquivalent(ingress, before)) return undefined
      const loadBalancer = ingress.length > 0 ? { ingress } : {}
      await writer.updateStatus(servicesRef, { ...service, status: { ...service.status, loadBalancer } })
      if (before.length === 0) {
        const message = `Reachable at ${ingress.length} node(s) of the cluster`
        writer.event(service, 'Normal', 'EnsuredLoadBalancer', message)
      }
      return undefined
    },
  }
}
