// Made by scripts/generate from the Kubernetes 1.36 API types. Do not edit.
import type { ResourceRef } from '../../client/client.ts'
import type * as admissionregistrationV1 from './types/admissionregistration-v1.ts'
import type * as apiextensionsV1 from './types/apiextensions-v1.ts'
import type * as apiregistrationV1 from './types/apiregistration-v1.ts'
import type * as appsV1 from './types/apps-v1.ts'
import type * as authenticationV1 from './types/authentication-v1.ts'
import type * as authorizationV1 from './types/authorization-v1.ts'
import type * as autoscalingV1 from './types/autoscaling-v1.ts'
import type * as autoscalingV2 from './types/autoscaling-v2.ts'
import type * as batchV1 from './types/batch-v1.ts'
import type * as certificatesV1 from './types/certificates-v1.ts'
import type * as coordinationV1 from './types/coordination-v1.ts'
import type * as coreV1 from './types/core-v1.ts'
import type * as discoveryV1 from './types/discovery-v1.ts'
import type * as eventsV1 from './types/events-v1.ts'
import type * as flowcontrolV1 from './types/flowcontrol-v1.ts'
import type * as networkingV1 from './types/networking-v1.ts'
import type * as nodeV1 from './types/node-v1.ts'
import type * as policyV1 from './types/policy-v1.ts'
import type * as rbacV1 from './types/rbac-v1.ts'
import type * as resourceV1 from './types/resource-v1.ts'
import type * as schedulingV1 from './types/scheduling-v1.ts'
import type * as storageV1 from './types/storage-v1.ts'

export const bindings: ResourceRef<coreV1.Binding> = {
  group: '',
  version: 'v1',
  resource: 'bindings',
  kind: 'Binding',
  namespaced: true,
}

export const componentstatuses: ResourceRef<coreV1.ComponentStatus> = {
  group: '',
  version: 'v1',
  resource: 'componentstatuses',
  kind: 'ComponentStatus',
  namespaced: false,
}

export const configmaps: ResourceRef<coreV1.ConfigMap> = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
}

export const endpoints: ResourceRef<coreV1.Endpoints> = {
  group: '',
  version: 'v1',
  resource: 'endpoints',
  kind: 'Endpoints',
  namespaced: true,
}

export const events: ResourceRef<coreV1.Event> = {
  group: '',
  version: 'v1',
  resource: 'events',
  kind: 'Event',
  namespaced: true,
}

export const limitranges: ResourceRef<coreV1.LimitRange> = {
  group: '',
  version: 'v1',
  resource: 'limitranges',
  kind: 'LimitRange',
  namespaced: true,
}

export const namespaces: ResourceRef<coreV1.Namespace> = {
  group: '',
  version: 'v1',
  resource: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
}

export const nodes: ResourceRef<coreV1.Node> = {
  group: '',
  version: 'v1',
  resource: 'nodes',
  kind: 'Node',
  namespaced: false,
}

export const persistentvolumeclaims: ResourceRef<coreV1.PersistentVolumeClaim> = {
  group: '',
  version: 'v1',
  resource: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
  namespaced: true,
}

export const persistentvolumes: ResourceRef<coreV1.PersistentVolume> = {
  group: '',
  version: 'v1',
  resource: 'persistentvolumes',
  kind: 'PersistentVolume',
  namespaced: false,
}

export const pods: ResourceRef<coreV1.Pod> = {
  group: '',
  version: 'v1',
  resource: 'pods',
  kind: 'Pod',
  namespaced: true,
}

export const podtemplates: ResourceRef<coreV1.PodTemplate> = {
  group: '',
  version: 'v1',
  resource: 'podtemplates',
  kind: 'PodTemplate',
  namespaced: true,
}

export const replicationcontrollers: ResourceRef<coreV1.ReplicationController> = {
  group: '',
  version: 'v1',
  resource: 'replicationcontrollers',
  kind: 'ReplicationController',
  namespaced: true,
}

export const resourcequotas: ResourceRef<coreV1.ResourceQuota> = {
  group: '',
  version: 'v1',
  resource: 'resourcequotas',
  kind: 'ResourceQuota',
  namespaced: true,
}

export const secrets: ResourceRef<coreV1.Secret> = {
  group: '',
  version: 'v1',
  resource: 'secrets',
  kind: 'Secret',
  namespaced: true,
}

export const serviceaccounts: ResourceRef<coreV1.ServiceAccount> = {
  group: '',
  version: 'v1',
  resource: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
}

export const services: ResourceRef<coreV1.Service> = {
  group: '',
  version: 'v1',
  resource: 'services',
  kind: 'Service',
  namespaced: true,
}

