/** Access control, autoscaling, networking rules, and the API's own registrations. */
import type * as admission from '../../schema/generated/types/admissionregistration-v1.ts'
import type { APIService } from '../../schema/generated/types/apiregistration-v1.ts'
import type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1 } from '../../schema/generated/types/autoscaling-v1.ts'
import type * as autoscaling from '../../schema/generated/types/autoscaling-v2.ts'
import type { CertificateSigningRequest } from '../../schema/generated/types/certificates-v1.ts'
import type * as networking from '../../schema/generated/types/networking-v1.ts'
import type { RuntimeClass } from '../../schema/generated/types/node-v1.ts'
import type { PodDisruptionBudget } from '../../schema/generated/types/policy-v1.ts'
import type { ClusterRoleBinding, RoleBinding } from '../../schema/generated/types/rbac-v1.ts'
import type { PriorityClass } from '../../schema/generated/types/scheduling-v1.ts'
import { ageOf, columnsOf, nameOf, type Printer, printer } from './column.ts'
import { loadBalancerAddresses } from './core.ts'
import { firstThree, formatSelector, humanDuration, orNone } from './text.ts'

const roleBinding = printer<RoleBinding | ClusterRoleBinding>(
  columnsOf('Name', 'Role', 'Age', '*Users', '*Groups', '*ServiceAccounts'),
  (o, nowMs) => {
    const names = (kind: string) => {
      const subjects = (o.subjects ?? []).filter((subject) => subject.kind === kind)
      return subjects.map((s) => (kind === 'ServiceAccount' ? `${s.namespace ?? ''}/${s.name}` : s.name)).join(', ')
    }
    const role = `${o.roleRef?.kind}/${o.roleRef?.name}`
    return [nameOf(o), role, ageOf(o, nowMs), names('User'), names('Group'), names('ServiceAccount')]
  },
)

const disruptionBudget = printer<PodDisruptionBudget>(
  columnsOf('Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions#', 'Age'),
  (o, nowMs) => [
    nameOf(o),
    `${o.spec?.minAvailable ?? 'N/A'}`,
    `${o.spec?.maxUnavailable ?? 'N/A'}`,
    o.status?.disruptionsAllowed ?? 0,
    ageOf(o, nowMs),
  ],
)

const autoscalerColumns = columnsOf('Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age')

const autoscaler = printer<autoscaling.HorizontalPodAutoscaler>(autoscalerColumns, (o, nowMs) => {
  const targets = (o.spec?.metrics ?? []).map((spec, i) => metricText(spec, o.status?.currentMetrics?.[i]))
  const more = targets.length > 2 ? ` + ${targets.length - 2} more...` : ''
  return [
    nameOf(o),
    `${o.spec?.scaleTargetRef?.kind}/${o.spec?.scaleTargetRef?.name}`,
    orNone(targets.slice(0, 2).join(', ') + more),
    `${o.spec?.minReplicas ?? '<unset>'}`,
    o.spec?.maxReplicas ?? 0,
    o.status?.currentReplicas ?? 0,
    ageOf(o, nowMs),
  ]
})

/** v1 knows one metric only: the processor. */
const autoscalerV1 = printer<HorizontalPodAutoscalerV1>(autoscalerColumns, (o, nowMs) => {
  const target = o.spec?.targetCPUUtilizationPercentage
  const current = o.status?.currentCPUUtilizationPercentage
  return [
    nameOf(o),
    `${o.spec?.scaleTargetRef?.kind}/${o.spec?.scaleTargetRef?.name}`,
    target === undefined ? '<none>' : `cpu: ${current === undefined ? '<unknown>' : `${current}%`}/${target}%`,
    `${o.spec?.minReplicas ?? '<unset>'}`,
    o.spec?.maxReplicas ?? 0,
    o.status?.currentReplicas ?? 0,
    ageOf(o, nowMs),
  ]
})

