import type { Container, Pod, ResourceFieldSelector } from '../../../api/schema/generated/types/core-v1.ts'
import { parseQuantity } from '../../../api/schema/quantity.ts'
import { allContainers } from './state.ts'

/** What the downward API may tell beside the object itself. */
export interface FieldContext {
  hostIPs: readonly string[]
  podIPs: readonly string[]
  /** The node's allocatable resources: what an absent limit stands for. */
  allocatable: Readonly<Record<string, string>>
}

/** A field that a pod asks for and that does not exist. */
export class FieldError extends Error {
  override readonly name = 'FieldError'
}

/** `metadata.labels['app']` and so on. Upstream: ExtractFieldPathAsString and podFieldSelectorRuntimeValue. */
export function fieldValue(pod: Pod, path: string, context: FieldContext): string {
  const { metadata = {}, spec } = pod
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path)
  if (keyed) return metadata[keyed[1] as 'labels' | 'annotations']?.[keyed[2]!] ?? ''
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? ''
    case 'metadata.namespace':
      return metadata.namespace ?? ''
    case 'metadata.uid':
      return metadata.uid ?? ''
    case 'metadata.labels':
      return formatMap(metadata.labels)
    case 'metadata.annotations':
      return formatMap(metadata.annotations)
    case 'spec.nodeName':
      return spec?.nodeName ?? ''
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? 'default'
    case 'status.hostIP':
      return context.hostIPs[0] ?? ''
    case 'status.hostIPs':
      return context.hostIPs.join(',')
    case 'status.podIP':
      return context.podIPs[0] ?? ''
    case 'status.podIPs':
      return context.podIPs.join(',')
    default:
      throw new FieldError(`unsupported fieldPath: ${path}`)
  }
}

function formatMap(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map((key) => `${key}=${JSON.stringify(map[key])}`)
    .join('\n')
}

/** `limits.cpu` and so on, divided and rounded up. Upstream: ExtractContainerResourceValue. */
export function resourceValue(pod: Pod, own: Container, ref: ResourceFieldSelector, context: FieldContext): string {
  const container = ref.containerName ? allContainers(pod).find(({ name }) => name === ref.containerName) : own
  if (!container) throw new FieldError(`container ${ref.containerName} not found`)
  const match = /^(limits|requests)\.(.+)$/.exec(ref.resource)
  if (!match) throw new FieldError(`unsupported container resource: ${ref.resource}`)
  const [, kind, resource = ''] = match
  const { limits = {}, requests = {} } = container.resources ?? {}
  const text =
    kind === 'limits' ? (limits[resource] ?? context.allocatable[resource]) : (requests[resource] ?? limits[resource])
  const value = parseQuantity(text ?? '0')?.nanos ?? 0n
  const divisor = parseQuantity(ref.divisor || '1')?.nanos || 1_000_000_000n
  return String((value + (divisor === 0n ? 1n : divisor) - 1n) / (divisor === 0n ? 1n : divisor))
}
