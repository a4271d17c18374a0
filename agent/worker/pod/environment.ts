import type { ConfigMap, Container, Pod, Secret, Service } from '../../../api/schema/generated/types/core-v1.ts'
import { expand } from './expansion.ts'
import { type FieldContext, FieldError, fieldValue, resourceValue } from './fields.ts'

/** Objects that a container's environment may name; undefined where there is none of that name. */
export interface EnvironmentSources {
  configMaps: ReadonlyMap<string, ConfigMap | undefined>
  secrets: ReadonlyMap<string, Secret | undefined>
  /** Services of the pod's namespace, and `kubernetes` of the default namespace. */
  services: readonly Service[]
  fields: FieldContext
}

/** What a pod's environment asks for and is not there: CreateContainerConfigError. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/** Names of the objects to be read before `containerEnvironment`. */
export function environmentReferences(container: Container): { configMaps: Set<string>; secrets: Set<string> } {
  const configMaps = new Set<string>()
  const secrets = new Set<string>()
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef?.name) configMaps.add(configMapRef.name)
    if (secretRef?.name) secrets.add(secretRef.name)
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef?.name) configMaps.add(valueFrom.configMapKeyRef.name)
    if (valueFrom?.secretKeyRef?.name) secrets.add(valueFrom.secretKeyRef.name)
  }
  return { configMaps, secrets }
}

/** A container's variables in order. Upstream: makeEnvironmentVariables. */
export function containerEnvironment(pod: Pod, container: Container, sources: EnvironmentSources): Map<string, string> {
  const services = serviceVariables(pod, sources.services)
  const result = new Map<string, string>()
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data = configMapRef
      ? wanted(sources.configMaps.get(configMapRef.name ?? ''), configMapRef, 'configmap')?.data
      : secretRef && decoded(wanted(sources.secrets.get(secretRef.name ?? ''), secretRef, 'secret'))
    for (const [key, value] of Object.entries(data ?? {})) result.set(`${prefix}${key}`, value)
  }
  // Variables may refer to earlier ones and to those of services.
  const known = new Map([...services, ...result])
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = valueFrom
      ? referredValue(pod, container, valueFrom, sources)
      : value === undefined
        ? ''
        : expand(value, known)
    if (text === undefined) continue
    result.set(name, text)
    known.set(name, text)
  }
  for (const [name, value] of services) if (!result.has(name)) result.set(name, value)
  return result
}

function referredValue(
  pod: Pod,
  container: Container,
  from: NonNullable<NonNullable<Container['env']>[number]['valueFrom']>,
  sources: EnvironmentSources,
): string | undefined {
  const namespace = pod.metadata!.namespace
  try {
    if (from.fieldRef) return fieldValue(pod, from.fieldRef.fieldPath, sources.fields)
    if (from.resourceFieldRef) return resourceValue(pod, container, from.resourceFieldRef, sources.fields)
  } catch (error) {
    if (error instanceof FieldError) throw new EnvironmentError(error.message)
    throw error
  }
  const { configMapKeyRef: fromMap, secretKeyRef: fromSecret } = from
  if (fromMap) {
    const map = wanted(sources.configMaps.get(fromMap.name ?? ''), fromMap, 'configmap')
    const value = map?.data?.[fromMap.key]
    if (value === undefined && !fromMap.optional) {
      throw new EnvironmentError(`couldn't find key ${fromMap.key} in ConfigMap ${namespace}/${fromMap.name}`)
    }
    return value
  }
  if (fromSecret) {
    const value = decoded(wanted(sources.secrets.get(fromSecret.name ?? ''), fromSecret, 'secret'))?.[fromSecret.key]
    if (value === undefined && !fromSecret.optional) {
      throw new EnvironmentError(`couldn't find key ${fromSecret.key} in Secret ${namespace}/${fromSecret.name}`)
    }
    return value
  }
  throw new EnvironmentError('a variable has a valueFrom of a kind that is not supported yet')
}

function wanted<T>(object: T | undefined, ref: { name?: string; optional?: boolean }, kind: string): T | undefined {
  if (object === undefined && !ref.optional) throw new EnvironmentError(`${kind} "${ref.name}" not found`)
  return object
}

function decoded(secret: Secret | undefined): Record<string, string> | undefined {
  if (!secret?.data) return undefined
  const entries = Object.entries(secret.data as Record<string, string>)
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]))
}

/** `{SVC}_SERVICE_HOST` and the rest, as Docker links had them. Upstream: envvars.FromServices. */
function serviceVariables(pod: Pod, services: readonly Service[]): Map<string, string> {
  const result = new Map<string, string>()
  const isOwn = (service: Service) =>
    service.metadata?.namespace === pod.metadata!.namespace && pod.spec!.enableServiceLinks !== false
  const isApi = ({ metadata }: Service) => metadata?.namespace === 'default' && metadata.name === 'kubernetes'
  for (const service of services) {
    const { clusterIP, ports = [] } = service.spec ?? {}
    if (!clusterIP || clusterIP === 'None' || !ports[0] || !(isOwn(service) || isApi(service))) continue
    const prefix = service.metadata!.name!.toUpperCase().replaceAll('-', '_')
    const host = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP
    result.set(`${prefix}_SERVICE_HOST`, clusterIP)
    result.set(`${prefix}_SERVICE_PORT`, String(ports[0].port))
    for (const { name, port } of ports) {
      if (name) result.set(`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`, String(port))
    }
    const url = ({ port, protocol = 'TCP' }: (typeof ports)[number]) => `${protocol.toLowerCase()}://${host}:${port}`
    result.set(`${prefix}_PORT`, url(ports[0]))
    for (const entry of ports) {
      const protocol = entry.protocol ?? 'TCP'
      const key = `${prefix}_PORT_${entry.port}_${protocol}`
      result.set(key, url(entry))
      result.set(`${key}_PROTO`, protocol.toLowerCase())
      result.set(`${key}_PORT`, String(entry.port))
      result.set(`${key}_ADDR`, clusterIP)
    }
  }
  return result
}
