import type { PolicyRule } from './authorizer.ts'

/**
 * Upstream's bootstrap roles and bindings (plugin/pkg/auth/authorizer/rbac/bootstrappolicy), as text: a role's name,
 * its aggregation label or `-`, then one rule a line: `verbs | groups | resources | names`, or `verbs | paths`.
 * `core` is the core group. The roles of upstream's controllers are left out: Skein's run in process.
 */
const read = 'get,list,watch'
const write = 'create,delete,deletecollection,patch,update'
const all = `${write},${read}`

const coreWorkloads = 'pods,replicationcontrollers,replicationcontrollers/scale'
const appsWorkloads =
  'daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale'
const coreConfig = 'configmaps,endpoints,events,persistentvolumeclaims,serviceaccounts,services,services/proxy'
const statuses =
  'bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status'

const table = `
cluster-admin -
  * | * | *
  * | *
system:discovery -
  get | /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
system:public-info-viewer -
  get | /healthz,/livez,/readyz,/version,/version/
system:monitoring -
  get | /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*
system:basic-user -
  create | authorization.k8s.io | selfsubjectaccessreviews,selfsubjectrulesreviews
  create | authentication.k8s.io | selfsubjectreviews
system:service-account-issuer-discovery -
  get | /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/
system:aggregate-to-view view
  ${read} | core | configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status
  ${read} | core | ${statuses}
  ${read} | core | namespaces
  ${read} | discovery.k8s.io | endpointslices
  ${read} | apps | controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
  ${read} | autoscaling | horizontalpodautoscalers,horizontalpodautoscalers/status
  ${read} | batch | cronjobs,cronjobs/status,jobs,jobs/status
  ${read} | policy | poddisruptionbudgets,poddisruptionbudgets/status
  ${read} | networking.k8s.io | ingresses,ingresses/status,networkpolicies
  ${read} | resource.k8s.io | resourceclaims,resourceclaims/status,resourceclaimtemplates
system:aggregate-to-edit edit
  ${read} | core | pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
  impersonate | core | serviceaccounts
  ${write} | core | ${coreWorkloads},pods/attach,pods/exec,pods/portforward,pods/proxy
  create | core | pods/eviction
  ${write} | core | ${coreConfig},secrets
  create | core | serviceaccounts/token
  ${write} | apps | ${appsWorkloads}
  ${write} | autoscaling | horizontalpodautoscalers
  ${write} | batch | cronjobs,jobs
  ${write} | policy | poddisruptionbudgets
  ${write} | networking.k8s.io | ingresses,networkpolicies
  ${write} | resource.k8s.io | resourceclaims,resourceclaimtemplates
  create,delete,deletecollection,get,list,patch,update,watch | coordination.k8s.io | leases
system:aggregate-to-admin admin
  create | authorization.k8s.io | localsubjectaccessreviews
  ${all} | rbac.authorization.k8s.io | rolebindings,roles
system:auth-delegator -
  create | authentication.k8s.io | tokenreviews
  create | authorization.k8s.io | subjectaccessreviews
system:node -
  create | authentication.k8s.io | tokenreviews
  create | authorization.k8s.io | localsubjectaccessreviews,subjectaccessreviews
  ${read} | core | services
  create,get,list,watch,delete,patch,update | core | nodes
  patch,update | core | nodes/status
  create,patch,update | core | events
  ${read} | core | pods
  create,delete | core | pods
  patch,update | core | pods/status
  create | core | pods/eviction
  ${read} | core | configmaps,secrets
  get | core | persistentvolumeclaims,persistentvolumes
  create | core | serviceaccounts/token
  create,delete,get,patch,update | coordination.k8s.io | leases
  create,delete,get,patch,update | storage.k8s.io | csinodes
  get | storage.k8s.io | volumeattachments
  ${read} | storage.k8s.io | csidrivers
  ${read} | node.k8s.io | runtimeclasses
  create,get,list,watch | certificates.k8s.io | certificatesigningrequests
system:node-problem-detector -
  get | core | nodes
  patch | core | nodes/status
  create,patch,update | core,events.k8s.io | events
system:node-proxier -
  list,watch | core | endpoints,services
  ${read} | core | nodes
  create,patch,update | core,events.k8s.io | events
  list,watch | discovery.k8s.io | endpointslices
  list,watch | networking.k8s.io | servicecidrs
system:node-bootstrapper -
  create,get,list,watch | certificates.k8s.io | certificatesigningrequests
system:kube-dns -
  list,watch | core | endpoints,services
system:persistent-volume-provisioner -
  create,delete,get,list,watch | core | persistentvolumes
  get,list,update,watch | core | persistentvolumeclaims
  ${read} | storage.k8s.io | storageclasses
  watch | core | events
  create,patch,update | core,events.k8s.io | events
system:kube-scheduler -
  create,patch,update | core,events.k8s.io | events
  create | coordination.k8s.io | leases
  get,update | coordination.k8s.io | leases | kube-scheduler
  ${read} | core | nodes
  delete,get,list,watch | core | pods
  create | core | bindings,pods/binding
  patch,update | core | pods/status
  ${read} | core | replicationcontrollers,services
  ${read} | apps | replicasets,statefulsets
  ${read} | policy | poddisruptionbudgets
  ${read} | core | persistentvolumeclaims,persistentvolumes,namespaces
  ${read} | storage.k8s.io | csidrivers,csinodes,csistoragecapacities,storageclasses,volumeattachments
  create | authentication.k8s.io | tokenreviews
  create | authorization.k8s.io | subjectaccessreviews
`

