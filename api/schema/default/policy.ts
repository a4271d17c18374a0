/** Access control, networking rules, storage, admission and the rest. Upstream: the defaults.go of each group. */
import type * as admission from '../generated/types/admissionregistration-v1.ts'
import type * as extensions from '../generated/types/apiextensions-v1.ts'
import type { ServiceReference } from '../generated/types/apiregistration-v1.ts'
import type { TokenRequestSpec } from '../generated/types/authentication-v1.ts'
import type * as flowcontrol from '../generated/types/flowcontrol-v1.ts'
import type * as networking from '../generated/types/networking-v1.ts'
import type * as rbac from '../generated/types/rbac-v1.ts'
import type * as resource from '../generated/types/resource-v1.ts'
import type { PriorityClass } from '../generated/types/scheduling-v1.ts'
import type * as storage from '../generated/types/storage-v1.ts'
import type { Defaulter } from './default.ts'

const rbacGroup = 'rbac.authorization.k8s.io'

function binding(object: rbac.RoleBinding | rbac.ClusterRoleBinding): void {
  if (object.roleRef) object.roleRef.apiGroup ||= rbacGroup
}

function subject(target: rbac.Subject): void {
  if (target.kind === 'User' || target.kind === 'Group') target.apiGroup ||= rbacGroup
}

function networkPolicySpec(spec: networking.NetworkPolicySpec): void {
  if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
}

function webhook(hook: admission.MutatingWebhook | admission.ValidatingWebhook): void {
  hook.failurePolicy ??= 'Fail'
  hook.matchPolicy ??= 'Equivalent'
  hook.namespaceSelector ??= {}
  hook.objectSelector ??= {}
  hook.timeoutSeconds ??= 10
}

function matchResources(resources: admission.MatchResources): void {
  resources.matchPolicy ??= 'Equivalent'
  resources.namespaceSelector ??= {}
  resources.objectSelector ??= {}
}

function servicePort(reference: { port?: number }): void {
  reference.port ??= 443
}

function csiDriverSpec(spec: storage.CSIDriverSpec): void {
  spec.attachRequired ??= true
  spec.podInfoOnMount ??= false
  spec.storageCapacity ??= false
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent']
  spec.requiresRepublish ??= false
  spec.seLinuxMount ??= false
}

function customResource(spec: extensions.CustomResourceDefinitionSpec): void {
  spec.scope ||= 'Namespaced'
  spec.conversion ??= { strategy: 'None' }
  if (!spec.names?.kind) return
  spec.names.singular ||= spec.names.kind.toLowerCase()
  spec.names.listKind ||= `${spec.names.kind}List`
}

function limitedPriority(limited: flowcontrol.LimitedPriorityLevelConfiguration): void {
  limited.nominalConcurrencyShares ??= 30
  limited.lendablePercent ??= 0
}

function exemptPriority(exempt: flowcontrol.ExemptPriorityLevelConfiguration): void {
  exempt.nominalConcurrencyShares ??= 0
  exempt.lendablePercent ??= 0
}

function queuing(configuration: flowcontrol.QueuingConfiguration): void {
  configuration.handSize ||= 8
  configuration.queues ||= 64
  configuration.queueLengthLimit ||= 50
}

function exactRequest(request: resource.ExactDeviceRequest | resource.DeviceSubRequest): void {
  request.allocationMode ||= 'ExactCount'
  if (request.allocationMode === 'ExactCount') request.count ||= 1
}

/** A function that sets one field when it is absent. */
function absent<T>(name: keyof T & string, value: unknown): Defaulter {
  return ((message: Record<string, unknown>) => {
    message[name] ??= value
  }) as Defaulter
}

export const policyDefaults: Record<string, Defaulter> = {
  'rbac-v1.RoleBinding': binding as Defaulter,
  'rbac-v1.ClusterRoleBinding': binding as Defaulter,
  'rbac-v1.Subject': subject as Defaulter,
  'networking-v1.NetworkPolicySpec': networkPolicySpec as Defaulter,
  'networking-v1.NetworkPolicyPort': absent<networking.NetworkPolicyPort>('protocol', 'TCP'),
  'networking-v1.IngressClassParametersReference': absent<networking.IngressClassParametersReference>(
    'scope',
    'Cluster',
  ),
  'storage-v1.StorageClass': ((object: storage.StorageClass) => {
    object.reclaimPolicy ??= 'Delete'
    object.volumeBindingMode ??= 'Immediate'
  }) as Defaulter,
  'storage-v1.CSIDriverSpec': csiDriverSpec as Defaulter,
  'scheduling-v1.PriorityClass': absent<PriorityClass>('preemptionPolicy', 'PreemptLowerPriority'),
  'authentication-v1.TokenRequestSpec': absent<TokenRequestSpec>('expirationSeconds', 3600),
  'admissionregistration-v1.MutatingWebhook': ((hook: admission.MutatingWebhook) => {
    webhook(hook)
    hook.reinvocationPolicy ??= 'Never'
  }) as Defaulter,
  'admissionregistration-v1.ValidatingWebhook': webhook as Defaulter,
  'admissionregistration-v1.ServiceReference': servicePort as Defaulter,
  'admissionregistration-v1.RuleWithOperations': absent<admission.RuleWithOperations>('scope', '*'),
  'admissionregistration-v1.NamedRuleWithOperations': absent<admission.NamedRuleWithOperations>('scope', '*'),
  'admissionregistration-v1.MatchResources': matchResources as Defaulter,
  'admissionregistration-v1.ValidatingAdmissionPolicySpec': absent<admission.ValidatingAdmissionPolicySpec>(
    'failurePolicy',
    'Fail',
  ),
  'admissionregistration-v1.MutatingAdmissionPolicySpec': absent<admission.MutatingAdmissionPolicySpec>(
    'failurePolicy',
    'Fail',
  ),
  'apiextensions-v1.CustomResourceDefinitionSpec': customResource as Defaulter,
  'apiextensions-v1.ServiceReference': servicePort as Defaulter,
  'apiregistration-v1.ServiceReference': absent<ServiceReference>('port', 443),
  'flowcontrol-v1.FlowSchemaSpec': ((spec: flowcontrol.FlowSchemaSpec) => {
    spec.matchingPrecedence ||= 1000
  }) as Defaulter,
  'flowcontrol-v1.LimitedPriorityLevelConfiguration': limitedPriority as Defaulter,
  'flowcontrol-v1.ExemptPriorityLevelConfiguration': exemptPriority as Defaulter,
  'flowcontrol-v1.QueuingConfiguration': queuing as Defaulter,
  'resource-v1.ExactDeviceRequest': exactRequest as Defaulter,
  'resource-v1.DeviceSubRequest': exactRequest as Defaulter,
  'resource-v1.DeviceToleration': absent<resource.DeviceToleration>('operator', 'Equal'),
}
