import { qualifiedResource } from '../resource/status.ts'
import type { AdmissionPlugin } from './admission.ts'

/**
 * Kinds that are stored and served while nothing in this build acts on them. Who makes one of them work takes it off
 * this list.
 */
export const notEnforcedResources: ReadonlySet<string> = new Set([
  ...['replicationcontrollers', 'limitranges', 'resourcequotas', 'podtemplates'],
  ...['storageclasses.storage.k8s.io', 'csidrivers.storage.k8s.io'],
  ...['csinodes.storage.k8s.io', 'csistoragecapacities.storage.k8s.io', 'volumeattachments.storage.k8s.io'],
  ...['volumeattributesclasses.storage.k8s.io', 'horizontalpodautoscalers.autoscaling'],
  ...['ingresses.networking.k8s.io', 'ingressclasses.networking.k8s.io', 'networkpolicies.networking.k8s.io'],
  ...['ipaddresses.networking.k8s.io', 'servicecidrs.networking.k8s.io', 'runtimeclasses.node.k8s.io'],
  ...['apiservices.apiregistration.k8s.io', 'customresourcedefinitions.apiextensions.k8s.io'],
  ...['certificatesigningrequests.certificates.k8s.io'],
  ...['flowschemas.flowcontrol.apiserver.k8s.io', 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io'],
  ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations', 'mutatingadmissionpolicies'].map(inAdmission),
  ...['mutatingadmissionpolicybindings', 'validatingadmissionpolicies'].map(inAdmission),
  ...['validatingadmissionpolicybindings'].map(inAdmission),
  ...['deviceclasses', 'resourceclaims', 'resourceclaimtemplates', 'resourceslices'].map((r) => `${r}.resource.k8s.io`),
])

function inAdmission(resource: string): string {
  return `${resource}.admissionregistration.k8s.io`
}

/** Says so in a Warning when such an object is created: silence would be a lie (architecture.md, "Trust"). */
export const notEnforced: AdmissionPlugin = {
  name: 'NotEnforced',
  validate({ operation, definition, subresource, context }) {
    if (operation !== 'CREATE' || subresource !== '') return
    const resource = qualifiedResource(definition)
    if (notEnforcedResources.has(resource)) {
      context.warn(`${resource} are stored, but this build of Skein does not act on them yet`)
    }
  },
}
