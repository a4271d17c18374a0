import type { Strategy } from './definition.ts'
import { atPath, type SelectableFields } from './filter.ts'
import { configMapStrategy, secretStrategy } from './immutable-data.ts'
import { jobStrategy } from './job.ts'
import { namespaceStrategy } from './namespace.ts'
import { podStrategy } from './pod.ts'
import { type ServiceRanges, serviceStrategy } from './service.ts'

function atPaths(...paths: string[]): SelectableFields {
  return Object.fromEntries(paths.map((path) => [path, atPath(path)]))
}

const hourMs = 3600_000

const eventStrategy: Strategy = {
  fields: {
    ...atPaths('involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid'),
    ...atPaths('involvedObject.apiVersion', 'involvedObject.resourceVersion', 'involvedObject.fieldPath'),
    ...atPaths('reason', 'reportingComponent', 'type'),
    source: (object) => atPath('source.component')(object) || atPath('reportingComponent')(object),
  },
  transactionClass: { main: 'transient' },
  ttlMs: hourMs,
}

/** Kinds whose metadata.generation upstream's strategies maintain. */
const withGeneration = [
  ...['apps/daemonsets', 'apps/deployments', 'apps/replicasets', 'apps/statefulsets', '/replicationcontrollers'],
  ...['batch/jobs', 'batch/cronjobs', 'networking.k8s.io/ingresses', 'networking.k8s.io/networkpolicies'],
  ...['networking.k8s.io/ingressclasses', 'policy/poddisruptionbudgets', 'discovery.k8s.io/endpointslices'],
  ...['flowcontrol.apiserver.k8s.io/flowschemas', 'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations'],
  ...['apiextensions.k8s.io/customresourcedefinitions', 'scheduling.k8s.io/priorityclasses'],
  ...['admissionregistration.k8s.io/validatingwebhookconfigurations', 'resource.k8s.io/resourceslices'],
  ...['admissionregistration.k8s.io/mutatingwebhookconfigurations', 'resource.k8s.io/deviceclasses'],
  ...['admissionregistration.k8s.io/validatingadmissionpolicies'],
  ...['admissionregistration.k8s.io/validatingadmissionpolicybindings'],
]

/** What each kind needs beyond the generic rules, by `<group>/<resource>`. */
export function builtInStrategies(ranges: ServiceRanges): Map<string, Strategy> {
  const strategies = new Map<string, Strategy>(withGeneration.map((name) => [name, { hasGeneration: true }]))
  const add = (name: string, strategy: Strategy) => {
    strategies.set(name, { ...strategies.get(name), ...strategy })
  }
  add('/pods', podStrategy)
  add('/services', serviceStrategy(ranges))
  add('/namespaces', namespaceStrategy)
  add('/secrets', secretStrategy)
  add('/configmaps', configMapStrategy)
  add('/events', eventStrategy)
  add('events.k8s.io/events', eventStrategy)
  add('/nodes', {
    fields: atPaths('spec.unschedulable'),
    transactionClass: { status: 'transient' },
    keepsStatusOnCreate: true,
  })
  add('coordination.k8s.io/leases', { transactionClass: { main: 'transient' } })
  add('/serviceaccounts', { returnsDeleted: true })
  add('/persistentvolumeclaims', { returnsDeleted: true })
  add('/persistentvolumes', { returnsDeleted: true })
  add('/replicationcontrollers', { fields: atPaths('status.replicas') })
  add('apps/replicasets', { fields: atPaths('status.replicas') })
  add('batch/jobs', jobStrategy)
  add('certificates.k8s.io/certificatesigningrequests', { fields: atPaths('spec.signerName') })
  return strategies
}