export const apiservices: ResourceRef<apiregistrationV1.APIService> = {
  group: 'apiregistration.k8s.io',
  version: 'v1',
  resource: 'apiservices',
  kind: 'APIService',
  namespaced: false,
}

export const controllerrevisions: ResourceRef<appsV1.ControllerRevision> = {
  group: 'apps',
  version: 'v1',
  resource: 'controllerrevisions',
  kind: 'ControllerRevision',
  namespaced: true,
}

export const daemonsets: ResourceRef<appsV1.DaemonSet> = {
  group: 'apps',
  version: 'v1',
  resource: 'daemonsets',
  kind: 'DaemonSet',
  namespaced: true,
}

export const deployments: ResourceRef<appsV1.Deployment> = {
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespaced: true,
}

export const replicasets: ResourceRef<appsV1.ReplicaSet> = {
  group: 'apps',
  version: 'v1',
  resource: 'replicasets',
  kind: 'ReplicaSet',
  namespaced: true,
}

export const statefulsets: ResourceRef<appsV1.StatefulSet> = {
  group: 'apps',
  version: 'v1',
  resource: 'statefulsets',
  kind: 'StatefulSet',
  namespaced: true,
}

export const eventsV1Events: ResourceRef<eventsV1.Event> = {
  group: 'events.k8s.io',
  version: 'v1',
  resource: 'events',
  kind: 'Event',
  namespaced: true,
}

export const selfsubjectreviews: ResourceRef<authenticationV1.SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  resource: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  namespaced: false,
}

export const tokenreviews: ResourceRef<authenticationV1.TokenReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  resource: 'tokenreviews',
  kind: 'TokenReview',
  namespaced: false,
}

export const localsubjectaccessreviews: ResourceRef<authorizationV1.LocalSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'localsubjectaccessreviews',
  kind: 'LocalSubjectAccessReview',
  namespaced: true,
}

export const selfsubjectaccessreviews: ResourceRef<authorizationV1.SelfSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  namespaced: false,
}

export const selfsubjectrulesreviews: ResourceRef<authorizationV1.SelfSubjectRulesReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'selfsubjectrulesreviews',
  kind: 'SelfSubjectRulesReview',
  namespaced: false,
}

export const subjectaccessreviews: ResourceRef<authorizationV1.SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
}

export const horizontalpodautoscalers: ResourceRef<autoscalingV2.HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v2',
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
}

export const autoscalingV1Horizontalpodautoscalers: ResourceRef<autoscalingV1.HorizontalPodAutoscaler> = {
  group: 'autoscaling',
  version: 'v1',
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
}

export const cronjobs: ResourceRef<batchV1.CronJob> = {
  group: 'batch',
  version: 'v1',
  resource: 'cronjobs',
  kind: 'CronJob',
  namespaced: true,
}

export const jobs: ResourceRef<batchV1.Job> = {
  group: 'batch',
  version: 'v1',
  resource: 'jobs',
  kind: 'Job',
  namespaced: true,
}

export const certificatesigningrequests: ResourceRef<certificatesV1.CertificateSigningRequest> = {
  group: 'certificates.k8s.io',
  version: 'v1',
  resource: 'certificatesigningrequests',
  kind: 'CertificateSigningRequest',
  namespaced: false,
}

export const ingressclasses: ResourceRef<networkingV1.IngressClass> = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ingressclasses',
  kind: 'IngressClass',
  namespaced: false,
}

export const ingresses: ResourceRef<networkingV1.Ingress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
}

export const ipaddresses: ResourceRef<networkingV1.IPAddress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'ipaddresses',
  kind: 'IPAddress',
  namespaced: false,
}

export const networkpolicies: ResourceRef<networkingV1.NetworkPolicy> = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
}

export const servicecidrs: ResourceRef<networkingV1.ServiceCIDR> = {
  group: 'networking.k8s.io',
  version: 'v1',
  resource: 'servicecidrs',
  kind: 'ServiceCIDR',
  namespaced: false,
}

export const poddisruptionbudgets: ResourceRef<policyV1.PodDisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  resource: 'poddisruptionbudgets',
  kind: 'PodDisruptionBudget',
  namespaced: true,
}

export const clusterrolebindings: ResourceRef<rbacV1.ClusterRoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource: 'clusterrolebindings',
  kind: 'ClusterRoleBinding',
  namespaced: false,
}

export const clusterroles: ResourceRef<rbacV1.ClusterRole> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource: 'clusterroles',
  kind: 'ClusterRole',
  namespaced: false,
}

export const rolebindings: ResourceRef<rbacV1.RoleBinding> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource: 'rolebindings',
  kind: 'RoleBinding',
  namespaced: true,
}

