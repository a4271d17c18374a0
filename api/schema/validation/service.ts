/** Services and what stands behind them. Upstream: ValidateService, ValidateEndpointSlice. */
import type { Service, ServicePort, ServiceSpec } from '../generated/types/core-v1.ts'
import type { Endpoint, EndpointSlice } from '../generated/types/discovery-v1.ts'
import type { FieldErrors } from './field-error.ts'
import { dnsLabel, dnsSubdomain, inRange, ipAddress, isIpv4, isIpv6, portNumber } from './format.ts'
import { validateLabels } from './metadata.ts'
import { validatePort } from './probe.ts'

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const protocols = ['SCTP', 'TCP', 'UDP']
const policies = ['Cluster', 'Local']
const maxAffinitySeconds = 86_400

export function validateService({ spec }: Service, errors: FieldErrors): void {
  if (!spec) return
  if (!spec.type) errors.required('spec.type')
  else if (!types.includes(spec.type)) errors.notSupported('spec.type', spec.type, types)
  const isHeadless = spec.clusterIP === 'None'
  if (!spec.ports?.length && !isHeadless && spec.type !== 'ExternalName') errors.required('spec.ports')
  validateLabels(spec.selector, 'spec.selector', errors)
  validateAffinity(spec, errors)
  validateAddresses(spec, errors)
  validateTraffic(spec, errors)
  validateServicePorts(spec, isHeadless, errors)
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec, errors: FieldErrors): void {
  errors.oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (sessionAffinity === 'None' && sessionAffinityConfig) {
    errors.forbidden('spec.sessionAffinityConfig', 'must not be set when session affinity is None')
  }
  if (sessionAffinity === 'ClientIP' && seconds !== undefined && (seconds <= 0 || seconds > maxAffinitySeconds)) {
    const detail = `must be greater than 0 and less than ${maxAffinitySeconds}`
    errors.invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, detail)
  }
}

function validateAddresses(spec: ServiceSpec, errors: FieldErrors): void {
  const { clusterIP, clusterIPs = [], type } = spec
  for (const [i, address] of (spec.externalIPs ?? []).entries()) {
    errors.invalidAll(`spec.externalIPs[${i}]`, address, ipAddress(address))
    if (/^(127\.|0\.0\.0\.0$|::1$|169\.254\.)/.test(address)) {
      errors.invalid(`spec.externalIPs[${i}]`, address, 'may not be an unspecified, loopback or link-local address')
    }
  }
  for (const [i, address] of clusterIPs.entries()) {
    if (address !== 'None') errors.invalidAll(`spec.clusterIPs[${i}]`, address, ipAddress(address))
  }
  if (clusterIP && clusterIPs.length > 0 && clusterIPs[0] !== clusterIP) {
    errors.invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`')
  } else if (clusterIP && clusterIP !== 'None' && clusterIPs.length === 0) {
    errors.invalidAll('spec.clusterIPs[0]', clusterIP, ipAddress(clusterIP))
  }
  if (type === 'ExternalName') {
    if (clusterIP) errors.forbidden('spec.clusterIPs[0]', 'may not be set for ExternalName services')
    if (!spec.externalName) errors.required('spec.externalName')
    else errors.invalidAll('spec.externalName', spec.externalName, dnsSubdomain(spec.externalName.replace(/\.$/, '')))
  }
  if (type === 'LoadBalancer' && clusterIP === 'None') {
    errors.invalid('spec.clusterIPs[0]', clusterIP, "may not be set to 'None' for LoadBalancer services")
  }
  if (type === 'NodePort' && clusterIP === 'None') {
    errors.invalid('spec.clusterIPs[0]', clusterIP, "may not be set to 'None' for NodePort services")
  }
}

function validateTraffic(spec: ServiceSpec, errors: FieldErrors): void {
  const { externalTrafficPolicy, internalTrafficPolicy, type, externalIPs } = spec
  const isExternal =
    type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && Boolean(externalIPs?.length))
  if (externalTrafficPolicy && !isExternal) {
    const detail = 'may only be set for externally-accessible services'
    errors.invalid('spec.externalTrafficPolicy', externalTrafficPolicy, detail)
  } else if (externalTrafficPolicy && !policies.includes(externalTrafficPolicy)) {
    errors.notSupported('spec.externalTrafficPolicy', externalTrafficPolicy, policies)
  }
  if (internalTrafficPolicy && !policies.includes(internalTrafficPolicy)) {
    errors.notSupported('spec.internalTrafficPolicy', internalTrafficPolicy, policies)
  }
  if (type !== 'LoadBalancer') {
    for (const name of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'] as const) {
      if (spec[name] !== undefined) errors.forbidden(`spec.${name}`, "may only be used when `type` is 'LoadBalancer'")
    }
  }
}

function validateServicePorts(spec: ServiceSpec, isHeadless: boolean, errors: FieldErrors): void {
  const ports = spec.ports ?? []
  const names = new Set<string>()
  const numbers = new Set<string>()
  for (const [i, port] of ports.entries()) {
    const at = `spec.ports[${i}]`
    validateServicePort(port, at, ports.length > 1, isHeadless, errors)
    if (port.name && names.has(port.name)) errors.duplicate(`${at}.name`, port.name)
    if (port.name) names.add(port.name)
    const pair = `${port.protocol}/${port.port}`
    if (numbers.has(pair)) errors.duplicate(at, { protocol: port.protocol, port: port.port })
    numbers.add(pair)
    if (port.nodePort && (spec.type === 'ClusterIP' || spec.type === 'ExternalName')) {
      errors.forbidden(`${at}.nodePort`, `may not be used when \`type\` is '${spec.type}'`)
    }
  }
}

