import {
  endpoints as endpointsRef,
  pods as podsRef,
  services as servicesRef,
} from '../../../../api/schema/generated/resources.ts'
import type { Endpoints, Pod, Service } from '../../../../api/schema/generated/types/core-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { isNamespaceGoing } from '../../loop/writer.ts'
import { isEquivalent } from '../../object/equal.ts'
import { isDeleting, keyOf, namespaceOf } from '../../object/meta.ts'
import { hasEndpoints, selects, servicesOf } from '../endpointslice/service-pods.ts'
import { endpointsOf, managedByLabel } from './subsets.ts'

/** Source: k8s.io/kubernetes/pkg/controller/endpoint/endpoints_controller.go. */
export function endpointsController({ informers }: ControlContext): ControllerDefinition {
  const services = informers.of(servicesRef)
  const pods = informers.of(podsRef)
  const all = informers.of(endpointsRef)
  return {
    name: 'endpoint-controller',
    watches: [
      watch(servicesRef, (service: Service) => [keyOf(service)]),
      watch(podsRef, (pod: Pod) => servicesOf(pod, services.list(namespaceOf(pod))).map(keyOf)),
      watch(endpointsRef, (endpoints: Endpoints) => [keyOf(endpoints)]),
    ],
    async reconcile(key, writer) {
      const service = services.get(key)
      const current = all.get(key)
      if (!service) {
        // No owner reference binds them to the service: they go here. Those that others made stay.
        if (current?.metadata?.labels?.[managedByLabel] === 'endpoint-controller') {
          await writer.delete(endpointsRef, current)
        }
        return undefined
      }
      if (isDeleting(service) || !hasEndpoints(service)) return undefined
      const selected = pods.list(namespaceOf(service)).filter((pod) => selects(service, pod))
      const wanted = endpointsOf(service, selected, current)
      if (current && isEquivalent(current.subsets, wanted.subsets) && isEquivalent(current.metadata, wanted.metadata)) {
        return undefined
      }
      try {
        if (current) await writer.update(endpointsRef, wanted)
        else await writer.create(endpointsRef, wanted)
      } catch (error) {
        if (!isNamespaceGoing(error)) throw error
      }
      return undefined
    },
  }
}
