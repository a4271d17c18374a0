/** Pods and what they are made of. Upstream: pkg/apis/core/v1/defaults.go. */

import type * as core from '../generated/types/core-v1.ts'
import { compareQuantities, formatQuantity, parseQuantity } from '../quantity.ts'
import type { Defaulter } from './default.ts'

function pod({ spec }: core.Pod): void {
  if (!spec) return
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  for (const container of containers) requestsFromLimits(container)
  if (spec.resources) podRequests(spec)
  spec.enableServiceLinks ??= true
  if (!spec.hostNetwork) return
  for (const port of containers.flatMap((container) => container.ports ?? [])) port.hostPort ||= port.containerPort
}

function requestsFromLimits(container: core.Container): void {
  const { limits, requests } = container.resources ?? {}
  if (limits) container.resources!.requests = { ...limits, ...requests }
}

const podLevelResources = /^(cpu|memory|hugepages-.*)$/

/** Limits for the whole pod: requests that are not given are the containers' together, else the limits. */
function podRequests(spec: core.PodSpec): void {
  const { limits = {}, requests = {} } = spec.resources!
  if (Object.keys(limits).length === 0) return
  const filled = { ...requests }
  for (const [name, total] of Object.entries(containerRequests(spec))) {
    if (/^(cpu|memory)$/.test(name)) filled[name] ??= total
  }
  for (const [name, limit] of Object.entries(limits)) if (podLevelResources.test(name)) filled[name] ??= limit
  if (Object.keys(filled).length > 0) spec.resources!.requests = filled
}

type Resources = Record<string, string>

/** Names come from clients: `__proto__` must be an ordinary one. */
function noResources(): Resources {
  return Object.create(null) as Resources
}

/** What all containers need at once: the running ones together, or the hungriest moment of initialisation. */
function containerRequests(spec: core.PodSpec): Resources {
  const running = noResources()
  for (const container of spec.containers ?? []) addTo(running, container.resources?.requests)
  const peak = noResources()
  const sidecars = noResources()
  for (const container of spec.initContainers ?? []) {
    const moment = Object.assign(noResources(), sidecars)
    addTo(moment, container.resources?.requests)
    if (container.restartPolicy === 'Always') addTo(sidecars, container.resources?.requests)
    raiseTo(peak, moment)
  }
  addTo(running, sidecars)
  raiseTo(running, peak)
  return running
}

function addTo(sum: Resources, more: Resources | undefined): void {
  for (const [name, amount] of Object.entries(more ?? {})) {
    const added = parseQuantity(amount)
    if (!added) continue
    const before = parseQuantity(sum[name] ?? '0')!
    const format = sum[name] === undefined ? added.format : before.format
    sum[name] = formatQuantity({ nanos: before.nanos + added.nanos, format })
  }
}

function raiseTo(floor: Resources, other: Resources): void {
  for (const [name, amount] of Object.entries(other)) {
    if (compareQuantities(floor[name] ?? '0', amount) < 0) floor[name] = amount
  }
}

function podSpec(spec: core.PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.restartPolicy ||= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= 30
  spec.schedulerName ||= 'default-scheduler'
  // Two names of one field, kept equal by upstream's conversion.
  spec.serviceAccountName ||= spec.serviceAccount
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName
  else delete spec.serviceAccountName
}

function container(target: core.Container): void {
  target.imagePullPolicy ||= pullPolicy(target.image)
  target.terminationMessagePath ||= '/dev/termination-log'
  target.terminationMessagePolicy ||= 'File'
}

/** `latest`, said or not, is pulled always. */
function pullPolicy(image = ''): string {
  const digest = image.indexOf('@')
  const name = digest < 0 ? image : image.slice(0, digest)
  const tag = /^[\w][\w.-]{0,127}$/.exec(name.slice(name.lastIndexOf(':') + 1))?.[0]
  const isTagged = tag !== undefined && name.includes(':')
  return (isTagged ? tag === 'latest' : digest < 0) ? 'Always' : 'IfNotPresent'
}

function probe(target: core.Probe): void {
  target.timeoutSeconds ||= 1
  target.periodSeconds ||= 10
  target.successThreshold ||= 1
  target.failureThreshold ||= 3
}

function httpGet(action: core.HTTPGetAction): void {
  action.path ||= '/'
  action.scheme ||= 'HTTP'
}

function volume(target: core.Volume): void {
  if (Object.keys(target).every((key) => key === 'name')) target.emptyDir = {}
  if (target.image) target.image.pullPolicy ||= pullPolicy(target.image.reference)
}

const withMode = (source: { defaultMode?: number }) => {
  source.defaultMode ??= 0o644
}

export const podDefaults: Record<string, Defaulter> = {
  'core-v1.Pod': pod as Defaulter,
  'core-v1.PodSpec': podSpec as Defaulter,
  'core-v1.Container': container as Defaulter,
  'core-v1.EphemeralContainer': container as Defaulter,
  'core-v1.Probe': probe as Defaulter,
  'core-v1.HTTPGetAction': httpGet as Defaulter,
  'core-v1.Volume': volume as Defaulter,
  'core-v1.SecretVolumeSource': withMode as Defaulter,
  'core-v1.ConfigMapVolumeSource': withMode as Defaulter,
  'core-v1.DownwardAPIVolumeSource': withMode as Defaulter,
  'core-v1.ProjectedVolumeSource': withMode as Defaulter,
  'core-v1.ServiceAccountTokenProjection': ((projection: core.ServiceAccountTokenProjection) => {
    projection.expirationSeconds ??= 3600
  }) as Defaulter,
  'core-v1.ObjectFieldSelector': ((selector: core.ObjectFieldSelector) => {
    selector.apiVersion ||= 'v1'
  }) as Defaulter,
  'core-v1.HostPathVolumeSource': ((source: core.HostPathVolumeSource) => {
    source.type ??= ''
  }) as Defaulter,
}
