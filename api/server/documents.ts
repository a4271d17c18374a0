import type { ServiceAccountTokens } from '../auth/service-account-tokens.ts'
import {
  aggregatedDiscovery,
  aggregatedMediaType,
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  wantsAggregated,
} from '../discovery/discovery.ts'
import { openApiDocument, openApiIndex } from '../discovery/openapi.ts'
import { openApiV2Document, openApiV2MediaType } from '../discovery/openapi-v2.ts'
import { resourcesServed } from '../schema/resource.ts'
import type { Call } from './call.ts'
import type { DocumentHandler } from './handler.ts'
import { objectResponse } from './respond.ts'

/** Discovery, OpenAPI, and the keys that service account tokens are verified with. */
export function documentHandler(tokens: ServiceAccountTokens, serverAddress: string, build: string): DocumentHandler {
  const openApi = new OpenApiDocuments(build)
  return (path, call) => {
    const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
    if (trimmed === '/') return objectResponse(call, { paths: rootPaths() })
    const parts = trimmed.split('/').slice(1)
    if (parts[0] === 'api' || parts[0] === 'apis') return discovery(call, parts, serverAddress)
    if (trimmed.startsWith('/openapi/v3')) return openApi.respond(call, parts.slice(2))
    if (trimmed === '/openapi/v2') {
      const document = openApiV2Document(resourcesServed()) as Buffer<ArrayBuffer>
      return new Response(document, { headers: { 'content-type': openApiV2MediaType } })
    }
    if (trimmed === '/openid/v1/jwks') return tokens.jwks().then((keys) => objectResponse(call, keys))
    if (trimmed === '/.well-known/openid-configuration') return objectResponse(call, openIdConfiguration(tokens.issuer))
    return undefined
  }
}

function openIdConfiguration(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  }
}

function rootPaths(): string[] {
  const groupVersions = new Set(
    resourcesServed().map((r) => (r.group === '' ? '/api/v1' : `/apis/${r.group}/${r.version}`)),
  )
  const groups = new Set(resourcesServed().flatMap((r) => (r.group === '' ? [] : [`/apis/${r.group}`])))
  const own = ['/healthz', '/livez', '/metrics', '/openapi/v2', '/openapi/v3', '/readyz', '/version']
  return ['/api', '/apis', ...groupVersions, ...groups, ...own].sort()
}

function discovery(call: Call, parts: string[], serverAddress: string): Response | undefined {
  const resources = resourcesServed()
  const [root, first, second] = parts
  const isCore = root === 'api'
  if (first === undefined) {
    if (wantsAggregated(call.request.headers.get('accept') ?? '')) {
      const response = Response.json(aggregatedDiscovery(resources, isCore))
      response.headers.set('content-type', aggregatedMediaType)
      response.headers.set('vary', 'Accept')
      return response
    }
    return objectResponse(call, isCore ? apiVersions(serverAddress) : apiGroupList(resources))
  }
  const version = isCore ? first : second
  const document =
    version === undefined ? apiGroup(resources, first) : apiResourceList(resources, isCore ? '' : first, version)
  return document && objectResponse(call, document)
}

/** The documents of all group-versions: made when first asked for, kept compressed. */
class OpenApiDocuments {
  #build: string
  #compressed = new Map<string, Uint8Array<ArrayBuffer>>()

  constructor(build: string) {
    this.#build = build
  }

  respond(call: Call, parts: string[]): Response | undefined {
    if (parts.length === 0) return Response.json(openApiIndex(resourcesServed(), this.#build))
    const isCore = parts[0] === 'api'
    const [group, version] = isCore ? ['', parts[1]] : [parts[1], parts[2]]
    if (group === undefined || version === undefined) return undefined
    const compressed = this.#document(group, version)
    if (!compressed) return undefined
    const headers = new Headers({ 'content-type': 'application/json', vary: 'Accept' })
    if (call.query.get('hash') === this.#build) headers.set('cache-control', 'public, immutable, max-age=31536000')
    if (!call.acceptsGzip) return new Response(Bun.gunzipSync(compressed), { headers })
    headers.set('content-encoding', 'gzip')
    return new Response(compressed, { headers })
  }

  #document(group: string, version: string): Uint8Array<ArrayBuffer> | undefined {
    const key = `${group}/${version}`
    const known = this.#compressed.get(key)
    if (known) return known
    const document = openApiDocument(resourcesServed(), group, version)
    if (!document) return undefined
    const compressed = Bun.gzipSync(JSON.stringify(document), { level: 6 })
    this.#compressed.set(key, compressed)
    return compressed
  }
}
