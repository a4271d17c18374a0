import {
  endpointslices,
  nodes,
  pods as podsRef,
  services as servicesRef,
} from '../../../../api/schema/generated/resources.ts'
import type { Pod, Service } from '../../../../api/schema/generated/types/core-v1.ts'
import type { EndpointSlice } from '../../../../api/schema/generated/types/discovery-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, reads, watch } from '../../loop/controller.ts'
import { isNamespaceGoing } from '../../loop/writer.ts'
import { isDeleting, keyFor, keyOf, namespaceOf } from '../../object/meta.ts'
import { hasEndpoints, selects } from './service-pods.ts'
import { managedBy, managedByLabel, planSlices, serviceNameLabel } from './slices.ts'

/** Slices by `namespace/service`. */
const serviceIndex = 'service'

function serviceKeysOf(slice: EndpointSlice): string[] {
  const { labels = {} } = slice.metadata ?? {}
  const name = labels[serviceNameLabel]
  return name !== undefined && labels[managedByLabel] === managedBy ? [keyFor(namespaceOf(slice), name)] : []
}

/** Source: k8s.io/kubernetes/pkg/controller/endpointslice/endpointslice_controller.go. */
export function endpointSliceController({ informers }: ControlContext): ControllerDefinition {
  const services = informers.of(servicesRef)
  const pods = informers.of(podsRef)
  const allNodes = informers.of(nodes)
  const slices = informers.indexed(endpointslices, serviceIndex, serviceKeysOf)
  const zoneOf = (name: string) => allNodes.get(name)?.metadata?.labels?.['topology.kubernetes.io/zone']
  const keysOfPod = (pod: Pod) =>
    services
      .list(namespaceOf(pod))
      .filter((service) => selects(service, pod))
      .map(keyOf)
  return {
    name: 'endpointslice-controller',
    watches: [
      watch(servicesRef, (service: Service) => [keyOf(service)]),
      watch(podsRef, keysOfPod),
      watch(endpointslices, serviceKeysOf),
      reads(nodes),
    ],
    async reconcile(key, writer) {
      const service = services.get(key)
      const existing = slices.byIndex(serviceIndex, key)
      if (!service || isDeleting(service) || !hasEndpoints(service)) {
        // With the service gone they are garbage, and collected as such; a selector taken away leaves them behind.
        return undefined
      }
      const selected = pods.list(namespaceOf(service)).filter((pod) => selects(service, pod))
      const plan = planSlices(
        service,
        selected,
        existing.filter((slice) => !isDeleting(slice)),
        zoneOf,
      )
      try {
        for (const slice of plan.create) await writer.create(endpointslices, slice)
      } catch (error) {
        if (!isNamespaceGoing(error)) throw error
      }
      for (const slice of plan.update) await writer.update(endpointslices, slice)
      for (const slice of plan.remove) await writer.delete(endpointslices, slice)
      return undefined
    },
  }
}
