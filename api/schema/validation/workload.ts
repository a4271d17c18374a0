/** Deployments and their like. Upstream: pkg/apis/apps/validation/validation.go. */

import type * as apps from '../generated/types/apps-v1.ts'
import type { PodTemplateSpec, ReplicationController } from '../generated/types/core-v1.ts'
import type { LabelSelector } from '../generated/types/meta-v1.ts'
import { equalJson } from '../json-value.ts'
import type { FieldErrors } from './field-error.ts'
import { percent } from './format.ts'
import { validateSelector } from './metadata.ts'
import { validatePodTemplate } from './pod.ts'

/** True when the labels satisfy all requirements. An empty selector selects everything. */
export function selects(selector: LabelSelector, labels: Record<string, string>): boolean {
  if (!Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value)) return false
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key]
    if (operator === 'In') return value !== undefined && values.includes(value)
    if (operator === 'NotIn') return value === undefined || !values.includes(value)
    return (operator === 'Exists') === (value !== undefined)
  })
}

interface Controlled {
  selector?: LabelSelector
  template?: PodTemplateSpec
}

/** A selector that picks the template's pods, and a template whose pods are restarted for ever. */
function validateControlled(spec: Controlled, owner: string, kind: string, errors: FieldErrors): void {
  const { selector, template } = spec
  if (!selector) errors.required('spec.selector')
  else {
    validateSelector(selector, 'spec.selector', errors)
    const isEmpty = !Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length
    if (isEmpty) errors.invalid('spec.selector', selector, `empty selector is invalid for ${owner}`)
    const labels = template?.metadata?.labels ?? {}
    if (!isEmpty && !selects(selector, labels)) {
      errors.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
    }
  }
  validatePodTemplate(template ?? {}, 'spec.template', errors)
  const policy = template?.spec?.restartPolicy
  if (policy && policy !== 'Always') errors.notSupported('spec.template.spec.restartPolicy', policy, ['Always'])
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    errors.forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`)
  }
}

export function validateDeployment({ spec }: apps.Deployment, errors: FieldErrors): void {
  if (!spec) {
    errors.required('spec.selector')
    return
  }
  errors.nonNegative('spec.replicas', spec.replicas)
  validateControlled(spec, 'deployment', 'ReplicaSet', errors)
  validateStrategy(spec.strategy ?? {}, errors)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  const deadline = spec.progressDeadlineSeconds
  errors.nonNegative('spec.progressDeadlineSeconds', deadline)
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    errors.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')
  }
}

function validateStrategy({ type, rollingUpdate }: apps.DeploymentStrategy, errors: FieldErrors): void {
  const path = 'spec.strategy'
  if (type === 'Recreate') {
    if (rollingUpdate)
      errors.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")
  } else if (type !== 'RollingUpdate') {
    errors.notSupported(`${path}.type`, type ?? '', ['Recreate', 'RollingUpdate'])
  } else if (!rollingUpdate) errors.required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil')
  else validateRolling(rollingUpdate, `${path}.rollingUpdate`, errors)
}

interface Rolling {
  maxUnavailable?: number | string
  maxSurge?: number | string
}

function validateRolling({ maxUnavailable, maxSurge }: Rolling, path: string, errors: FieldErrors): void {
  validateShare(maxUnavailable, `${path}.maxUnavailable`, errors)
  validateShare(maxSurge, `${path}.maxSurge`, errors)
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.invalid(`${path}.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0')
  }
  if (percentOf(maxUnavailable) > 100)
    errors.invalid(`${path}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%')
}

function isZero(share: number | string | undefined): boolean {
  return share === undefined || share === 0 || percentOf(share) === 0
}

function percentOf(share: number | string | undefined): number {
  return typeof share === 'string' ? Number.parseInt(share, 10) : Number.NaN
}

/** A count or a percentage. */
export function validateShare(share: number | string | undefined, path: string, errors: FieldErrors): void {
  if (typeof share === 'number') errors.nonNegative(path, share)
  else if (share !== undefined) errors.invalidAll(path, share, percent(share))
}

export function validateReplicaSet({ spec }: apps.ReplicaSet, errors: FieldErrors): void {
  if (!spec) {
    errors.required('spec.selector')
    return
  }
  errors.nonNegative('spec.replicas', spec.replicas)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  validateControlled(spec, 'replicaset', 'ReplicaSet', errors)
}

export function validateReplicationController({ spec }: ReplicationController, errors: FieldErrors): void {
  if (!spec?.selector || Object.keys(spec.selector).length === 0) errors.required('spec.selector')
  errors.nonNegative('spec.replicas', spec?.replicas)
  if (!spec?.template) {
    errors.required('spec.template')
    return
  }
  validateControlled(
    { selector: { matchLabels: spec.selector }, template: spec.template },
    'replicationcontroller',
    'ReplicationController',
    errors,
  )
}

export function validateDaemonSet({ spec }: apps.DaemonSet, errors: FieldErrors): void {
  if (!spec) {
    errors.required('spec.selector')
    return
  }
  validateControlled(spec, 'daemonset', 'DaemonSet', errors)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  if (type === 'RollingUpdate') {
    if (!rollingUpdate) errors.required('spec.updateStrategy.rollingUpdate')
    else validateRolling(rollingUpdate, 'spec.updateStrategy.rollingUpdate', errors)
  } else if (type !== 'OnDelete') errors.notSupported('spec.updateStrategy', type ?? '', ['OnDelete', 'RollingUpdate'])
}

export function validateStatefulSet({ spec }: apps.StatefulSet, errors: FieldErrors): void {
  if (!spec) {
    errors.required('spec.selector')
    return
  }
  errors.oneOf('spec.podManagementPolicy', spec.podManagementPolicy, ['OrderedReady', 'Parallel'])
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  const path = 'spec.updateStrategy'
  if (!type) errors.required(path)
  else if (type === 'OnDelete') {
    if (rollingUpdate)
      errors.invalid(`${path}.rollingUpdate`, rollingUpdate, `only allowed for updateStrategy 'RollingUpdate'`)
  } else if (type === 'RollingUpdate') errors.nonNegative(`${path}.rollingUpdate.partition`, rollingUpdate?.partition)
  else errors.invalid(path, spec.updateStrategy, `must be 'RollingUpdate' or 'OnDelete'`)
  errors.nonNegative('spec.replicas', spec.replicas)
  errors.nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  errors.nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit)
  errors.nonNegative('spec.ordinals.start', spec.ordinals?.start)
  validateControlled({ ...spec, template: withClaims(spec) }, 'statefulset', 'StatefulSet', errors)
}

/** The template as its pods will be: a claim template becomes a volume of that name, which mounts may name. */
function withClaims({ template, volumeClaimTemplates = [] }: apps.StatefulSetSpec): PodTemplateSpec {
  const volumes = template?.spec?.volumes ?? []
  const claimed = volumeClaimTemplates
    .map(({ metadata }) => metadata?.name ?? '')
    .filter((name) => name !== '' && !volumes.some((volume) => volume.name === name))
  if (claimed.length === 0) return template ?? {}
  const claims = claimed.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  return { ...template, spec: { ...template?.spec, volumes: [...volumes, ...claims] } } as PodTemplateSpec
}

interface Selecting {
  spec?: { selector?: unknown }
}

export function validateSelectorUpdate(object: Selecting, current: Selecting, errors: FieldErrors): void {
  if (current.spec && !equalJson(object.spec?.selector, current.spec.selector)) {
    errors.invalid('spec.selector', object.spec?.selector ?? null, 'field is immutable')
  }
}

const mutableStatefulSet = [
  ...['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit'],
  ...['persistentVolumeClaimRetentionPolicy', 'minReadySeconds'],
]

export function validateStatefulSetUpdate(
  object: apps.StatefulSet,
  current: apps.StatefulSet,
  errors: FieldErrors,
): void {
  const fixed = (spec: object | undefined) => {
    return Object.fromEntries(Object.entries(spec ?? {}).filter(([key]) => !mutableStatefulSet.includes(key)))
  }
  if (equalJson(fixed(object.spec), fixed(current.spec))) return
  errors.forbidden(
    'spec',
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
      "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  )
}
