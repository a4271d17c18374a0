import { ApiError } from '../client/client.ts'
import type { ResourceDefinition } from '../resource/definition.ts'
import type { Call } from './call.ts'
import type { Serving } from './handler.ts'
import { exchange, type IncomingResponse } from './http-exchange.ts'
import { connectTo } from './proxy-connection.ts'
import { rewriteHtml, rewriteUrl } from './proxy-rewrite.ts'
import { type ProxyTarget, podTarget, serviceTarget } from './proxy-target.ts'
import { namespaceOf } from './read-verbs.ts'

/** Smaller bodies are read whole: their length is known to the client, and their early end a Status. */
const wholeBytes = 128 * 1024

/** Headers that are about one connection. RFC 9110, section 7.6.1. */
const ofTheConnection = [
  ...['connection', 'proxy-connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authenticate', 'proxy-authorization'],
]

/** What the browser may do is the API's to say. Upstream: corsRemovingTransport of apimachinery's proxy. */
const cors = ['allow-credentials', 'allow-headers', 'allow-methods', 'allow-origin'].map(
  (name) => `access-control-${name}`,
)

/**
 * pods/NAME/proxy/PATH and services/NAME/proxy/PATH: the request goes on to the pod, through the mesh where it is on
 * another node. Upstream: UpgradeAwareHandler of k8s.io/apimachinery/pkg/util/proxy.
 */
export async function proxyVerb(
  serving: Serving,
  call: Call,
  definition: ResourceDefinition,
  leave: () => void,
): Promise<Response> {
  const { request } = call
  const place = proxyPlace(request.url)
  const target = await proxyTarget(serving, call, definition)
  if (place.path === '') {
    return new Response(null, { status: 301, headers: { location: `${place.prefix}/${place.search}` } })
  }
  const outgoing = {
    method: request.method,
    target: `${place.path}${place.search}`,
    headers: forwardedHeaders(call, target, place.prefix + place.path),
    body: request.body,
  }
  let incoming: IncomingResponse
  try {
    const stream = await connectTo(serving.podStreams, target)
    incoming = await exchange(stream, outgoing)
    request.signal.addEventListener('abort', () => void incoming.body?.cancel().catch(() => {}), { once: true })
    return await answer(incoming, place.prefix, request, leave)
  } catch (error) {
    throw unreachable(error)
  }
}

export function unreachable(error: unknown): ApiError {
  const why = error instanceof Error ? error.message : String(error)
  return new ApiError(503, 'ServiceUnavailable', `error trying to reach service: ${why}`)
}

export async function proxyTarget(serving: Serving, call: Call, definition: ResourceDefinition): Promise<ProxyTarget> {
  const { registry } = serving.api
  const namespace = namespaceOf(call, definition)
  const { name } = call.info
  if (definition.resource === 'pods') return await podTarget(registry, definition, namespace, name)
  return await serviceTarget(registry, definition, namespace, name, Math.random())
}

/** `prefix` up to and with `/proxy`, the path after it as it came (its escapes and slashes mean something there). */
export function proxyPlace(url: string): { prefix: string; path: string; search: string } {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const mark = url.indexOf('?', start)
  const segments = url.slice(start, mark < 0 ? undefined : mark).split('/')
  // /api/v1/namespaces/NAMESPACE/pods/NAME/proxy
  const prefix = segments.slice(0, 8).join('/')
  const path = segments.length > 8 ? `/${segments.slice(8).join('/')}` : ''
  return { prefix, path, search: mark < 0 ? '' : url.slice(mark) }
}

/** The client's own but its credentials, which are for the API only, and where the request came by. */
export function forwardedHeaders({ request }: Call, target: ProxyTarget, path: string): Headers {
  const headers = new Headers(request.headers)
  const named = (headers.get('connection') ?? '').split(',').map((name) => name.trim())
  for (const name of [...ofTheConnection, 'authorization', 'content-length', 'host']) headers.delete(name)
  for (const name of named) if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) headers.delete(name)
  for (const name of [...headers.keys()]) if (name.startsWith('impersonate-')) headers.delete(name)
  headers.set('host', 'pod' in target ? `${target.pod.name}:${target.port}` : `${target.address}:${target.port}`)
  headers.set('x-forwarded-uri', path)
  headers.set('x-forwarded-proto', 'https')
  const host = request.headers.get('host')
  if (host) headers.set('x-forwarded-host', host)
  return headers
}

async function answer(
  { status, headers, body, sizeBytes }: IncomingResponse,
  prefix: string,
  request: Request,
  leave: () => void,
): Promise<Response> {
  for (const name of [...ofTheConnection, ...cors]) headers.delete(name)
  const host = request.headers.get('host') ?? ''
  const location = headers.get('location')
  if (location !== null) headers.set('location', rewriteUrl(location, prefix, host))
  if (!body) {
    leave()
    return new Response(null, { status, headers })
  }
  headers.delete('content-length')
  if (sizeBytes !== undefined && sizeBytes <= wholeBytes) {
    const bytes = await new Response(body).bytes()
    leave()
    return rewriteHtml(new Response(bytes, { status, headers }), prefix, host)
  }
  return rewriteHtml(new Response(endTold(body, leave), { status, headers }), prefix, host)
}

/** `over` is called once, however it ends. */
function endTold(source: ReadableStream<Uint8Array>, over: () => void): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) {
            controller.enqueue(value)
            return
          }
          over()
          controller.close()
        } catch (error) {
          over()
          controller.error(error)
        }
      },
      async cancel() {
        over()
        await reader.cancel()
      },
    },
    { highWaterMark: 0 },
  )
}