function metricText(spec: autoscaling.MetricSpec, status: autoscaling.MetricStatus | undefined): string {
  const unknown = '<unknown>'
  const resource = spec.resource ?? spec.containerResource
  if (resource) {
    const current = (status?.resource ?? status?.containerResource)?.current
    const { averageValue, averageUtilization } = resource.target
    if (averageValue !== undefined) return `${resource.name}: ${current?.averageValue ?? unknown}/${averageValue}`
    const used = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}%`
    return `${resource.name}: ${used}/${averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`}`
  }
  if (spec.pods) return `${status?.pods?.current.averageValue ?? unknown}/${spec.pods.target.averageValue}`
  const target = (spec.external ?? spec.object)?.target
  if (!target) return '<unknown type>'
  const current = (status?.external ?? status?.object)?.current
  if (target.averageValue !== undefined) return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`
  return `${current?.value ?? unknown}/${target.value}`
}

const signingRequest = printer<CertificateSigningRequest>(
  columnsOf('Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'),
  (o, nowMs) => {
    const types = new Set(o.status?.conditions?.map((condition) => condition.type))
    const words = [types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending']
    if (types.has('Failed')) words.push('Failed')
    if (o.status?.certificate) words.push('Issued')
    const seconds = o.spec?.expirationSeconds
    return [
      nameOf(o),
      ageOf(o, nowMs),
      orNone(o.spec?.signerName),
      o.spec?.username ?? '',
      seconds === undefined ? '<none>' : humanDuration(seconds * 1000),
      words.join(','),
    ]
  },
)

const networkPolicy = printer<networking.NetworkPolicy>(columnsOf('Name', 'Pod-Selector', 'Age'), (o, nowMs) => {
  return [nameOf(o), formatSelector(o.spec?.podSelector), ageOf(o, nowMs)]
})

const ingress = printer<networking.Ingress>(
  columnsOf('Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'),
  (o, nowMs) => [
    nameOf(o),
    orNone(o.spec?.ingressClassName),
    firstThree((o.spec?.rules ?? []).map((rule) => rule.host ?? '').filter(Boolean), '*'),
    loadBalancerAddresses(o.status?.loadBalancer?.ingress).join(','),
    o.spec?.tls?.length ? '80, 443' : '80',
    ageOf(o, nowMs),
  ],
)

const ingressClass = printer<networking.IngressClass>(
  columnsOf('Name', 'Controller', 'Parameters', 'Age'),
  (o, nowMs) => {
    const reference = o.spec?.parameters
    const group = reference?.apiGroup === undefined ? '' : `.${reference.apiGroup}`
    const parameters = reference ? `${reference.kind}${group}/${reference.name}` : '<none>'
    return [nameOf(o), o.spec?.controller ?? '', parameters, ageOf(o, nowMs)]
  },
)

const serviceCidr = printer<networking.ServiceCIDR>(columnsOf('Name', 'CIDRs', 'Age'), (o, nowMs) => {
  return [nameOf(o), (o.spec?.cidrs ?? []).join(','), ageOf(o, nowMs)]
})

const ipAddress = printer<networking.IPAddress>(columnsOf('Name', 'ParentRef'), (o) => {
  const { group, resource, namespace, name } = o.spec?.parentRef ?? {}
  const parent = [`${resource ?? ''}${group ? `.${group}` : ''}`, namespace, name].filter(Boolean).join('/')
  return [nameOf(o), orNone(parent)]
})

const priorityClass = printer<PriorityClass>(
  columnsOf('Name', 'Value#', 'Global-Default?', 'Age', 'PreemptionPolicy'),
  (o, nowMs) => [nameOf(o), o.value, o.globalDefault ?? false, ageOf(o, nowMs), o.preemptionPolicy ?? ''],
)

const runtimeClass = printer<RuntimeClass>(columnsOf('Name', 'Handler', 'Age'), (o, nowMs) => {
  return [nameOf(o), o.handler, ageOf(o, nowMs)]
})

const webhooks = printer<admission.MutatingWebhookConfiguration | admission.ValidatingWebhookConfiguration>(
  columnsOf('Name', 'Webhooks#', 'Age'),
  (o, nowMs) => [nameOf(o), o.webhooks?.length ?? 0, ageOf(o, nowMs)],
)

function paramKind(kind: admission.ParamKind | undefined): string {
  return kind ? `${kind.apiVersion}/${kind.kind}` : '<unset>'
}

const validatingPolicy = printer<admission.ValidatingAdmissionPolicy>(
  columnsOf('Name', 'Validations#', 'ParamKind', 'Age'),
  (o, nowMs) => [nameOf(o), o.spec?.validations?.length ?? 0, paramKind(o.spec?.paramKind), ageOf(o, nowMs)],
)

const mutatingPolicy = printer<admission.MutatingAdmissionPolicy>(
  columnsOf('Name', 'Mutations#', 'ParamKind', 'Age'),
  (o, nowMs) => [nameOf(o), o.spec?.mutations?.length ?? 0, paramKind(o.spec?.paramKind), ageOf(o, nowMs)],
)

const policyBinding = printer<admission.ValidatingAdmissionPolicyBinding | admission.MutatingAdmissionPolicyBinding>(
  columnsOf('Name', 'PolicyName', 'ParamRef', 'Age'),
  (o, nowMs) => {
    const reference = o.spec?.paramRef
    const named = reference?.name ? `${reference.namespace || '*'}/${reference.name}` : undefined
    const param = named ?? (reference?.selector ? formatSelector(reference.selector) : '<unset>')
    return [nameOf(o), o.spec?.policyName ?? '', param, ageOf(o, nowMs)]
  },
)

const apiService = printer<APIService>(columnsOf('Name', 'Service', 'Available', 'Age'), (o, nowMs) => {
  const { service } = o.spec ?? {}
  const available = o.status?.conditions?.find((condition) => condition.type === 'Available')
  const word = available?.status ?? 'Unknown'
  const reason = available && word !== 'True' && available.reason ? ` (${available.reason})` : ''
  return [nameOf(o), service ? `${service.namespace}/${service.name}` : 'Local', word + reason, ageOf(o, nowMs)]
})

const admissionGroup = 'admissionregistration.k8s.io'
const rbacGroup = 'rbac.authorization.k8s.io'

export const policyPrinters: Record<string, Printer> = {
  [`${rbacGroup}/RoleBinding`]: roleBinding,
  [`${rbacGroup}/ClusterRoleBinding`]: roleBinding,
  'policy/PodDisruptionBudget': disruptionBudget,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'autoscaling/v1/HorizontalPodAutoscaler': autoscalerV1,
  'certificates.k8s.io/CertificateSigningRequest': signingRequest,
  'networking.k8s.io/NetworkPolicy': networkPolicy,
  'networking.k8s.io/Ingress': ingress,
  'networking.k8s.io/IngressClass': ingressClass,
  'networking.k8s.io/ServiceCIDR': serviceCidr,
  'networking.k8s.io/IPAddress': ipAddress,
  'scheduling.k8s.io/PriorityClass': priorityClass,
  'node.k8s.io/RuntimeClass': runtimeClass,
  [`${admissionGroup}/MutatingWebhookConfiguration`]: webhooks,
  [`${admissionGroup}/ValidatingWebhookConfiguration`]: webhooks,
  [`${admissionGroup}/ValidatingAdmissionPolicy`]: validatingPolicy,
  [`${admissionGroup}/MutatingAdmissionPolicy`]: mutatingPolicy,
  [`${admissionGroup}/ValidatingAdmissionPolicyBinding`]: policyBinding,
  [`${admissionGroup}/MutatingAdmissionPolicyBinding`]: policyBinding,
  'apiregistration.k8s.io/APIService': apiService,
}