export const roles: ResourceRef<rbacV1.Role> = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  resource: 'roles',
  kind: 'Role',
  namespaced: true,
}

export const csidrivers: ResourceRef<storageV1.CSIDriver> = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'csidrivers',
  kind: 'CSIDriver',
  namespaced: false,
}

export const csinodes: ResourceRef<storageV1.CSINode> = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'csinodes',
  kind: 'CSINode',
  namespaced: false,
}

export const csistoragecapacities: ResourceRef<storageV1.CSIStorageCapacity> = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'csistoragecapacities',
  kind: 'CSIStorageCapacity',
  namespaced: true,
}

export const storageclasses: ResourceRef<storageV1.StorageClass> = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'storageclasses',
  kind: 'StorageClass',
  namespaced: false,
}

export const volumeattachments: ResourceRef<storageV1.VolumeAttachment> = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'volumeattachments',
  kind: 'VolumeAttachment',
  namespaced: false,
}

export const volumeattributesclasses: ResourceRef<storageV1.VolumeAttributesClass> = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'volumeattributesclasses',
  kind: 'VolumeAttributesClass',
  namespaced: false,
}

export const mutatingadmissionpolicies: ResourceRef<admissionregistrationV1.MutatingAdmissionPolicy> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'mutatingadmissionpolicies',
  kind: 'MutatingAdmissionPolicy',
  namespaced: false,
}

export const mutatingadmissionpolicybindings: ResourceRef<admissionregistrationV1.MutatingAdmissionPolicyBinding> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'mutatingadmissionpolicybindings',
  kind: 'MutatingAdmissionPolicyBinding',
  namespaced: false,
}

export const validatingadmissionpolicies: ResourceRef<admissionregistrationV1.ValidatingAdmissionPolicy> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingadmissionpolicies',
  kind: 'ValidatingAdmissionPolicy',
  namespaced: false,
}

export const validatingadmissionpolicybindings: ResourceRef<admissionregistrationV1.ValidatingAdmissionPolicyBinding> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingadmissionpolicybindings',
  kind: 'ValidatingAdmissionPolicyBinding',
  namespaced: false,
}

export const mutatingwebhookconfigurations: ResourceRef<admissionregistrationV1.MutatingWebhookConfiguration> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'mutatingwebhookconfigurations',
  kind: 'MutatingWebhookConfiguration',
  namespaced: false,
}

export const validatingwebhookconfigurations: ResourceRef<admissionregistrationV1.ValidatingWebhookConfiguration> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  resource: 'validatingwebhookconfigurations',
  kind: 'ValidatingWebhookConfiguration',
  namespaced: false,
}

export const customresourcedefinitions: ResourceRef<apiextensionsV1.CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
}

export const priorityclasses: ResourceRef<schedulingV1.PriorityClass> = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  resource: 'priorityclasses',
  kind: 'PriorityClass',
  namespaced: false,
}

export const leases: ResourceRef<coordinationV1.Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  resource: 'leases',
  kind: 'Lease',
  namespaced: true,
}

export const runtimeclasses: ResourceRef<nodeV1.RuntimeClass> = {
  group: 'node.k8s.io',
  version: 'v1',
  resource: 'runtimeclasses',
  kind: 'RuntimeClass',
  namespaced: false,
}

export const endpointslices: ResourceRef<discoveryV1.EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  resource: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
}

export const deviceclasses: ResourceRef<resourceV1.DeviceClass> = {
  group: 'resource.k8s.io',
  version: 'v1',
  resource: 'deviceclasses',
  kind: 'DeviceClass',
  namespaced: false,
}

export const resourceclaims: ResourceRef<resourceV1.ResourceClaim> = {
  group: 'resource.k8s.io',
  version: 'v1',
  resource: 'resourceclaims',
  kind: 'ResourceClaim',
  namespaced: true,
}

export const resourceclaimtemplates: ResourceRef<resourceV1.ResourceClaimTemplate> = {
  group: 'resource.k8s.io',
  version: 'v1',
  resource: 'resourceclaimtemplates',
  kind: 'ResourceClaimTemplate',
  namespaced: true,
}

export const resourceslices: ResourceRef<resourceV1.ResourceSlice> = {
  group: 'resource.k8s.io',
  version: 'v1',
  resource: 'resourceslices',
  kind: 'ResourceSlice',
  namespaced: false,
}

export const flowschemas: ResourceRef<flowcontrolV1.FlowSchema> = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  resource: 'flowschemas',
  kind: 'FlowSchema',
  namespaced: false,
}

export const prioritylevelconfigurations: ResourceRef<flowcontrolV1.PriorityLevelConfiguration> = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  resource: 'prioritylevelconfigurations',
  kind: 'PriorityLevelConfiguration',
  namespaced: false,
}
