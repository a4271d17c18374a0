/** What every object has in common: names, labels, annotations, owners, finalizers. */
import type { LabelSelector, ObjectMeta, OwnerReference } from '../generated/types/meta-v1.ts'
import type { FieldErrors } from './field-error.ts'
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './format.ts'

export type NameRule = (name: string) => string[]

const maxAnnotationsBytes = 256 * 1024

export function validateMetadata(
  metadata: ObjectMeta,
  namespaced: boolean,
  nameRule: NameRule,
  errors: FieldErrors,
): void {
  const { name, generateName, namespace } = metadata
  if (generateName) {
    // A generated name gets characters behind it: a dash at the end is right.
    errors.invalidAll('metadata.generateName', generateName, nameRule(generateName.replace(/-$/, 'a')))
  }
  if (name) errors.invalidAll('metadata.name', name, nameRule(name))
  else errors.required('metadata.name', 'name or generateName is required')
  if (!namespaced && namespace) errors.forbidden('metadata.namespace', 'not allowed on this type')
  if (namespaced && !namespace) errors.required('metadata.namespace')
  if (namespaced && namespace) errors.invalidAll('metadata.namespace', namespace, dnsLabel(namespace))
  errors.nonNegative('metadata.generation', metadata.generation)
  validateLabels(metadata.labels, 'metadata.labels', errors)
  validateAnnotations(metadata.annotations, 'metadata.annotations', errors)
  validateOwners(metadata.ownerReferences ?? [], errors)
  validateFinalizers(metadata.finalizers ?? [], errors)
}

export function validateMetadataUpdate(metadata: ObjectMeta, current: ObjectMeta, errors: FieldErrors): void {
  if (current.deletionTimestamp) {
    const added = (metadata.finalizers ?? []).filter((finalizer) => !current.finalizers?.includes(finalizer))
    if (added.length > 0) {
      const list = added.sort().map((finalizer) => JSON.stringify(finalizer))
      const detail = 'no new finalizers can be added if the object is being deleted, found new finalizers []string'
      errors.forbidden('metadata.finalizers', `${detail}{${list.join(', ')}}`)
    }
  }
  for (const name of ['name', 'namespace', 'uid'] as const) {
    const [now, before] = [metadata[name], current[name]]
    if (now !== undefined && now !== before) errors.invalid(`metadata.${name}`, now, 'field is immutable')
  }
}

export function validateLabels(labels: Record<string, string> | undefined, path: string, errors: FieldErrors): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.invalidAll(path, key, qualifiedName(key))
    errors.invalidAll(path, value, labelValue(value))
  }
}

export function validateAnnotations(
  annotations: Record<string, string> | undefined,
  path: string,
  errors: FieldErrors,
): void {
  let sizeBytes = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    errors.invalidAll(path, key, qualifiedName(key.toLowerCase()))
    sizeBytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (sizeBytes > maxAnnotationsBytes) errors.tooLong(path, maxAnnotationsBytes)
}

function validateOwners(owners: OwnerReference[], errors: FieldErrors): void {
  const path = 'metadata.ownerReferences'
  let controller = ''
  for (const owner of owners) {
    if (!/[^/]$/.test(owner.apiVersion))
      errors.invalid(`${path}.apiVersion`, owner.apiVersion, 'version must not be empty')
    for (const name of ['kind', 'name', 'uid'] as const) {
      if (owner[name] === '') errors.invalid(`${path}.${name}`, '', 'must not be empty')
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      errors.invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner')
    }
    if (!owner.controller) continue
    const name = `${owner.kind}/${owner.name}`
    if (controller !== '') {
      const detail = 'Only one reference can have Controller set to true. Found "true" in references for'
      errors.invalid(path, owners, `${detail} ${controller} and ${name}`)
    }
    controller ||= name
  }
}

function validateFinalizers(finalizers: string[], errors: FieldErrors): void {
  const path = 'metadata.finalizers'
  for (const finalizer of finalizers) errors.invalidAll(path, finalizer, qualifiedName(finalizer))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')
  }
}

export function validateSelector(selector: LabelSelector, path: string, errors: FieldErrors): void {
  validateLabels(selector.matchLabels, `${path}.matchLabels`, errors)
  for (const [i, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${i}]`
    validateRequirement(at, operator, values, ['In', 'NotIn', 'Exists', 'DoesNotExist'], errors)
    errors.invalidAll(`${at}.key`, key, qualifiedName(key))
    for (const [j, value] of values.entries()) errors.invalidAll(`${at}.values[${j}]`, value, labelValue(value))
  }
}

/** Values go with the operator: In and NotIn need some, the others must have none (Gt and Lt one). */
export function validateRequirement(
  path: string,
  operator: string,
  values: string[],
  operators: string[],
  errors: FieldErrors,
): void {
  if (!operators.includes(operator)) errors.invalid(`${path}.operator`, operator, 'not a valid selector operator')
  else if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1)
      errors.required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")
  } else if (values.length > 0) {
    errors.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
  }
}

/** A reference to another object by its name: required, and a valid one. */
export function validateReference(
  name: string | undefined,
  path: string,
  errors: FieldErrors,
  rule: NameRule = dnsSubdomain,
): void {
  if (!name) errors.required(path)
  else errors.invalidAll(path, name, rule(name))
}
