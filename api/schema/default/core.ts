/** The other kinds of the core group. Upstream: pkg/apis/core/v1/defaults.go. */
import type * as core from '../generated/types/core-v1.ts'
import type * as discovery from '../generated/types/discovery-v1.ts'
import type { Defaulter } from './default.ts'

function service({ spec, status }: core.Service): void {
  if (!spec) return
  spec.sessionAffinity ||= 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10_800 } }
  }
  spec.type ||= 'ClusterIP'
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP'
    port.targetPort ||= port.port
  }
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster'
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type !== 'LoadBalancer') return
  spec.allocateLoadBalancerNodePorts ??= true
  for (const ingress of status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP'
}

function isExternallyAccessible({ type, externalIPs }: core.ServiceSpec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && Boolean(externalIPs?.length))
}

function namespace(object: core.Namespace): void {
  const name = object.metadata?.name
  if (name) object.metadata!.labels = { ...object.metadata!.labels, 'kubernetes.io/metadata.name': name }
}

function replicationController(object: core.ReplicationController): void {
  const labels = object.spec?.template?.metadata?.labels
  if (!labels) return
  if (!hasKeys(object.spec!.selector)) object.spec!.selector = { ...labels }
  if (!hasKeys(object.metadata?.labels)) object.metadata = { ...object.metadata, labels: { ...labels } }
}

function hasKeys(object: object | undefined): boolean {
  return object !== undefined && Object.keys(object).length > 0
}

function persistentVolume(object: core.PersistentVolume): void {
  object.status = { ...object.status, phase: object.status?.phase || 'Pending' }
  if (!object.spec) return
  object.spec.persistentVolumeReclaimPolicy ||= 'Retain'
  object.spec.volumeMode ??= 'Filesystem'
}

function limitRangeItem(item: core.LimitRangeItem): void {
  if (item.type !== 'Container') return
  item.default = { ...item.max, ...item.default }
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest }
}

function nodeStatus(status: core.NodeStatus): void {
  if (status.capacity) status.allocatable ??= { ...status.capacity }
}

function endpointSlice(slice: discovery.EndpointSlice): void {
  for (const port of slice.ports ?? []) {
    port.name ??= ''
    port.protocol ??= 'TCP'
  }
}

export const coreDefaults: Record<string, Defaulter> = {
  'core-v1.Service': service as Defaulter,
  'core-v1.Namespace': namespace as Defaulter,
  'core-v1.NamespaceStatus': ((status: core.NamespaceStatus) => {
    status.phase ||= 'Active'
  }) as Defaulter,
  'core-v1.ReplicationController': replicationController as Defaulter,
  'core-v1.Secret': ((secret: core.Secret) => {
    secret.type ||= 'Opaque'
  }) as Defaulter,
  'core-v1.PersistentVolume': persistentVolume as Defaulter,
  'core-v1.PersistentVolumeClaim': ((claim: core.PersistentVolumeClaim) => {
    claim.status = { ...claim.status, phase: claim.status?.phase || 'Pending' }
  }) as Defaulter,
  'core-v1.PersistentVolumeClaimSpec': ((spec: core.PersistentVolumeClaimSpec) => {
    spec.volumeMode ??= 'Filesystem'
  }) as Defaulter,
  'core-v1.EndpointPort': ((port: core.EndpointPort) => {
    port.protocol ||= 'TCP'
  }) as Defaulter,
  'core-v1.LimitRangeItem': limitRangeItem as Defaulter,
  'core-v1.NodeStatus': nodeStatus as Defaulter,
  'discovery-v1.EndpointSlice': endpointSlice as Defaulter,
}
