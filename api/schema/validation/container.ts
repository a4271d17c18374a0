/** One container: its image, ports, environment, mounts, resources and security. */

import type * as core from '../generated/types/core-v1.ts'
import { compareQuantities } from '../quantity.ts'
import type { FieldErrors } from './field-error.ts'
import {
  configKey,
  dnsLabel,
  environmentName,
  inRange,
  portName,
  portNumber,
  qualifiedName,
  relativePath,
} from './format.ts'
import { validateReference } from './metadata.ts'
import { validateLifecycle, validateProbe } from './probe.ts'

export interface ContainerContext {
  volumes: Set<string>
  hostNetwork: boolean
  /** Names of all containers of the pod so far. */
  names: Set<string>
  kind: 'container' | 'init' | 'ephemeral'
}

const protocols = ['SCTP', 'TCP', 'UDP']

export function validateContainer(
  container: core.Container,
  path: string,
  context: ContainerContext,
  errors: FieldErrors,
): void {
  validateReference(container.name, `${path}.name`, errors, dnsLabel)
  if (container.name && context.names.has(container.name)) errors.duplicate(`${path}.name`, container.name)
  context.names.add(container.name)
  if (!container.image) errors.required(`${path}.image`)
  else if (container.image !== container.image.trim()) {
    errors.invalid(`${path}.image`, container.image, 'must not have leading or trailing whitespace')
  }
  errors.oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'])
  errors.oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, [
    'FallbackToLogsOnError',
    'File',
  ])
  validatePorts(container.ports ?? [], `${path}.ports`, context.hostNetwork, errors)
  validateEnvironment(container.env ?? [], `${path}.env`, errors)
  validateEnvironmentSources(container.envFrom ?? [], `${path}.envFrom`, errors)
  validateMounts(container.volumeMounts ?? [], `${path}.volumeMounts`, context.volumes, errors)
  validateResources(container.resources ?? {}, `${path}.resources`, errors)
  validateSecurity(container.securityContext, `${path}.securityContext`, errors)
  validateHooks(container, path, context, errors)
}

