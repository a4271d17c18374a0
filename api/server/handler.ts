import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import type { Authenticator } from '../auth/authenticator.ts'
import { type Attributes, type Authorizer, forbiddenText } from '../auth/authorizer.ts'
import { impersonated } from '../auth/impersonation.ts'
import { ApiError } from '../client/client.ts'
import type { LocalApi } from '../client/local-api.ts'
import type { ResourceDefinition, UserInfo } from '../resource/definition.ts'
import { methodNotAllowed, toApiError } from '../resource/status.ts'
import { Call } from './call.ts'
import { type HealthCheck, healthResponse } from './health.ts'
import type { InFlight } from './in-flight.ts'
import type { Metrics } from './metrics.ts'
import type { PodStreams } from './pod-streams.ts'
import { getVerb, listVerb, watchVerb } from './read-verbs.ts'
import { parseRequest, type RequestInfo } from './request-info.ts'
import { errorResponse, objectResponse, textResponse } from './respond.ts'
import { isStreaming, subresourceVerb } from './subresource-verbs.ts'
import type { VersionInfo } from './version.ts'
import { virtualResource } from './virtual-resources.ts'
import { createVerb, deleteCollectionVerb, deleteVerb, patchVerb, updateVerb } from './write-verbs.ts'

/** Answers paths that are neither resources nor the server's own, e.g. discovery and /openapi; undefined: not its. */
export type DocumentHandler = (path: string, call: Call) => Response | Promise<Response> | undefined

/** What requests are served with. */
export interface Serving {
  api: LocalApi
  authenticator: Authenticator
  authorizer: Authorizer
  podStreams: PodStreams
  clock: Clock
  log: Logger
  inFlight: InFlight
  metrics: Metrics
  healthChecks: HealthCheck[]
  version: VersionInfo
  documents: DocumentHandler
}

const writing = new Set(['create', 'update', 'patch', 'delete', 'deletecollection'])

/** The pipeline of one request: authenticate, authorize, bound, answer; every refusal becomes a Status. */
export class Handler {
  readonly serving: Serving

  constructor(serving: Serving) {
    this.serving = serving
  }

  async handle(request: Request, certificate: UserInfo | undefined): Promise<Response> {
    const { metrics, clock } = this.serving
    const startMs = clock.monotonicMs()
    const { path, query } = splitUrl(request.url)
    const info = parseRequest(request.method, path, query)
    let call: Call | undefined
    let response: Response
    try {
      call = await this.admit(request, info, query, certificate)
      response = await this.#bounded(call)
    } catch (error) {
      response = this.#refusal(call, info, error)
    }
    metrics.observe(info, response.status, (clock.monotonicMs() - startMs) / 1000)
    return response
  }

  /** Authenticates and authorizes. Also for requests that leave HTTP (exec over WebSocket). */
  async admit(
    request: Request,
    info: RequestInfo,
    query: URLSearchParams,
    certificate: UserInfo | undefined,
  ): Promise<Call> {
    const { authenticator, authorizer, clock } = this.serving
    const caller = await authenticator.authenticate(request.headers, certificate)
    const user = impersonated(caller, request.headers, authorizer)
    const attributes: Attributes = { ...info, user }
    const decision = authorizer.authorize(attributes)
    const call = new Call(request, info, query, user, clock.nowMs())
    if (decision.allowed) return call
    if (
      user.name === 'system:anonymous' &&
      !request.headers.has('authorization') &&
      !info.isResource &&
      info.path === '/'
    ) {
      throw new ApiError(403, 'Forbidden', forbiddenText(attributes, ''))
    }
    throw forbiddenError(attributes, decision.reason)
  }

