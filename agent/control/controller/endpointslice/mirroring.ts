import {
  endpointslices,
  endpoints as endpointsRef,
  services as servicesRef,
} from '../../../../api/schema/generated/resources.ts'
import type {
  EndpointAddress,
  EndpointSubset,
  Endpoints,
  Service,
} from '../../../../api/schema/generated/types/core-v1.ts'
import type { Endpoint, EndpointSlice } from '../../../../api/schema/generated/types/discovery-v1.ts'
import type { ControlContext } from '../../loop/context.ts'
import { type ControllerDefinition, watch } from '../../loop/controller.ts'
import { canonicalJson, isEqual, isEquivalent } from '../../object/equal.ts'
import { controllerReference, isDeleting, keyOf, nameOf, namespaceOf } from '../../object/meta.ts'
import { hasEndpoints } from './service-pods.ts'
import { managedByLabel, type SlicePlan, serviceKeysOf, serviceNameLabel, writeSlices } from './slice-plan.ts'

const mirroredBy = 'endpointslicemirroring-controller.k8s.io'
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror'
/** Endpoints that are a lock and no endpoints. */
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader'
/** Source: the controller manager's --mirroring-max-endpoints-per-subset. */
const maxPerSubset = 1000

/** These Endpoints were made by a user, who wants the service to have them. */
export function isMirrored(endpoints: Endpoints): boolean {
  const { labels = {}, annotations = {} } = endpoints.metadata ?? {}
  return !isDeleting(endpoints) && labels[skipLabel] !== 'true' && annotations[leaderAnnotation] === undefined
}

/**
 * What has to be written so that slices say what the Endpoints do: one for each subset and address family.
 * Source: k8s.io/kubernetes/pkg/controller/endpointslicemirroring/reconciler.go.
 *
 * @param existing slices of the same name that this controller manages
 */
export function planMirror(endpoints: Endpoints, existing: readonly EndpointSlice[]): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], remove: [] }
  const spare = [...existing]
  for (const wanted of (endpoints.subsets ?? []).flatMap((subset) => slicesOf(endpoints, subset))) {
    const at = spare.findIndex((slice) => placeOf(slice) === placeOf(wanted))
    const [slice] = at < 0 ? [] : spare.splice(at, 1)
    if (!slice) plan.create.push(wanted)
    else if (
      !isEquivalent(slice.endpoints, wanted.endpoints) ||
      !isEqual(slice.metadata?.labels, wanted.metadata?.labels)
    ) {
      const metadata = { ...slice.metadata, labels: wanted.metadata?.labels }
      plan.update.push({ ...slice, metadata, endpoints: wanted.endpoints })
    }
  }
  plan.remove.push(...spare)
  return plan
}

/** Address family and ports of a slice cannot change. */
function placeOf({ addressType, ports = [] }: EndpointSlice): string {
  const bare = ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
    name,
    port,
    protocol,
    appProtocol,
  }))
  return `${addressType} ${canonicalJson(bare)}`
}

function slicesOf(owner: Endpoints, { addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset) {
  const all = [
    ...addresses.map((address) => endpointOf(address, true)),
    ...notReadyAddresses.map((address) => endpointOf(address, false)),
  ].slice(0, maxPerSubset)
  return (['IPv4', 'IPv6'] as const).flatMap((addressType): EndpointSlice[] => {
    const endpoints = all.filter(({ addresses: [ip] }) => ip?.includes(':') === (addressType === 'IPv6'))
    if (endpoints.length === 0) return []
    const labels = { ...owner.metadata?.labels, [serviceNameLabel]: nameOf(owner), [managedByLabel]: mirroredBy }
    const metadata = {
      generateName: `${nameOf(owner)}-`,
      namespace: namespaceOf(owner),
      labels,
      ownerReferences: [controllerReference(endpointsRef, owner)],
    }
    return [{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, addressType, endpoints, ports }]
  })
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return { addresses: [ip], conditions: { ready }, hostname, nodeName, targetRef }
}

const mirrorIndex = 'mirror'

const mirrorKeysOf = serviceKeysOf(mirroredBy)

/** Services without a selector have the Endpoints that users give them, as slices too. */
export function endpointSliceMirroringController({ informers }: ControlContext): ControllerDefinition {
  const services = informers.of(servicesRef)
  const all = informers.of(endpointsRef)
  const slices = informers.indexed(endpointslices, mirrorIndex, mirrorKeysOf)
  return {
    name: 'endpointslice-mirroring-controller',
    account: 'endpointslicemirroring-controller',
    watches: [
      watch(endpointsRef, (endpoints: Endpoints) => [keyOf(endpoints)]),
      watch(servicesRef, (service: Service) => [keyOf(service)]),
      watch(endpointslices, mirrorKeysOf),
    ],
    async reconcile(key, writer) {
      const endpoints = all.get(key)
      const service = services.get(key)
      const existing = slices.byIndex(mirrorIndex, key).filter((slice) => !isDeleting(slice))
      const isOurs = endpoints && service && isMirrored(endpoints) && !isDeleting(service) && !hasEndpoints(service)
      const plan = isOurs ? planMirror(endpoints, existing) : { create: [], update: [], remove: existing }
      await writeSlices(plan, writer)
      return undefined
    },
  }
}