/** Made of other roles, chosen by label. */
const aggregated = ['admin', 'edit', 'view']

/** ClusterRoleBindings: role, then its subjects. */
const bindings: [name: string, role: string, subjects: string[]][] = [
  ['cluster-admin', 'cluster-admin', ['Group system:masters']],
  ['system:monitoring', 'system:monitoring', ['Group system:monitoring']],
  ['system:discovery', 'system:discovery', ['Group system:authenticated']],
  ['system:basic-user', 'system:basic-user', ['Group system:authenticated']],
  [
    'system:public-info-viewer',
    'system:public-info-viewer',
    ['Group system:authenticated', 'Group system:unauthenticated'],
  ],
  ['system:node-proxier', 'system:node-proxier', ['User system:kube-proxy']],
  ['system:kube-scheduler', 'system:kube-scheduler', ['User system:kube-scheduler']],
  ['system:node', 'system:node', []],
  [
    'system:service-account-issuer-discovery',
    'system:service-account-issuer-discovery',
    ['Group system:serviceaccounts'],
  ],
]

export interface BootstrapObject {
  apiVersion: string
  kind: 'ClusterRole' | 'ClusterRoleBinding'
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> }
  [field: string]: unknown
}

const apiVersion = 'rbac.authorization.k8s.io/v1'
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' }
const aggregationLabel = (to: string) => `rbac.authorization.k8s.io/aggregate-to-${to}`

export function bootstrapRoles(): BootstrapObject[] {
  const roles: BootstrapObject[] = []
  for (const line of table.trim().split('\n')) {
    if (line.startsWith('  ')) (roles.at(-1)!.rules as PolicyRule[]).push(parseRule(line.trim()))
    else roles.push(role(...(line.split(' ') as [string, string])))
  }
  for (const name of aggregated) roles.push(aggregatedRole(name))
  return roles
}

function role(name: string, aggregateTo: string): BootstrapObject {
  const own = aggregateTo === '-' ? labels : { ...labels, [aggregationLabel(aggregateTo)]: 'true' }
  return { apiVersion, kind: 'ClusterRole', metadata: { name, labels: own, annotations }, rules: [] }
}

/** admin gathers the role edit, edit gathers view, each by its label. */
function aggregatedRole(name: string): BootstrapObject {
  const next: Record<string, string> = { edit: 'admin', view: 'edit' }
  const own = next[name] ? { ...labels, [aggregationLabel(next[name])]: 'true' } : labels
  const selector = { matchLabels: { [aggregationLabel(name)]: 'true' } }
  return {
    ...{ apiVersion, kind: 'ClusterRole', metadata: { name, labels: own, annotations } },
    aggregationRule: { clusterRoleSelectors: [selector] },
    rules: [],
  }
}

function parseRule(text: string): PolicyRule {
  const [verbs, second, third, names] = text.split(' | ').map((part) => part.split(',')) as string[][]
  if (!third) return { verbs: verbs!, nonResourceURLs: second! }
  const apiGroups = second!.map((group) => (group === 'core' ? '' : group))
  const rule: PolicyRule = { verbs: verbs!, apiGroups, resources: third }
  return names ? { ...rule, resourceNames: names } : rule
}

export function bootstrapBindings(): BootstrapObject[] {
  return bindings.map(([name, roleName, subjects]) => ({
    ...{ apiVersion, kind: 'ClusterRoleBinding', metadata: { name, labels, annotations } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName },
    subjects: subjects.map((subject) => {
      const [kind, subjectName] = subject.split(' ')
      return { apiGroup: 'rbac.authorization.k8s.io', kind, name: subjectName }
    }),
  }))
}
