/** Pods and pod templates. Upstream: pkg/apis/core/validation/validation.go. */
import type * as core from '../generated/types/core-v1.ts'
import { type ContainerContext, validateContainer, validateIds, validateResources } from './container.ts'
import type { FieldErrors } from './field-error.ts'
import { dnsLabel, dnsSubdomain, inRange, ipAddress, qualifiedName } from './format.ts'
import { validateAnnotations, validateLabels, validateReference } from './metadata.ts'
import { validateAffinity, validateSpreading, validateTolerations } from './scheduling.ts'
import { validateVolumes } from './volume.ts'

const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']
const maxInt32 = 2_147_483_647

export function validatePod({ spec }: core.Pod, errors: FieldErrors): void {
  validatePodSpec(spec ?? { containers: [] }, 'spec', errors)
}

export function validatePodTemplate(template: core.PodTemplateSpec, path: string, errors: FieldErrors): void {
  validateLabels(template.metadata?.labels, `${path}.labels`, errors)
  validateAnnotations(template.metadata?.annotations, `${path}.annotations`, errors)
  validatePodSpec(template.spec ?? { containers: [] }, `${path}.spec`, errors)
  if (template.spec?.ephemeralContainers?.length) {
    errors.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')
  }
}

export function validatePodSpec(spec: core.PodSpec, path: string, errors: FieldErrors): void {
  const volumes = validateVolumes(spec.volumes ?? [], `${path}.volumes`, errors)
  validateContainers(spec, path, volumes, errors)
  errors.oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'Never', 'OnFailure'])
  errors.oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, dnsPolicies)
  errors.nonNegative(`${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds)
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined)
    errors.invalidAll(`${path}.activeDeadlineSeconds`, deadline, inRange(deadline, 1, maxInt32))
  validateLabels(spec.nodeSelector, `${path}.nodeSelector`, errors)
  validateNames(spec, path, errors)
  validateDnsConfig(spec, path, errors)
  validateHostAliases(spec.hostAliases ?? [], `${path}.hostAliases`, errors)
  validateTolerations(spec.tolerations ?? [], `${path}.tolerations`, errors)
  if (spec.affinity) validateAffinity(spec.affinity, `${path}.affinity`, errors)
  validateSpreading(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`, errors)
  validatePodSecurity(spec.securityContext ?? {}, `${path}.securityContext`, errors)
  if (spec.resources) validateResources(spec.resources, `${path}.resources`, errors)
}

function validateContainers(spec: core.PodSpec, path: string, volumes: Set<string>, errors: FieldErrors): void {
  const context: ContainerContext = {
    volumes,
    hostNetwork: spec.hostNetwork === true,
    names: new Set(),
    kind: 'container',
  }
  if (!spec.containers?.length) errors.required(`${path}.containers`)
  for (const [i, container] of (spec.containers ?? []).entries()) {
    validateContainer(container, `${path}.containers[${i}]`, context, errors)
  }
  for (const [i, container] of (spec.initContainers ?? []).entries()) {
    const at = `${path}.initContainers[${i}]`
    validateContainer(container, at, { ...context, kind: 'init' }, errors)
    const policies = ['Always', 'Never', 'OnFailure']
    if (container.restartPolicy !== undefined) errors.oneOf(`${at}.restartPolicy`, container.restartPolicy, policies)
  }
  for (const [i, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = `${path}.ephemeralContainers[${i}]`
    validateContainer(container, at, { ...context, kind: 'ephemeral' }, errors)
    validateEphemeral(container, at, spec, errors)
  }
}

const notForEphemeral = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const

function validateEphemeral(
  container: core.EphemeralContainer,
  path: string,
  spec: core.PodSpec,
  errors: FieldErrors,
): void {
  const target = container.targetContainerName
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  if (target && !all.some(({ name }) => name === target)) errors.notFound(`${path}.targetContainerName`, target)
  for (const name of notForEphemeral) {
    if (container[name] !== undefined) errors.forbidden(`${path}.${name}`, `cannot be set for an Ephemeral Container`)
  }
  const { limits, requests } = container.resources ?? {}
  if (limits || requests) errors.forbidden(`${path}.resources`, 'cannot be set for an Ephemeral Container')
}

function validateNames(spec: core.PodSpec, path: string, errors: FieldErrors): void {
  const check = (
    name: 'serviceAccountName' | 'nodeName' | 'priorityClassName' | 'runtimeClassName' | 'hostname' | 'subdomain',
  ) => {
    const rule = name === 'hostname' || name === 'subdomain' ? dnsLabel : dnsSubdomain
    if (spec[name]) errors.invalidAll(`${path}.${name}`, spec[name], rule(spec[name]))
  }
  for (const name of ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName'] as const) check(name)
  for (const name of ['hostname', 'subdomain'] as const) check(name)
  for (const [i, gate] of (spec.schedulingGates ?? []).entries()) {
    if (!gate.name) errors.required(`${path}.schedulingGates[${i}]`)
    else errors.invalidAll(`${path}.schedulingGates[${i}]`, gate.name, qualifiedName(gate.name))
  }
  for (const [i, gate] of (spec.readinessGates ?? []).entries()) {
    const at = `${path}.readinessGates[${i}].conditionType`
    errors.invalidAll(at, gate.conditionType, qualifiedName(gate.conditionType))
  }
}

function validateDnsConfig(spec: core.PodSpec, path: string, errors: FieldErrors): void {
  const config = spec.dnsConfig
  if (spec.dnsPolicy === 'None' && !config?.nameservers?.length) {
    const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None'
    errors.required(
      config ? `${path}.dnsConfig.nameservers` : `${path}.dnsConfig`,
      config ? detail : 'must provide `dnsConfig` when `dnsPolicy` is None',
    )
  }
  const servers = config?.nameservers ?? []
  if (servers.length > 3)
    errors.invalid(`${path}.dnsConfig.nameservers`, servers, 'must not have more than 3 nameservers')
  for (const [i, server] of servers.entries())
    errors.invalidAll(`${path}.dnsConfig.nameservers[${i}]`, server, ipAddress(server))
  const searches = config?.searches ?? []
  if (searches.length > 32)
    errors.invalid(`${path}.dnsConfig.searches`, searches, 'must not have more than 32 search paths')
  for (const [i, option] of (config?.options ?? []).entries()) {
    if (!option.name) errors.required(`${path}.dnsConfig.options[${i}]`, 'must not be empty')
  }
}

function validateHostAliases(aliases: core.HostAlias[], path: string, errors: FieldErrors): void {
  for (const [i, { ip, hostnames }] of aliases.entries()) {
    errors.invalidAll(`${path}[${i}].ip`, ip, ipAddress(ip))
    for (const [j, name] of (hostnames ?? []).entries()) {
      errors.invalidAll(`${path}[${i}].hostnames[${j}]`, name, dnsSubdomain(name))
    }
  }
}

function validatePodSecurity(context: core.PodSecurityContext, path: string, errors: FieldErrors): void {
  validateIds(context, path, errors)
  const { fsGroup, supplementalGroups = [], sysctls = [] } = context
  if (fsGroup !== undefined) errors.invalidAll(`${path}.fsGroup`, fsGroup, inRange(fsGroup, 0, maxInt32))
  for (const [i, group] of supplementalGroups.entries()) {
    errors.invalidAll(`${path}.supplementalGroups[${i}]`, group, inRange(group, 0, maxInt32))
  }
  for (const [i, sysctl] of sysctls.entries()) {
    validateReference(sysctl.name, `${path}.sysctls[${i}].name`, errors, () => [])
  }
}