function validateServicePort(
  port: ServicePort,
  at: string,
  needsName: boolean,
  isHeadless: boolean,
  errors: FieldErrors,
): void {
  if (needsName && !port.name) errors.required(`${at}.name`)
  else if (port.name) errors.invalidAll(`${at}.name`, port.name, dnsLabel(port.name))
  errors.invalidAll(`${at}.port`, port.port, portNumber(port.port))
  errors.oneOf(`${at}.protocol`, port.protocol, protocols)
  if (port.targetPort !== undefined) validatePort(port.targetPort, `${at}.targetPort`, errors)
  if (isHeadless && typeof port.targetPort === 'number' && port.targetPort !== port.port && port.nodePort) {
    errors.invalid(`${at}.port`, port.port, "must be equal to the value of 'targetPort' when clusterIP = None")
  }
  if (port.nodePort) errors.invalidAll(`${at}.nodePort`, port.nodePort, inRange(port.nodePort, 0, 65_535))
}

export function validateServiceUpdate(service: Service, current: Service, errors: FieldErrors): void {
  const [now, before] = [service.spec?.clusterIP, current.spec?.clusterIP]
  const keepsAddress = service.spec?.type !== 'ExternalName' && current.spec?.type !== 'ExternalName'
  if (keepsAddress && before && now !== before)
    errors.invalid('spec.clusterIPs[0]', now ?? '', 'may not change once set')
}

const addressRules: Record<string, (address: string) => string[]> = {
  IPv4: (address) => (isIpv4(address) ? [] : ['must be an IPv4 address']),
  IPv6: (address) => (isIpv6(address) ? [] : ['must be an IPv6 address']),
  FQDN: dnsSubdomain,
}

export function validateEndpointSlice(slice: EndpointSlice, errors: FieldErrors): void {
  const rule = addressRules[slice.addressType]
  if (!slice.addressType) errors.required('addressType')
  else if (!rule) errors.notSupported('addressType', slice.addressType, Object.keys(addressRules))
  const endpoints = slice.endpoints ?? []
  if (endpoints.length > 1000) errors.tooMany('endpoints', endpoints.length, 1000)
  for (const [i, endpoint] of endpoints.entries()) validateEndpoint(endpoint, `endpoints[${i}]`, rule, errors)
  const ports = slice.ports ?? []
  if (ports.length > 20_000) errors.tooMany('ports', ports.length, 20_000)
  const names = new Set<string>()
  for (const [i, port] of ports.entries()) {
    const name = port.name ?? ''
    if (name !== '') errors.invalidAll(`ports[${i}].name`, name, dnsLabel(name))
    if (names.has(name)) errors.duplicate(`ports[${i}].name`, name)
    names.add(name)
    errors.oneOf(`ports[${i}].protocol`, port.protocol, protocols)
  }
}

function validateEndpoint(
  endpoint: Endpoint,
  at: string,
  rule: ((address: string) => string[]) | undefined,
  errors: FieldErrors,
): void {
  const addresses = endpoint.addresses ?? []
  if (addresses.length === 0) errors.required(`${at}.addresses`, 'must contain at least 1 address')
  if (addresses.length > 100) errors.tooMany(`${at}.addresses`, addresses.length, 100)
  for (const [j, address] of addresses.entries()) {
    errors.invalidAll(`${at}.addresses[${j}]`, address, rule?.(address) ?? [])
  }
  if (endpoint.hostname) errors.invalidAll(`${at}.hostname`, endpoint.hostname, dnsLabel(endpoint.hostname))
}
