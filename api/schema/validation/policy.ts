/** Access control, disruption, autoscaling, priorities, network rules, storage. */

import type * as autoscaling from '../generated/types/autoscaling-v2.ts'
import type { PersistentVolume, PersistentVolumeClaim } from '../generated/types/core-v1.ts'
import type * as networking from '../generated/types/networking-v1.ts'
import type { PodDisruptionBudget } from '../generated/types/policy-v1.ts'
import type * as rbac from '../generated/types/rbac-v1.ts'
import type { PriorityClass } from '../generated/types/scheduling-v1.ts'
import type { StorageClass } from '../generated/types/storage-v1.ts'
import { equalJson } from '../json-value.ts'
import type { FieldErrors } from './field-error.ts'
import { cidr, dnsSubdomain, pathSegment, qualifiedName, wildcardSubdomain } from './format.ts'
import { validateReference, validateSelector } from './metadata.ts'
import { validatePort } from './probe.ts'
import { validateShare } from './workload.ts'

const rbacGroup = 'rbac.authorization.k8s.io'

export function validateRole(namespaced: boolean) {
  return (role: rbac.Role | rbac.ClusterRole, errors: FieldErrors): void => {
    for (const [i, rule] of (role.rules ?? []).entries()) validateRule(rule, `rules[${i}]`, namespaced, errors)
  }
}

function validateRule(rule: rbac.PolicyRule, at: string, namespaced: boolean, errors: FieldErrors): void {
  if (!rule.verbs?.length) errors.required(`${at}.verbs`, 'verbs must contain at least one value')
  if (rule.nonResourceURLs?.length) {
    if (namespaced)
      errors.invalid(
        `${at}.nonResourceURLs`,
        rule.nonResourceURLs,
        'namespaced rules cannot apply to non-resource URLs',
      )
    if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length) {
      errors.invalid(
        `${at}.nonResourceURLs`,
        rule.nonResourceURLs,
        'rules cannot apply to both regular resources and non-resource URLs',
      )
    }
    return
  }
  if (!rule.apiGroups?.length) errors.required(`${at}.apiGroups`, 'resource rules must supply at least one api group')
  if (!rule.resources?.length) errors.required(`${at}.resources`, 'resource rules must supply at least one resource')
}

export function validateRoleBinding(namespaced: boolean) {
  return ({ roleRef, subjects }: rbac.RoleBinding, errors: FieldErrors): void => {
    if (roleRef?.apiGroup !== rbacGroup) errors.notSupported('roleRef.apiGroup', roleRef?.apiGroup ?? '', [rbacGroup])
    const kinds = namespaced ? ['ClusterRole', 'Role'] : ['ClusterRole']
    if (!kinds.includes(roleRef?.kind ?? '')) errors.notSupported('roleRef.kind', roleRef?.kind ?? '', kinds)
    if (!roleRef?.name) errors.required('roleRef.name')
    else errors.invalidAll('roleRef.name', roleRef.name, pathSegment(roleRef.name))
    for (const [i, subject] of (subjects ?? []).entries())
      validateSubject(subject, `subjects[${i}]`, namespaced, errors)
  }
}

function validateSubject(subject: rbac.Subject, at: string, namespaced: boolean, errors: FieldErrors): void {
  if (!subject.name) errors.required(`${at}.name`)
  if (subject.kind === 'ServiceAccount') {
    if (subject.name) errors.invalidAll(`${at}.name`, subject.name, dnsSubdomain(subject.name))
    if (subject.apiGroup) errors.notSupported(`${at}.apiGroup`, subject.apiGroup, [''])
    if (!namespaced && !subject.namespace) errors.required(`${at}.namespace`)
  } else if (subject.kind === 'User' || subject.kind === 'Group') {
    if (subject.apiGroup !== rbacGroup) errors.notSupported(`${at}.apiGroup`, subject.apiGroup ?? '', [rbacGroup])
  } else errors.notSupported(`${at}.kind`, subject.kind, ['Group', 'ServiceAccount', 'User'])
}

export function validateRoleBindingUpdate(
  object: rbac.RoleBinding,
  current: rbac.RoleBinding,
  errors: FieldErrors,
): void {
  if (!equalJson(object.roleRef, current.roleRef)) errors.invalid('roleRef', object.roleRef, 'cannot change roleRef')
}

