import type { ResourceDefinition } from '../resource/definition.ts'
import { getObject } from '../resource/get.ts'
import type { Registry } from '../resource/registry.ts'
import { badRequest, unavailable } from '../resource/status.ts'
import { endpointslices, pods } from '../schema/generated/resources.ts'
import type { Pod, Service } from '../schema/generated/types/core-v1.ts'
import type { EndpointSlice } from '../schema/generated/types/discovery-v1.ts'
import { podRef } from './log-verb.ts'
import type { PodRef } from './pod-streams.ts'

/** `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`, as the path of a proxy request names what it is for. */
export interface ProxyName {
  isTls: boolean
  name: string
  /** A number, a name, or '': whichever it has. */
  port: string
}

/** Where a proxied request goes: into a pod, by way of its node, or to an address that is no pod's. */
export type ProxyTarget = { isTls: boolean; port: number } & ({ pod: PodRef } | { address: string })

/** Undefined when it is none. Upstream: k8s.io/apimachinery/pkg/util/net.SplitSchemeNamePort. */
export function parseProxyName(id: string): ProxyName | undefined {
  const parts = id.split(':')
  const [scheme, name, port] = parts.length === 3 ? parts : ['', ...parts]
  if (parts.length > 3 || !name || !['', 'http', 'https'].includes(scheme!)) return undefined
  return { isTls: scheme === 'https', name, port: port ?? '' }
}

/** Upstream: ResourceLocation of pkg/registry/core/pod. Throws ApiError. */
export async function podTarget(
  registry: Registry,
  definition: ResourceDefinition,
  namespace: string,
  id: string,
): Promise<ProxyTarget> {
  const parsed = parseProxyName(id)
  if (!parsed) throw badRequest(`invalid pod request ${JSON.stringify(id)}`)
  const { isTls, name } = parsed
  const item = await getObject(registry, definition, namespace, name)
  const pod = item.object as unknown as Pod
  const withPorts = pod.spec?.containers?.find((container) => (container.ports?.length ?? 0) > 0)
  const port = parsed.port === '' ? (withPorts?.ports?.[0]?.containerPort ?? (isTls ? 443 : 80)) : Number(parsed.port)
  if (!isPort(port)) throw badRequest(`invalid pod request ${JSON.stringify(id)}: the port must be a number to 65535`)
  const ref = podRef(pod)
  if (ref.nodeName === '') throw badRequest(`pod ${name} does not have a host assigned`)
  return { isTls, port, pod: ref }
}

/**
 * One of the endpoints that are ready, by `chance` (0 to below 1).
 * Upstream: ResourceLocation of pkg/registry/core/service. Throws ApiError.
 */
export async function serviceTarget(
  registry: Registry,
  definition: ResourceDefinition,
  namespace: string,
  id: string,
  chance: number,
): Promise<ProxyTarget> {
  const parsed = parseProxyName(id)
  if (!parsed) throw badRequest(`invalid service request ${JSON.stringify(id)}`)
  const { isTls, name } = parsed
  const item = await getObject(registry, definition, namespace, name)
  const portName = portNameOf(item.object as unknown as Service, parsed)
  const ready = readyEndpoints(registry, namespace, name, portName)
  const chosen = ready[Math.floor(chance * ready.length)]
  if (!chosen) throw unavailable(`no endpoints available for service ${JSON.stringify(id)}`)
  const { address, port, podName } = chosen
  const pod = podName === undefined ? undefined : registry.view().get(pods, namespace, podName)
  if (pod) return { isTls, port, pod: podRef(pod.object as unknown as Pod) }
  if (isOfThisMachine(address)) throw badRequest('address not allowed')
  return { isTls, port, address }
}

/** A port asked for by number is the one of this name; the only port need not be asked for. */
function portNameOf({ spec }: Service, { name, port }: ProxyName): string {
  const ports = spec?.ports ?? []
  if (port === '' && ports.length === 1) return ports[0]!.name ?? ''
  if (!/^\d+$/.test(port)) return port
  const numbered = ports.find((candidate) => candidate.port === Number(port))
  if (!numbered) throw unavailable(`no service port ${port} found for service ${JSON.stringify(name)}`)
  return numbered.name ?? ''
}

interface ReadyEndpoint {
  address: string
  port: number
  podName: string | undefined
}

function readyEndpoints(registry: Registry, namespace: string, service: string, portName: string): ReadyEndpoint[] {
  const slices = registry.view().list(endpointslices, namespace) as unknown as EndpointSlice[]
  return slices
    .filter((slice) => slice.metadata?.labels?.['kubernetes.io/service-name'] === service)
    .flatMap(({ ports, endpoints }) => {
      const port = ports?.find((candidate) => (candidate.name ?? '') === portName)?.port
      if (port === undefined) return []
      return (endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .flatMap(({ addresses, targetRef }) => {
          const podName = targetRef?.kind === 'Pod' ? targetRef.name : undefined
          return addresses[0] === undefined ? [] : [{ address: addresses[0], port, podName }]
        })
    })
}

/** Upstream: k8s.io/kubernetes/pkg/proxy/util.IsProxyableIP: nobody reaches a node's own ports this way. */
function isOfThisMachine(address: string): boolean {
  return /^(0\.|127\.|169\.254\.|22[4-9]\.|23\d\.|::1?$|::ffff:|fe[89ab][0-9a-f]:|ff)/i.test(address)
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port <= 65_535
}
