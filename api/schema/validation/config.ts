/** Configuration, secrets, and the other everyday kinds of the core group. */

import type { Lease } from '../generated/types/coordination-v1.ts'
import type * as core from '../generated/types/core-v1.ts'
import type { FieldErrors } from './field-error.ts'
import { cidr, configKey, qualifiedName } from './format.ts'
import { validateReference } from './metadata.ts'

const maxDataBytes = 1024 * 1024

export function validateConfigMap({ data = {}, binaryData = {} }: core.ConfigMap, errors: FieldErrors): void {
  let sizeBytes = 0
  for (const [key, value] of Object.entries(data)) {
    errors.invalidAll(`data[${key}]`, key, configKey(key))
    if (Object.hasOwn(binaryData, key)) errors.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')
    sizeBytes += Buffer.byteLength(value)
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.invalidAll(`binaryData[${key}]`, key, configKey(key))
    sizeBytes += decodedSize(value)
  }
  if (sizeBytes > maxDataBytes) errors.tooLong('', maxDataBytes)
}

/** Of base64 text. */
function decodedSize(text: string): number {
  return Math.floor((text.length * 3) / 4) - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
}

/** Keys that a type of secret must have. */
const requiredKeys: Record<string, string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}

export function validateSecret(secret: core.Secret, errors: FieldErrors): void {
  const { data = {}, type = '' } = secret
  let sizeBytes = 0
  for (const [key, value] of Object.entries(data)) {
    errors.invalidAll(`data[${key}]`, key, configKey(key))
    sizeBytes += decodedSize(value)
  }
  if (sizeBytes > maxDataBytes) errors.tooLong('data', maxDataBytes)
  for (const key of requiredKeys[type] ?? []) if (!Object.hasOwn(data, key)) errors.required(`data[${key}]`)
  if (type === 'kubernetes.io/service-account-token') {
    if (!secret.metadata?.annotations?.['kubernetes.io/service-account.name']) {
      errors.required('metadata.annotations[kubernetes.io/service-account.name]')
    }
  }
  if (type === 'kubernetes.io/basic-auth' && !Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) {
    errors.required('data[username]')
    errors.required('data[password]')
  }
  if (/dockercfg|dockerconfigjson/.test(type)) validateJsonKey(data, requiredKeys[type]![0]!, errors)
}

/** The value itself is secret: never shown. */
function validateJsonKey(data: Record<string, string>, key: string, errors: FieldErrors): void {
  if (!Object.hasOwn(data, key)) return
  try {
    JSON.parse(Buffer.from(data[key]!, 'base64').toString('utf8'))
  } catch {
    errors.invalid(`data[${key}]`, '<secret contents redacted>', 'invalid JSON')
  }
}

/** The type of a secret stays: also of one that is not marked immutable. */
export function validateSecretUpdate(secret: core.Secret, current: core.Secret, errors: FieldErrors): void {
  if (secret.type !== current.type) errors.invalid('type', secret.type, 'field is immutable')
}

export function validateNode({ spec }: core.Node, errors: FieldErrors): void {
  const seen = new Set<string>()
  for (const [i, taint] of (spec?.taints ?? []).entries()) {
    const at = `spec.taints[${i}]`
    errors.invalidAll(`${at}.key`, taint.key, qualifiedName(taint.key))
    errors.oneOf(`${at}.effect`, taint.effect, ['NoExecute', 'NoSchedule', 'PreferNoSchedule'])
    const identity = `${taint.key}/${taint.effect}`
    if (seen.has(identity)) errors.duplicate(at, taint)
    seen.add(identity)
  }
  for (const [i, range] of (spec?.podCIDRs ?? []).entries())
    errors.invalidAll(`spec.podCIDRs[${i}]`, range, cidr(range))
}

export function validateNodeUpdate({ spec }: core.Node, current: core.Node, errors: FieldErrors): void {
  const before = current.spec?.podCIDRs ?? []
  if (before.length > 0 && before.join() !== (spec?.podCIDRs ?? []).join()) {
    errors.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  }
  if (current.spec?.providerID && spec?.providerID !== current.spec.providerID) {
    errors.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')
  }
}

export function validateEvent(event: core.Event, errors: FieldErrors): void {
  const involved = event.involvedObject?.namespace ?? ''
  const namespace = event.metadata?.namespace ?? ''
  if (involved !== namespace && !(involved === '' && namespace === 'default')) {
    errors.invalid('involvedObject.namespace', involved, 'does not match event.namespace')
  }
}

export function validateLease({ spec }: Lease, errors: FieldErrors): void {
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec ?? {}
  if (duration !== undefined && duration <= 0)
    errors.invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0')
  errors.nonNegative('spec.leaseTransitions', transitions)
  if (spec?.holderIdentity === '') errors.invalid('spec.holderIdentity', '', 'must not be empty')
}

export function validateServiceAccount(account: core.ServiceAccount, errors: FieldErrors): void {
  for (const [i, secret] of (account.imagePullSecrets ?? []).entries()) {
    if (!secret.name) errors.required(`imagePullSecrets[${i}].name`)
  }
}

const limitTypes = ['Container', 'PersistentVolumeClaim', 'Pod']

export function validateLimitRange({ spec }: core.LimitRange, errors: FieldErrors): void {
  const seen = new Set<string>()
  for (const [i, item] of (spec?.limits ?? []).entries()) {
    const at = `spec.limits[${i}]`
    if (!limitTypes.includes(item.type) && !item.type.includes('/')) {
      errors.invalid(`${at}.type`, item.type, 'must be a standard limit type or fully qualified')
    }
    if (seen.has(item.type)) errors.duplicate(`${at}.type`, item.type)
    seen.add(item.type)
    for (const name of Object.keys(item.min ?? {})) errors.invalidAll(`${at}.min`, name, qualifiedName(name))
  }
}

export function validateResourceQuota({ spec }: core.ResourceQuota, errors: FieldErrors): void {
  for (const [name, amount] of Object.entries(spec?.hard ?? {})) {
    errors.invalidAll(`spec.hard[${name}]`, name, qualifiedName(name.replace(/^(requests|limits|count)[./]/, '')))
    if (amount.startsWith('-')) errors.invalid(`spec.hard[${name}]`, amount, 'must be greater than or equal to 0')
  }
}

export function validateBinding({ target }: core.Binding, errors: FieldErrors): void {
  if (target?.kind && target.kind !== 'Node') errors.notSupported('target.kind', target.kind, ['Node', '<empty>'])
  validateReference(target?.name, 'target.name', errors)
}
