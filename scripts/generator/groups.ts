/** The group-versions that Kubernetes 1.36 serves by default, and the packages of types they need. */

export interface GroupVersion {
  /** '' for the core group. */
  group: string
  version: string
  /** Folder below `k8s.io/`. */
  folder: string
  /** Name of the generated files: the group's first label and the version. */
  file: string
}

const api = (group: string, version: string, folder?: string): GroupVersion => {
  const label = group === '' ? 'core' : group.split('.')[0]!
  const file = `${label}-${version}`
  return { group, version, folder: folder ?? `api/${label}/${version}`, file }
}

/** Served, in the order of upstream's discovery document. */
export const servedGroupVersions: GroupVersion[] = [
  api('', 'v1'),
  api('apiregistration.k8s.io', 'v1', 'kube-aggregator/pkg/apis/apiregistration/v1'),
  api('apps', 'v1'),
  api('events.k8s.io', 'v1'),
  api('authentication.k8s.io', 'v1'),
  api('authorization.k8s.io', 'v1'),
  api('autoscaling', 'v2'),
  api('autoscaling', 'v1'),
  api('batch', 'v1'),
  api('certificates.k8s.io', 'v1'),
  api('networking.k8s.io', 'v1'),
  api('policy', 'v1'),
  { ...api('rbac.authorization.k8s.io', 'v1', 'api/rbac/v1'), file: 'rbac-v1' },
  api('storage.k8s.io', 'v1'),
  api('admissionregistration.k8s.io', 'v1'),
  api('apiextensions.k8s.io', 'v1', 'apiextensions-apiserver/pkg/apis/apiextensions/v1'),
  api('scheduling.k8s.io', 'v1'),
  api('coordination.k8s.io', 'v1'),
  api('node.k8s.io', 'v1'),
  api('discovery.k8s.io', 'v1'),
  { ...api('resource.k8s.io', 'v1'), file: 'resource-v1' },
  { ...api('flowcontrol.apiserver.k8s.io', 'v1', 'api/flowcontrol/v1'), file: 'flowcontrol-v1' },
]

/** Types only: not resources of their own. */
export const typeGroupVersions: GroupVersion[] = [
  { group: 'meta.k8s.io', version: 'v1', folder: 'apimachinery/pkg/apis/meta/v1', file: 'meta-v1' },
  { group: 'admission.k8s.io', version: 'v1', folder: 'api/admission/v1', file: 'admission-v1' },
]

/** Packages without a group: their messages have a JSON form of their own. */
export const plainFolders = [
  'apimachinery/pkg/api/resource',
  'apimachinery/pkg/runtime',
  'apimachinery/pkg/util/intstr',
]
