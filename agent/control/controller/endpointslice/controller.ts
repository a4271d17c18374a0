import {
  endpointslices,
  nodes,
  pods as podsRef,
  services as servicesRef,
} from '../../../../api/schema/generated/resources.ts'
import type { Pod, Service } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, reads, watch } from '../../loop/controller.ts'
import { isDeleting, keyOf, namespaceOf } from '../../object/meta.ts'
import { hasEndpoints, selects, servicesOf } from './service-pods.ts'
import { serviceKeysOf, writeSlices } from './slice-plan.ts'
import { planSlices, sliceManager } from './slices.ts'

/** Slices by `namespace/service`. */
const serviceIndex = 'service'

const keysOfSlice = serviceKeysOf(sliceManager)

/** Source: k8s.io/kubernetes/pkg/controller/endpointslice/endpointslice_controller.go. */
export function endpointSliceController({ informers }: ControlContext): ControllerDefinition {
  const services = informers.of(servicesRef)
  const pods = informers.of(podsRef)
  const allNodes = informers.of(nodes)
  const slices = informers.indexed(endpointslices, serviceIndex, keysOfSlice)
  const zoneOf = (name: string) => allNodes.get(name)?.metadata?.labels?.['topology.kubernetes.io/zone']
  return {
    name: 'endpointslice-controller',
    watches: [
      watch(servicesRef, (service: Service) => [keyOf(service)]),
      watch(podsRef, (pod: Pod) => servicesOf(pod, services.list(namespaceOf(pod))).map(keyOf)),
      watch(endpointslices, keysOfSlice),
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
      await writeSlices(plan, writer)
      return undefined
    },
  }
}