export function validateDisruptionBudget({ spec }: PodDisruptionBudget, errors: FieldErrors): void {
  if (spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    errors.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set')
  }
  validateShare(spec?.minAvailable, 'spec.minAvailable', errors)
  validateShare(spec?.maxUnavailable, 'spec.maxUnavailable', errors)
  if (spec?.selector) validateSelector(spec.selector, 'spec.selector', errors)
  const policy = spec?.unhealthyPodEvictionPolicy
  const policies = ['AlwaysAllow', 'IfHealthyBudget']
  if (policy !== undefined && !policies.includes(policy))
    errors.notSupported('spec.unhealthyPodEvictionPolicy', policy, policies)
}

interface Autoscaled {
  minReplicas?: number
  maxReplicas?: number
  scaleTargetRef?: { kind?: string; name?: string }
}

/** What v1 and v2 share. */
export function validateAutoscaler({ spec }: { spec?: Autoscaled }, errors: FieldErrors): void {
  const { minReplicas, maxReplicas = 0, scaleTargetRef } = spec ?? {}
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1')
  }
  if (maxReplicas < 1) errors.invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0')
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')
  }
  for (const name of ['kind', 'name'] as const)
    validateReference(scaleTargetRef?.[name], `spec.scaleTargetRef.${name}`, errors, pathSegment)
}

const metricSources: Record<string, keyof autoscaling.MetricSpec> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}

export function validateAutoscalerV2(object: autoscaling.HorizontalPodAutoscaler, errors: FieldErrors): void {
  validateAutoscaler(object, errors)
  for (const [i, metric] of (object.spec?.metrics ?? []).entries()) {
    const at = `spec.metrics[${i}]`
    const source = metricSources[metric.type]
    if (!metric.type) errors.required(`${at}.type`, 'must specify a metric source type')
    else if (!source) errors.notSupported(`${at}.type`, metric.type, Object.keys(metricSources))
    else if (!metric[source])
      errors.required(`${at}.${source}`, 'must populate information for the given metric source')
  }
}

const systemPriority = 1_000_000_000

export function validatePriorityClass({ metadata, value, preemptionPolicy }: PriorityClass, errors: FieldErrors): void {
  const isSystem = metadata?.name?.startsWith('system-') ?? false
  if ((value ?? 0) > systemPriority && !isSystem) {
    errors.forbidden('value', `maximum allowed value of a user defined priority is ${systemPriority}`)
  }
  if (preemptionPolicy) errors.oneOf('preemptionPolicy', preemptionPolicy, ['Never', 'PreemptLowerPriority'])
}

export function validateNetworkPolicy({ spec }: networking.NetworkPolicy, errors: FieldErrors): void {
  validateSelector(spec?.podSelector ?? {}, 'spec.podSelector', errors)
  for (const [i, { ports, from }] of (spec?.ingress ?? []).entries()) {
    validatePolicyRule(ports ?? [], from ?? [], `spec.ingress[${i}]`, 'from', errors)
  }
  for (const [i, { ports, to }] of (spec?.egress ?? []).entries()) {
    validatePolicyRule(ports ?? [], to ?? [], `spec.egress[${i}]`, 'to', errors)
  }
  for (const [i, type] of (spec?.policyTypes ?? []).entries()) {
    if (type !== 'Ingress' && type !== 'Egress')
      errors.notSupported(`spec.policyTypes[${i}]`, type, ['Egress', 'Ingress'])
  }
}

