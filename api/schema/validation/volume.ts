/** Volumes of pods: exactly one source each, and what it needs. */
import type * as core from '../generated/types/core-v1.ts'
import type { FieldErrors } from './field-error.ts'
import { configKey, dnsLabel, relativePath } from './format.ts'
import { validateReference } from './metadata.ts'

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

/** Returns the volumes' names. */
export function validateVolumes(volumes: core.Volume[], path: string, errors: FieldErrors): Set<string> {
  const names = new Set<string>()
  for (const [i, volume] of volumes.entries()) {
    const at = `${path}[${i}]`
    validateReference(volume.name, `${at}.name`, errors, dnsLabel)
    if (volume.name && names.has(volume.name)) errors.duplicate(`${at}.name`, volume.name)
    names.add(volume.name)
    validateSource(volume, at, errors)
  }
  return names
}

function validateSource({ name: _, ...sources }: core.Volume, at: string, errors: FieldErrors): void {
  const [first, ...more] = Object.keys(sources).filter((key) => sources[key as keyof typeof sources] !== undefined)
  if (first === undefined) {
    errors.required(at, 'must specify a volume type')
    return
  }
  for (const extra of more) errors.forbidden(`${at}.${extra}`, 'may not specify more than 1 volume type')
  const path = `${at}.${first}`
  const rule = sourceRules[first]
  if (rule) rule(sources[first as keyof typeof sources] as never, path, errors)
}

type SourceRule = (source: never, path: string, errors: FieldErrors) => void

const sourceRules: Record<string, SourceRule> = {
  emptyDir(source: core.EmptyDirVolumeSource, path: string, errors: FieldErrors) {
    if (source.sizeLimit?.startsWith('-')) {
      errors.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
    }
  },
  hostPath(source: core.HostPathVolumeSource, path: string, errors: FieldErrors) {
    if (!source.path) errors.required(`${path}.path`)
    else if (source.path.split('/').includes('..')) errors.invalid(`${path}.path`, source.path, "must not contain '..'")
    if (!hostPathTypes.includes(source.type ?? '')) errors.notSupported(`${path}.type`, source.type, hostPathTypes)
  },
  secret(source: core.SecretVolumeSource, path: string, errors: FieldErrors) {
    if (!source.secretName) errors.required(`${path}.secretName`)
    validateMode(source.defaultMode, `${path}.defaultMode`, errors)
    validateItems(source.items ?? [], `${path}.items`, errors)
  },
  configMap(source: core.ConfigMapVolumeSource, path: string, errors: FieldErrors) {
    if (!source.name) errors.required(`${path}.name`)
    validateMode(source.defaultMode, `${path}.defaultMode`, errors)
    validateItems(source.items ?? [], `${path}.items`, errors)
  },
  downwardAPI(source: core.DownwardAPIVolumeSource, path: string, errors: FieldErrors) {
    validateMode(source.defaultMode, `${path}.defaultMode`, errors)
    validateDownwardItems(source.items ?? [], `${path}.items`, errors)
  },
  persistentVolumeClaim(source: core.PersistentVolumeClaimVolumeSource, path: string, errors: FieldErrors) {
    if (!source.claimName) errors.required(`${path}.claimName`)
  },
  nfs(source: core.NFSVolumeSource, path: string, errors: FieldErrors) {
    if (!source.server) errors.required(`${path}.server`)
    if (!source.path) errors.required(`${path}.path`)
    else if (!source.path.startsWith('/')) errors.invalid(`${path}.path`, source.path, 'must be an absolute path')
  },
  csi(source: core.CSIVolumeSource, path: string, errors: FieldErrors) {
    if (!source.driver) errors.required(`${path}.driver`)
  },
  image(source: core.ImageVolumeSource, path: string, errors: FieldErrors) {
    if (!source.reference) errors.required(`${path}.reference`)
  },
  ephemeral(source: core.EphemeralVolumeSource, path: string, errors: FieldErrors) {
    if (!source.volumeClaimTemplate) errors.required(`${path}.volumeClaimTemplate`)
  },
  projected: validateProjected as SourceRule,
}

function validateProjected(source: core.ProjectedVolumeSource, path: string, errors: FieldErrors): void {
  validateMode(source.defaultMode, `${path}.defaultMode`, errors)
  for (const [i, projection] of (source.sources ?? []).entries()) {
    const at = `${path}.sources[${i}]`
    const [first, ...more] = Object.keys(projection).filter((key) => projection[key as keyof typeof projection])
    if (first === undefined) errors.required(at, 'must specify a volume type')
    for (const extra of more) errors.forbidden(`${at}.${extra}`, 'may not specify more than 1 volume type')
    const { secret, configMap, downwardAPI, serviceAccountToken } = projection
    if (secret) validateNamed(secret, `${at}.secret`, errors)
    if (configMap) validateNamed(configMap, `${at}.configMap`, errors)
    if (downwardAPI) validateDownwardItems(downwardAPI.items ?? [], `${at}.downwardAPI.items`, errors)
    if (serviceAccountToken) validateTokenProjection(serviceAccountToken, `${at}.serviceAccountToken`, errors)
  }
}

function validateNamed({ name, items }: core.SecretProjection, path: string, errors: FieldErrors): void {
  if (!name) errors.required(`${path}.name`)
  validateItems(items ?? [], `${path}.items`, errors)
}

function validateTokenProjection(token: core.ServiceAccountTokenProjection, path: string, errors: FieldErrors): void {
  const seconds = token.expirationSeconds ?? 0
  if (seconds < 600)
    errors.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes')
  if (seconds > 2 ** 32)
    errors.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds')
  if (!token.path) errors.required(`${path}.path`)
  else errors.invalidAll(`${path}.path`, token.path, relativePath(token.path))
}

function validateItems(items: core.KeyToPath[], path: string, errors: FieldErrors): void {
  for (const [i, item] of items.entries()) {
    const at = `${path}[${i}]`
    if (!item.key) errors.required(`${at}.key`)
    else errors.invalidAll(`${at}.key`, item.key, configKey(item.key))
    if (!item.path) errors.required(`${at}.path`)
    else errors.invalidAll(`${at}.path`, item.path, relativePath(item.path))
    validateMode(item.mode, `${at}.mode`, errors)
  }
}

function validateDownwardItems(items: core.DownwardAPIVolumeFile[], path: string, errors: FieldErrors): void {
  for (const [i, item] of items.entries()) {
    const at = `${path}[${i}]`
    if (!item.path) errors.required(`${at}.path`)
    else errors.invalidAll(`${at}.path`, item.path, relativePath(item.path))
    if (item.fieldRef && item.resourceFieldRef) {
      errors.invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
    } else if (!item.fieldRef && !item.resourceFieldRef) {
      errors.required(at, 'one of fieldRef and resourceFieldRef is required')
    }
    validateMode(item.mode, `${at}.mode`, errors)
  }
}

function validateMode(mode: number | undefined, path: string, errors: FieldErrors): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) {
    errors.invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
  }
}
