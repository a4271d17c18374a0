import { containerdHeaders, type RuntimeConnection } from '../runtime/connection.ts'
import type {
  Info,
  Status,
} from '../runtime/generated/github.com/containerd/containerd/api/services/content/v1/content_pb.ts'
import { parseReference } from './reference.ts'

/** Of an image's layers, compressed as the registry has them. */
export interface PullProgress {
  receivedBytes: number
  totalBytes: number
}

/** The part of an OCI image manifest that is read here. */
export interface ImageManifest {
  layers?: { digest: string; size: number }[]
}

const callTimeoutMs = 5000
const maxManifestBytes = 4 << 20
const sourceLabel = 'containerd.io/distribution.source.'
/** Only manifests have it. */
const configLabel = 'containerd.io/gc.ref.content.config'

/**
 * How far the pull of an image is, as containerd's content store has it: what it fetches now, and the manifest that
 * says how much that will be. Undefined before the manifest is there, after the last layer, and with other runtimes.
 */
export async function readPullProgress(
  { content }: RuntimeConnection,
  image: string,
): Promise<PullProgress | undefined> {
  const reference = parseReference(image)
  if (!reference) return undefined
  const options = { headers: containerdHeaders, timeoutMs: callTimeoutMs }
  const { statuses } = await content.listStatuses({}, options)
  if (statuses.length === 0) return undefined
  // containerd 1.7 leaves the port out.
  const label = `${sourceLabel}${reference.host.replace(/:\d+$/, '')}`
  const infos: Info[] = []
  for await (const { info } of content.list({ filters: [`labels."${label}"`] }, options)) infos.push(...info)
  const complete = new Set(infos.map(({ digest }) => digest))
  for (const { digest, size, labels } of infos) {
    const isManifest = labels[configLabel] !== undefined && size <= maxManifestBytes
    if (!isManifest || !labels[label]?.split(',').includes(reference.repository)) continue
    const parts: Uint8Array[] = []
    for await (const { data } of content.read({ digest }, options)) parts.push(data)
    const manifest = JSON.parse(Buffer.concat(parts).toString('utf8')) as ImageManifest
    const isFetched = manifest.layers?.some((layer) => statuses.some(({ ref }) => ref === layerRef(layer.digest)))
    if (isFetched) return pullProgress(manifest, complete, statuses)
  }
  return undefined
}

const layerRef = (digest: string) => `layer-${digest}`

/** Pure: from the manifest, what is complete (digests), and what is on its way. */
export function pullProgress(
  { layers = [] }: ImageManifest,
  complete: ReadonlySet<string>,
  onTheirWay: readonly Pick<Status, 'ref' | 'offset'>[],
): PullProgress {
  let [receivedBytes, totalBytes] = [0, 0]
  for (const { digest, size } of layers) {
    totalBytes += size
    if (complete.has(digest)) receivedBytes += size
    else receivedBytes += Number(onTheirWay.find(({ ref }) => ref === layerRef(digest))?.offset ?? 0n)
  }
  return { receivedBytes, totalBytes }
}

/** `12.3 MB of 120.4 MB`. */
export function progressText({ receivedBytes, totalBytes }: PullProgress): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  return `${megabytes(receivedBytes)} of ${megabytes(totalBytes)}`
}
