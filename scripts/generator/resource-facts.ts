/**
 * What upstream's API server registers for each resource, and no package of types says: plural, scope, short names,
 * categories, verbs and subresources. Source: the discovery documents of Kubernetes 1.36
 * (kubernetes/api/discovery/aggregated_v2.json upstream).
 */

export interface SubresourceFact {
  name: string
  /** Kind and group-version of its objects, when not the resource's own. */
  group: string
  version: string
  kind: string
  verbs: string[]
}

export interface ResourceFact {
  group: string
  version: string
  resource: string
  singular: string
  kind: string
  namespaced: boolean
  shortNames: string[]
  categories: string[]
  verbs: string[]
  subresources: SubresourceFact[]
}

const every = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const without = (verb: string) => every.filter((v) => v !== verb)
const readWrite = ['get', 'patch', 'update']
const anyMethod = ['create', 'delete', 'get', 'patch', 'update']
const stream = ['create', 'get']

/** `short` and `all` as in `kubectl api-resources`; `sub` lists subresources, each as `name` or a full description. */
interface Options {
  short?: string[]
  categories?: string[]
  verbs?: string[]
  sub?: (string | Partial<SubresourceFact>)[]
}
const all = ['all']
const extensions = ['api-extensions']
const onlyCreate: Options = { verbs: ['create'] }
const scale = { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: readWrite }
const proxy = (kind: string) => ({ name: 'proxy', kind, verbs: anyMethod })

const resources: ResourceFact[] = []

function define(
  groupVersion: string,
  namespaced: boolean,
  resource: string,
  kind: string,
  options: Options = {},
): void {
  const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion]
  const own = { group: group!, version: version!, kind, verbs: readWrite }
  resources.push({
    group: group!,
    version: version!,
    resource,
    singular: kind.toLowerCase(),
    kind,
    namespaced,
    shortNames: options.short ?? [],
    categories: options.categories ?? [],
    verbs: options.verbs ?? every,
    subresources: (options.sub ?? []).map((s) =>
      typeof s === 'string' ? { ...own, name: s } : { ...own, name: '', ...s },
    ),
  })
}
const namespaced = (gv: string, resource: string, kind: string, options?: Options) =>
  define(gv, true, resource, kind, options)
const cluster = (gv: string, resource: string, kind: string, options?: Options) =>
  define(gv, false, resource, kind, options)