  #refusal(call: Call | undefined, info: RequestInfo, error: unknown): Response {
    const answer = toApiError(error)
    if (answer.code === 500 && answer !== error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.serving.log.error('a request failed', { verb: info.verb, path: info.path, error: text })
    }
    return errorResponse(call, answer)
  }

  async #bounded(call: Call): Promise<Response> {
    const { info } = call
    const stays = info.verb === 'watch' || isStreaming(info)
    const leave = this.serving.inFlight.enter(stays ? 'stream' : writing.has(info.verb) ? 'write' : 'read')
    let isHandedOver = false
    try {
      if (!info.isResource) return await this.#answerPath(call)
      const response = await this.#answerResource(call, leave)
      isHandedOver = stays && response.ok
      return response
    } finally {
      if (!isHandedOver) leave()
    }
  }

  async #answerPath(call: Call): Promise<Response> {
    const { path } = call.info
    const { serving } = this
    if (path === '/version' || path === '/version/') return objectResponse(call, serving.version)
    if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return healthResponse(path, call.query, serving.healthChecks)
    if (path === '/metrics')
      return textResponse(serving.metrics.text(), 200, 'text/plain; version=0.0.4; charset=utf-8')
    const document = await serving.documents(path, call)
    return document ?? notFoundPath()
  }

  async #answerResource(call: Call, leave: () => void): Promise<Response> {
    const { info } = call
    const { registry } = this.serving.api
    const definition = registry.find(info.group, info.version, info.resource)
    if (!definition) return (await virtualResource(this.serving, call)) ?? notFoundPath()
    if (info.subresource !== '') return await subresourceVerb(this.serving, call, definition, leave)
    refuseWrongScope(definition, info)
    switch (info.verb) {
      case 'get':
        return await getVerb(registry, call, definition)
      case 'list':
        return await listVerb(registry, call, definition)
      case 'watch':
        return await watchVerb(registry, call, definition, leave)
      case 'create':
        if (info.name !== '') throw methodNotAllowed(definition, 'create')
        return await createVerb(registry, call, definition)
      case 'update':
        return await updateVerb(registry, call, definition)
      case 'patch':
        return await patchVerb(registry, call, definition)
      case 'delete':
        return await deleteVerb(registry, call, definition)
      case 'deletecollection':
        return await deleteCollectionVerb(registry, call, definition)
      default:
        throw methodNotAllowed(definition, info.verb)
    }
  }
}

function refuseWrongScope(definition: ResourceDefinition, info: RequestInfo): void {
  const isWriteOfOne = info.verb === 'update' || info.verb === 'patch' || info.verb === 'delete'
  if (isWriteOfOne && info.name === '') throw methodNotAllowed(definition, info.verb)
  const needsNamespace = definition.namespaced && info.name !== '' && info.namespace === ''
  const isWrong = needsNamespace && info.verb !== 'list' && info.verb !== 'watch'
  if (isWrong || (!definition.namespaced && definition.resource !== 'namespaces' && info.namespace !== '')) {
    throw new ApiError(404, 'NotFound', 'the server could not find the requested resource')
  }
}

function forbiddenError(attributes: Attributes, reason: string): ApiError {
  const { isResource, group, resource, name } = attributes
  const text = forbiddenText(attributes, reason)
  if (!isResource) return new ApiError(403, 'Forbidden', `forbidden: ${text}`)
  const what = group === '' ? resource : `${resource}.${group}`
  const message = `${what}${name === '' ? '' : ` "${name}"`} is forbidden: ${text}`
  return new ApiError(403, 'Forbidden', message, { name: name || undefined, group: group || undefined, kind: resource })
}

/** As Go's mux answers. */
function notFoundPath(): Response {
  return textResponse('404 page not found\n', 404)
}

/** Shared by all requests that have none: nobody changes a query. */
const noQuery = new URLSearchParams()

function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const mark = url.indexOf('?', start)
  if (start < 0) return { path: '/', query: noQuery }
  if (mark < 0) return { path: url.slice(start), query: noQuery }
  return { path: url.slice(start, mark), query: new URLSearchParams(url.slice(mark + 1)) }
}