function validatePolicyRule(
  ports: networking.NetworkPolicyPort[],
  peers: networking.NetworkPolicyPeer[],
  at: string,
  direction: string,
  errors: FieldErrors,
): void {
  for (const [i, { port, protocol, endPort }] of ports.entries()) {
    errors.oneOf(`${at}.ports[${i}].protocol`, protocol, ['SCTP', 'TCP', 'UDP'])
    if (port !== undefined) validatePort(port, `${at}.ports[${i}].port`, errors)
    if (endPort === undefined) continue
    if (typeof port !== 'number') errors.required(`${at}.ports[${i}].port`, 'must be specified when endPort is set')
    else if (endPort < port)
      errors.invalid(`${at}.ports[${i}].endPort`, port, 'must be greater than or equal to `port`')
  }
  for (const [i, { podSelector, namespaceSelector, ipBlock }] of peers.entries()) {
    const path = `${at}.${direction}[${i}]`
    if (podSelector) validateSelector(podSelector, `${path}.podSelector`, errors)
    if (namespaceSelector) validateSelector(namespaceSelector, `${path}.namespaceSelector`, errors)
    if (ipBlock) errors.invalidAll(`${path}.ipBlock.cidr`, ipBlock.cidr, cidr(ipBlock.cidr))
    if (!podSelector && !namespaceSelector && !ipBlock) errors.required(path, 'must specify a peer')
    else if (ipBlock && (podSelector || namespaceSelector))
      errors.forbidden(path, 'may not specify both ipBlock and another peer')
  }
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']

export function validateIngress({ spec }: networking.Ingress, errors: FieldErrors): void {
  if (!spec?.rules?.length && !spec?.defaultBackend) {
    errors.invalid('spec', spec?.rules ?? null, 'either `defaultBackend` or `rules` must be specified')
  }
  for (const [i, { host, http }] of (spec?.rules ?? []).entries()) {
    const at = `spec.rules[${i}]`
    if (host) errors.invalidAll(`${at}.host`, host, host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host))
    if (http && http.paths.length === 0) errors.required(`${at}.http.paths`)
    for (const [j, { path, pathType, backend }] of (http?.paths ?? []).entries()) {
      const where = `${at}.http.paths[${j}]`
      errors.oneOf(`${where}.pathType`, pathType, pathTypes)
      const needsPath = pathType === 'Exact' || pathType === 'Prefix'
      if (needsPath && !path?.startsWith('/')) errors.invalid(`${where}.path`, path ?? '', 'must be an absolute path')
      if (!backend?.service && !backend?.resource) errors.required(`${where}.backend`, 'cannot be empty')
      else if (backend.service && !backend.service.name) errors.required(`${where}.backend.service.name`)
    }
  }
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

function validateAccessModes(modes: string[] | undefined, errors: FieldErrors): void {
  if (!modes?.length) errors.required('spec.accessModes', 'at least 1 access mode is required')
  for (const mode of modes ?? [])
    if (!accessModes.includes(mode)) errors.notSupported('spec.accessModes', mode, accessModes)
  if (modes?.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes')
  }
}

export function validateClaim({ spec }: PersistentVolumeClaim, errors: FieldErrors): void {
  validateAccessModes(spec?.accessModes, errors)
  const size = spec?.resources?.requests?.storage
  if (size === undefined) errors.required('spec.resources[storage]')
  else if (/^(-|0$)/.test(size)) errors.invalid('spec.resources[storage]', size, 'must be greater than zero')
  if (spec?.volumeMode) errors.oneOf('spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem'])
}

export function validateVolume({ spec }: PersistentVolume, errors: FieldErrors): void {
  validateAccessModes(spec?.accessModes, errors)
  if (!spec?.capacity || Object.keys(spec.capacity).length === 0) errors.required('spec.capacity')
  else if (Object.keys(spec.capacity).join() !== 'storage')
    errors.notSupported('spec.capacity', spec.capacity, ['storage'])
  const policies = ['Delete', 'Recycle', 'Retain']
  const policy = spec?.persistentVolumeReclaimPolicy
  if (policy && !policies.includes(policy)) errors.notSupported('spec.persistentVolumeReclaimPolicy', policy, policies)
}

export function validateStorageClass(object: StorageClass, errors: FieldErrors): void {
  if (!object.provisioner) errors.required('provisioner')
  else errors.invalidAll('provisioner', object.provisioner, qualifiedName(object.provisioner.toLowerCase()))
  if (object.reclaimPolicy) errors.oneOf('reclaimPolicy', object.reclaimPolicy, ['Delete', 'Retain'])
  errors.oneOf('volumeBindingMode', object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'])
}

export function validateStorageClassUpdate(object: StorageClass, current: StorageClass, errors: FieldErrors): void {
  for (const name of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
    if (equalJson(object[name], current[name])) continue
    if (name === 'parameters' || name === 'provisioner') errors.forbidden(name, `updates to ${name} are forbidden.`)
    else errors.invalid(name, object[name], 'field is immutable')
  }
}
