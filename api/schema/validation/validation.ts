/**
 * Checks beyond the schema, with upstream's texts: which values are required, which supported, what may change. Kinds
 * without rules of their own are checked by their schema and their metadata alone.
 */
import type { JsonObject } from '../conform.ts'
import type { ObjectMeta } from '../generated/types/meta-v1.ts'
import { equalJson } from '../json-value.ts'
import { validateCronJob, validateJob, validateJobUpdate } from './batch.ts'
import * as config from './config.ts'
import { type FieldCause, FieldErrors } from './field-error.ts'
import { dns1035Label, dnsLabel, dnsSubdomain, pathSegment } from './format.ts'
import { type NameRule, validateMetadata, validateMetadataUpdate } from './metadata.ts'
import { validatePod, validatePodTemplate } from './pod.ts'
import { validateEphemeralUpdate, validatePodUpdate } from './pod-update.ts'
import * as policy from './policy.ts'
import * as service from './service.ts'
import * as workload from './workload.ts'

export type { FieldCause } from './field-error.ts'

interface Rules {
  name?: NameRule
  validate?: (object: never, errors: FieldErrors) => void
  update?: (object: never, current: never, errors: FieldErrors) => void
}

/** Fields that never change, by their dotted paths. */
function immutable(...paths: string[]): Rules['update'] {
  return (object: JsonObject, current: JsonObject, errors: FieldErrors) => {
    for (const path of paths) {
      const [now, before] = [at(object, path), at(current, path)]
      if (!equalJson(now, before)) errors.invalid(path, now ?? null, 'field is immutable')
    }
  }
}

function at(object: JsonObject, path: string): unknown {
  return path.split('.').reduce((value: unknown, key) => (value as JsonObject | undefined)?.[key], object)
}

const rbac = 'rbac.authorization.k8s.io'

/** By group and kind, or group, version and kind where versions differ. */
const rules: Record<string, Rules> = {
  '/Pod': { validate: validatePod, update: validatePodUpdate },
  '/Namespace': { name: dnsLabel },
  '/Service': { name: dns1035Label, validate: service.validateService, update: service.validateServiceUpdate },
  '/ConfigMap': { validate: config.validateConfigMap },
  '/Secret': { validate: config.validateSecret, update: config.validateSecretUpdate },
  '/ServiceAccount': { validate: config.validateServiceAccount },
  '/Node': { validate: config.validateNode, update: config.validateNodeUpdate },
  '/Event': { validate: config.validateEvent },
  '/LimitRange': { validate: config.validateLimitRange },
  '/ResourceQuota': { validate: config.validateResourceQuota },
  '/ReplicationController': { validate: workload.validateReplicationController },
  '/PodTemplate': {
    validate: (object: { template?: object }, errors: FieldErrors) => {
      validatePodTemplate(object.template ?? {}, 'template', errors)
    },
  },
  '/PersistentVolumeClaim': { validate: policy.validateClaim },
  '/PersistentVolume': { validate: policy.validateVolume },
  'apps/Deployment': { validate: workload.validateDeployment, update: workload.validateSelectorUpdate },
  'apps/ReplicaSet': { validate: workload.validateReplicaSet, update: workload.validateSelectorUpdate },
  'apps/DaemonSet': { validate: workload.validateDaemonSet, update: workload.validateSelectorUpdate },
  'apps/StatefulSet': { validate: workload.validateStatefulSet, update: workload.validateStatefulSetUpdate },
  'apps/ControllerRevision': { update: immutable('data') },
  'batch/Job': { validate: validateJob, update: validateJobUpdate },
  'batch/CronJob': { validate: validateCronJob },
  'autoscaling/v2/HorizontalPodAutoscaler': { name: pathSegment, validate: policy.validateAutoscalerV2 },
  'autoscaling/v1/HorizontalPodAutoscaler': { name: pathSegment, validate: policy.validateAutoscaler },
  'coordination.k8s.io/Lease': { validate: config.validateLease },
  'discovery.k8s.io/EndpointSlice': { validate: service.validateEndpointSlice, update: immutable('addressType') },
  'policy/PodDisruptionBudget': { validate: policy.validateDisruptionBudget },
  'scheduling.k8s.io/PriorityClass': {
    validate: policy.validatePriorityClass,
    update: immutable('value', 'preemptionPolicy'),
  },
  'networking.k8s.io/NetworkPolicy': { validate: policy.validateNetworkPolicy },
  'networking.k8s.io/Ingress': { validate: policy.validateIngress },
  'networking.k8s.io/IngressClass': { update: immutable('spec.controller') },
  'node.k8s.io/RuntimeClass': { update: immutable('handler') },
  'storage.k8s.io/StorageClass': { validate: policy.validateStorageClass, update: policy.validateStorageClassUpdate },
  [`${rbac}/Role`]: { name: pathSegment, validate: policy.validateRole(true) },
  [`${rbac}/ClusterRole`]: { name: pathSegment, validate: policy.validateRole(false) },
  [`${rbac}/RoleBinding`]: {
    name: pathSegment,
    validate: policy.validateRoleBinding(true),
    update: policy.validateRoleBindingUpdate,
  },
  [`${rbac}/ClusterRoleBinding`]: {
    name: pathSegment,
    validate: policy.validateRoleBinding(false),
    update: policy.validateRoleBindingUpdate,
  },
  'certificates.k8s.io/CertificateSigningRequest': {
    update: immutable('spec.request', 'spec.signerName', 'spec.usages'),
  },
}

interface Kind {
  group: string
  version: string
  kind: string
}

function rulesOf({ group, version, kind }: Kind): Rules {
  return rules[`${group}/${version}/${kind}`] ?? rules[`${group}/${kind}`] ?? {}
}

/** Of a conformed and defaulted object that is to be created or replaced; `namespaced` says of the resource. */
export function validateObject(object: JsonObject, kind: Kind, namespaced: boolean): FieldCause[] {
  const errors = new FieldErrors()
  const own = rulesOf(kind)
  validateMetadata((object.metadata ?? {}) as ObjectMeta, namespaced, own.name ?? dnsSubdomain, errors)
  own.validate?.(object as never, errors)
  return errors.causes
}

/** What an update may not change; the new object must be validated as well. */
export function validateObjectUpdate(object: JsonObject, current: JsonObject, kind: Kind): FieldCause[] {
  const errors = new FieldErrors()
  validateMetadataUpdate((object.metadata ?? {}) as ObjectMeta, (current.metadata ?? {}) as ObjectMeta, errors)
  rulesOf(kind).update?.(object as never, current as never, errors)
  return errors.causes
}

/** For the `ephemeralcontainers` subresource of pods. */
export function validateEphemeralContainers(pod: JsonObject, current: JsonObject): FieldCause[] {
  const errors = new FieldErrors()
  validatePod(pod as never, errors)
  validateEphemeralUpdate(pod as never, current as never, errors)
  return errors.causes
}