/** Init containers end: probes and hooks make sense only for those that keep running. */
function validateHooks(container: core.Container, path: string, { kind }: ContainerContext, errors: FieldErrors): void {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle, restartPolicy } = container
  const isSidecar = kind === 'init' && restartPolicy === 'Always'
  const probes = { livenessProbe, readinessProbe, startupProbe }
  if (kind === 'init' && !isSidecar) {
    if (lifecycle)
      errors.forbidden(`${path}.lifecycle`, 'may not be set for init containers without restartPolicy=Always')
    for (const [name, probe] of Object.entries(probes)) {
      if (probe) errors.forbidden(`${path}.${name}`, 'may not be set for init containers without restartPolicy=Always')
    }
    return
  }
  if (lifecycle) validateLifecycle(lifecycle, `${path}.lifecycle`, errors)
  for (const [name, probe] of Object.entries(probes)) {
    if (!probe) continue
    validateProbe(probe, `${path}.${name}`, errors)
    if (name !== 'readinessProbe' && probe.successThreshold !== 1) {
      errors.invalid(`${path}.${name}.successThreshold`, probe.successThreshold ?? 0, 'must be 1')
    }
    if (name === 'readinessProbe' && probe.terminationGracePeriodSeconds !== undefined) {
      const detail = 'must not be set for readinessProbes'
      errors.invalid(`${path}.${name}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, detail)
    }
  }
}

function validatePorts(ports: core.ContainerPort[], path: string, hostNetwork: boolean, errors: FieldErrors): void {
  const names = new Set<string>()
  for (const [i, port] of ports.entries()) {
    const at = `${path}[${i}]`
    if (port.name) {
      errors.invalidAll(`${at}.name`, port.name, portName(port.name))
      if (names.has(port.name)) errors.duplicate(`${at}.name`, port.name)
      names.add(port.name)
    }
    if (!port.containerPort) errors.required(`${at}.containerPort`)
    else errors.invalidAll(`${at}.containerPort`, port.containerPort, portNumber(port.containerPort))
    if (port.hostPort) errors.invalidAll(`${at}.hostPort`, port.hostPort, portNumber(port.hostPort))
    if (hostNetwork && port.hostPort !== port.containerPort) {
      errors.invalid(`${at}.hostPort`, port.hostPort ?? 0, 'must match `containerPort` when `hostNetwork` is true')
    }
    errors.oneOf(`${at}.protocol`, port.protocol, protocols)
  }
}

/** Pods have many variables, almost all of them right: paths are written for those that are not. */
function validateEnvironment(variables: core.EnvVar[], path: string, errors: FieldErrors): void {
  for (let i = 0; i < variables.length; i++) {
    const { name, valueFrom } = variables[i]!
    const wrong = name ? environmentName(name) : undefined
    if (!wrong) errors.required(`${path}[${i}].name`)
    else if (wrong.length > 0) errors.invalidAll(`${path}[${i}].name`, name, wrong)
    if (valueFrom) validateValueFrom(variables[i]!, valueFrom, `${path}[${i}].valueFrom`, errors)
  }
}

function validateValueFrom(variable: core.EnvVar, from: core.EnvVarSource, path: string, errors: FieldErrors): void {
  const count = Object.values(from).filter(Boolean).length
  if (count === 0) {
    errors.invalid(
      path,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
    )
  } else if (variable.value) {
    errors.invalid(path, '', 'may not be specified when `value` is not empty')
  } else if (count > 1) {
    errors.invalid(path, '', 'may not have more than one field specified at a time')
  }
  if (from.fieldRef) validateFieldReference(from.fieldRef, `${path}.fieldRef`, errors)
  if (from.resourceFieldRef && !from.resourceFieldRef.resource) errors.required(`${path}.resourceFieldRef.resource`)
  for (const name of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = from[name]
    if (!reference) continue
    if (!reference.key) errors.required(`${path}.${name}.key`)
    else errors.invalidAll(`${path}.${name}.key`, reference.key, configKey(reference.key))
  }
}

const fieldPaths = [
  ...['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName'],
  ...['status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'],
]

function validateFieldReference(reference: core.ObjectFieldSelector, path: string, errors: FieldErrors): void {
  const { fieldPath, apiVersion } = reference
  if (!apiVersion) errors.required(`${path}.apiVersion`)
  if (!fieldPath) {
    errors.required(`${path}.fieldPath`)
    return
  }
  const subscript = /^(metadata\.(?:labels|annotations))\['(.+)'\]$/.exec(fieldPath)
  if (subscript) errors.invalidAll(`${path}.fieldPath`, subscript[2], qualifiedName(subscript[2]!.toLowerCase()))
  else if (!fieldPaths.includes(fieldPath)) errors.notSupported(`${path}.fieldPath`, fieldPath, fieldPaths)
}

function validateEnvironmentSources(sources: core.EnvFromSource[], path: string, errors: FieldErrors): void {
  for (const [i, source] of sources.entries()) {
    const at = `${path}[${i}]`
    if (source.prefix) errors.invalidAll(`${at}.prefix`, source.prefix, environmentName(source.prefix))
    if (!source.configMapRef && !source.secretRef)
      errors.invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`')
    if (source.configMapRef && source.secretRef)
      errors.invalid(at, '', 'may not have more than one field specified at a time')
    if (source.configMapRef && !source.configMapRef.name) errors.required(`${at}.configMapRef.name`)
    if (source.secretRef && !source.secretRef.name) errors.required(`${at}.secretRef.name`)
  }
}

function validateMounts(mounts: core.VolumeMount[], path: string, volumes: Set<string>, errors: FieldErrors): void {
  const places = new Set<string>()
  for (const [i, mount] of mounts.entries()) {
    const at = `${path}[${i}]`
    if (!mount.name) errors.required(`${at}.name`)
    else if (!volumes.has(mount.name)) errors.notFound(`${at}.name`, mount.name)
    if (!mount.mountPath) errors.required(`${at}.mountPath`)
    if (places.has(mount.mountPath)) errors.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique')
    places.add(mount.mountPath)
    if (mount.subPath) errors.invalidAll(`${at}.subPath`, mount.subPath, relativePath(mount.subPath))
    if (mount.subPath && mount.subPathExpr) {
      errors.invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive')
    }
    if (mount.mountPropagation !== undefined) {
      errors.oneOf(`${at}.mountPropagation`, mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None'])
    }
  }
}

const integerResources =
  /^(?:pods|services|secrets|configmaps|persistentvolumeclaims|replicationcontrollers|resourcequotas)$/

export function validateResources(resources: core.ResourceRequirements, path: string, errors: FieldErrors): void {
  const { limits = {}, requests = {} } = resources
  for (const [name, limit] of Object.entries(limits))
    validateAmount(name, limit, `${path}.limits[${name}]`, `${path}.limits`, errors)
  for (const [name, request] of Object.entries(requests)) {
    validateAmount(name, request, `${path}.requests[${name}]`, `${path}.requests`, errors)
    const limit = limits[name]
    const mayDiffer = name === 'cpu' || name === 'memory' || name === 'ephemeral-storage'
    if (limit === undefined) {
      if (!mayDiffer && name.includes('/'))
        errors.required(`${path}.limits`, 'Limit must be set for non overcommitable resources')
    } else if (!mayDiffer && compareQuantities(request, limit) !== 0) {
      errors.invalid(`${path}.requests`, request, `must be equal to ${name} limit of ${limit}`)
    } else if (compareQuantities(request, limit) > 0) {
      errors.invalid(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`)
    }
  }
}

const containerResources = /^(?:cpu|memory|ephemeral-storage|hugepages-.+)$/

function validateAmount(name: string, amount: string, at: string, list: string, errors: FieldErrors): void {
  errors.invalidAll(list, name, qualifiedName(name))
  if (!name.includes('/') && !containerResources.test(name)) {
    errors.invalid(list, name, 'must be a standard resource for containers')
  }
  if (compareQuantities(amount, '0') < 0) errors.invalid(at, amount, 'must be greater than or equal to 0')
  if ((integerResources.test(name) || name.includes('/')) && amount.endsWith('m')) {
    errors.invalid(at, amount, 'must be an integer')
  }
}

const maxId = 2_147_483_647

/** Fields that the pod's and the container's security context share. */
export function validateIds(
  context: { runAsUser?: number; runAsGroup?: number },
  path: string,
  errors: FieldErrors,
): void {
  for (const name of ['runAsUser', 'runAsGroup'] as const) {
    const id = context[name]
    if (id !== undefined) errors.invalidAll(`${path}.${name}`, id, inRange(id, 0, maxId))
  }
}

function validateSecurity(context: core.SecurityContext | undefined, path: string, errors: FieldErrors): void {
  if (!context) return
  validateIds(context, path, errors)
  if (context.allowPrivilegeEscalation !== false) return
  const detail = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'
  if (context.privileged) errors.invalid(path, context, detail)
  if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
    errors.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
  }
}