namespaced('v1', 'bindings', 'Binding', onlyCreate)
cluster('v1', 'componentstatuses', 'ComponentStatus', { short: ['cs'], verbs: ['get', 'list'] })
namespaced('v1', 'configmaps', 'ConfigMap', { short: ['cm'] })
namespaced('v1', 'endpoints', 'Endpoints', { short: ['ep'] })
namespaced('v1', 'events', 'Event', { short: ['ev'] })
namespaced('v1', 'limitranges', 'LimitRange', { short: ['limits'] })
cluster('v1', 'namespaces', 'Namespace', {
  short: ['ns'],
  verbs: without('deletecollection'),
  sub: [{ name: 'finalize', verbs: ['update'] }, 'status'],
})
cluster('v1', 'nodes', 'Node', { short: ['no'], sub: [proxy('NodeProxyOptions'), 'status'] })
namespaced('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', { short: ['pvc'], sub: ['status'] })
cluster('v1', 'persistentvolumes', 'PersistentVolume', { short: ['pv'], sub: ['status'] })
namespaced('v1', 'pods', 'Pod', {
  short: ['po'],
  categories: all,
  sub: [
    { name: 'attach', kind: 'PodAttachOptions', verbs: stream },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    'ephemeralcontainers',
    { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: stream },
    { name: 'log', verbs: ['get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: stream },
    proxy('PodProxyOptions'),
    'resize',
    'status',
  ],
})
namespaced('v1', 'podtemplates', 'PodTemplate')
namespaced('v1', 'replicationcontrollers', 'ReplicationController', {
  short: ['rc'],
  categories: all,
  sub: [scale, 'status'],
})
namespaced('v1', 'resourcequotas', 'ResourceQuota', { short: ['quota'], sub: ['status'] })
namespaced('v1', 'secrets', 'Secret')
namespaced('v1', 'serviceaccounts', 'ServiceAccount', {
  short: ['sa'],
  sub: [{ name: 'token', group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] }],
})
namespaced('v1', 'services', 'Service', {
  short: ['svc'],
  categories: all,
  sub: [proxy('ServiceProxyOptions'), 'status'],
})

cluster('apiregistration.k8s.io/v1', 'apiservices', 'APIService', { categories: extensions, sub: ['status'] })

namespaced('apps/v1', 'controllerrevisions', 'ControllerRevision')
namespaced('apps/v1', 'daemonsets', 'DaemonSet', { short: ['ds'], categories: all, sub: ['status'] })
namespaced('apps/v1', 'deployments', 'Deployment', { short: ['deploy'], categories: all, sub: [scale, 'status'] })
namespaced('apps/v1', 'replicasets', 'ReplicaSet', { short: ['rs'], categories: all, sub: [scale, 'status'] })
namespaced('apps/v1', 'statefulsets', 'StatefulSet', { short: ['sts'], categories: all, sub: [scale, 'status'] })

namespaced('events.k8s.io/v1', 'events', 'Event', { short: ['ev'] })

cluster('authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview', onlyCreate)
cluster('authentication.k8s.io/v1', 'tokenreviews', 'TokenReview', onlyCreate)
namespaced('authorization.k8s.io/v1', 'localsubjectaccessreviews', 'LocalSubjectAccessReview', onlyCreate)
cluster('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', onlyCreate)
cluster('authorization.k8s.io/v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', onlyCreate)
cluster('authorization.k8s.io/v1', 'subjectaccessreviews', 'SubjectAccessReview', onlyCreate)

for (const version of ['v2', 'v1']) {
  const options = { short: ['hpa'], categories: all, sub: ['status'] }
  namespaced(`autoscaling/${version}`, 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', options)
}

namespaced('batch/v1', 'cronjobs', 'CronJob', { short: ['cj'], categories: all, sub: ['status'] })
namespaced('batch/v1', 'jobs', 'Job', { categories: all, sub: ['status'] })

cluster('certificates.k8s.io/v1', 'certificatesigningrequests', 'CertificateSigningRequest', {
  short: ['csr'],
  sub: ['approval', 'status'],
})

cluster('networking.k8s.io/v1', 'ingressclasses', 'IngressClass')
namespaced('networking.k8s.io/v1', 'ingresses', 'Ingress', { short: ['ing'], sub: ['status'] })
cluster('networking.k8s.io/v1', 'ipaddresses', 'IPAddress', { short: ['ip'] })
namespaced('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', { short: ['netpol'] })
cluster('networking.k8s.io/v1', 'servicecidrs', 'ServiceCIDR', { sub: ['status'] })

namespaced('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', { short: ['pdb'], sub: ['status'] })

cluster('rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding')
cluster('rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole')
namespaced('rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding')
namespaced('rbac.authorization.k8s.io/v1', 'roles', 'Role')

cluster('storage.k8s.io/v1', 'csidrivers', 'CSIDriver')
cluster('storage.k8s.io/v1', 'csinodes', 'CSINode')
namespaced('storage.k8s.io/v1', 'csistoragecapacities', 'CSIStorageCapacity')
cluster('storage.k8s.io/v1', 'storageclasses', 'StorageClass', { short: ['sc'] })
cluster('storage.k8s.io/v1', 'volumeattachments', 'VolumeAttachment', { sub: ['status'] })
cluster('storage.k8s.io/v1', 'volumeattributesclasses', 'VolumeAttributesClass', { short: ['vac'] })

for (const kind of ['MutatingAdmissionPolicy', 'ValidatingAdmissionPolicy']) {
  const options = { categories: extensions, sub: kind.startsWith('V') ? ['status'] : [] }
  cluster('admissionregistration.k8s.io/v1', kind.toLowerCase().replace(/y$/, 'ies'), kind, options)
  cluster('admissionregistration.k8s.io/v1', `${kind.toLowerCase()}bindings`, `${kind}Binding`, {
    categories: extensions,
  })
}
for (const kind of ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']) {
  cluster('admissionregistration.k8s.io/v1', `${kind.toLowerCase()}s`, kind, { categories: extensions })
}

cluster('apiextensions.k8s.io/v1', 'customresourcedefinitions', 'CustomResourceDefinition', {
  short: ['crd', 'crds'],
  categories: extensions,
  sub: ['status'],
})

cluster('scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', { short: ['pc'] })
namespaced('coordination.k8s.io/v1', 'leases', 'Lease')
cluster('node.k8s.io/v1', 'runtimeclasses', 'RuntimeClass')
namespaced('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice')

cluster('resource.k8s.io/v1', 'deviceclasses', 'DeviceClass')
namespaced('resource.k8s.io/v1', 'resourceclaims', 'ResourceClaim', { sub: ['status'] })
namespaced('resource.k8s.io/v1', 'resourceclaimtemplates', 'ResourceClaimTemplate')
cluster('resource.k8s.io/v1', 'resourceslices', 'ResourceSlice')

cluster('flowcontrol.apiserver.k8s.io/v1', 'flowschemas', 'FlowSchema', { sub: ['status'] })
cluster('flowcontrol.apiserver.k8s.io/v1', 'prioritylevelconfigurations', 'PriorityLevelConfiguration', {
  sub: ['status'],
})

export const resourceFacts: readonly ResourceFact[] = resources
