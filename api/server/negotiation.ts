import { ApiError } from '../client/client.ts'

export type MediaType = 'json' | 'yaml' | 'protobuf'

/** What the client wants to get: the encoding, and the objects as they are, as a Table, or only their metadata. */
export interface Format {
  mediaType: MediaType
  as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
}

const mediaTypes: Record<string, MediaType> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  'application/*': 'json',
  '*/*': 'json',
}

export const contentTypes: Record<MediaType, string> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
}

const asJson: Format = { mediaType: 'json' }

/**
 * The first of the accepted types we can give, by preference. Tables and metadata come as JSON only: a client that
 * asks for them in protobuf names JSON next. Throws ApiError 406 when there is none.
 */
export function negotiate(accept: string | null): Format {
  if (!accept || accept === '*/*' || accept === 'application/json') return asJson
  const wanted = accept
    .split(',')
    .map((part) => parseClause(part))
    .sort((a, b) => b.quality - a.quality)
  for (const { type, parameters } of wanted) {
    const mediaType = mediaTypes[type]
    if (!mediaType) continue
    const as = parameters.get('as')
    if (as === undefined) return { mediaType }
    const isKnown = as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList'
    const isMeta = parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1'
    if (isKnown && isMeta && mediaType !== 'protobuf') return { mediaType, as }
  }
  throw new ApiError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${Object.values(contentTypes).join(', ')}`,
  )
}

function parseClause(text: string): { type: string; parameters: Map<string, string>; quality: number } {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const at = part.indexOf('=')
      return at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()]
    }),
  )
  const quality = Number(parameters.get('q') ?? '1')
  return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 0 }
}
