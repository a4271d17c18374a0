import type { Server, ServerWebSocket, WebSocketHandler } from 'bun'
import { forbiddenText } from '../auth/authorizer.ts'
import { ApiError } from '../client/client.ts'
import { badRequest, notFound, toApiError } from '../resource/status.ts'
import type { Call } from './call.ts'
import type { CertificateUser } from './certificate-user.ts'
import { ChannelSession, channelProtocols, RefusedSession } from './channel-session.ts'
import type { Handler } from './handler.ts'
import { PortForwardSession, portForwardProtocol } from './port-forward-session.ts'
import { watchVerb } from './read-verbs.ts'
import { parseRequest } from './request-info.ts'
import { errorResponse } from './respond.ts'
import { execOptions, streamTarget } from './stream-target.ts'
import { WatchSession } from './watch-session.ts'

/** What a WebSocket is for. Its methods are called in order; `close` once. */
export interface StreamSession {
  open(socket: ServerWebSocket<StreamSocket>): void
  message(socket: ServerWebSocket<StreamSocket>, data: Buffer): void
  drain(socket: ServerWebSocket<StreamSocket>): void
  close(): void
}

export interface StreamSocket {
  session: StreamSession
  leave(): void
}

export const streamSocketHandler: WebSocketHandler<StreamSocket> = {
  // Clients that wait for a quiet process are no less alive.
  idleTimeout: 0,
  sendPings: true,
  perMessageDeflate: false,
  maxPayloadLength: 4 * 1024 * 1024,
  backpressureLimit: 16 * 1024 * 1024,
  open: (socket) => socket.data.session.open(socket),
  message: (socket, message) => {
    socket.data.session.message(socket, typeof message === 'string' ? Buffer.from(message) : message)
  },
  drain: (socket) => socket.data.session.drain(socket),
  close(socket) {
    socket.data.session.close()
    socket.data.leave()
  },
}

/** Authenticates, authorizes, starts the session, and only then leaves HTTP: what is refused comes as a Status. */
export async function upgradeRequest(
  handler: Handler,
  request: Request,
  user: CertificateUser | undefined,
  server: Server<StreamSocket>,
): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url)
  const info = parseRequest(request.method, pathname, searchParams)
  let call: Call | undefined
  let leave = () => {}
  try {
    call = await handler.admit(request, info, searchParams, user)
    leave = handler.serving.inFlight.enter('stream')
    const { session, protocol } = await startSession(handler, call)
    const headers = new Headers(protocol ? { 'sec-websocket-protocol': protocol } : {})
    if (server.upgrade(request, { headers, data: { session, leave } })) return undefined
    session.close()
    throw badRequest('the WebSocket upgrade failed: a header of the handshake is missing')
  } catch (error) {
    leave()
    const answer = toApiError(error)
    if (answer.code === 500 && answer !== error) {
      handler.serving.log.error('an upgrade failed', { path: info.path, error: String(error) })
    }
    return errorResponse(call, answer)
  }
}

async function startSession(handler: Handler, call: Call): Promise<{ session: StreamSession; protocol?: string }> {
  const { serving } = handler
  const { info, query } = call
  const offered = (call.request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim())
  if (info.verb === 'watch') return { session: await watchSession(handler, call) }
  if (info.subresource === 'proxy') throw badRequest('a WebSocket to a proxy must be the first request of a connection')
  const { definition, pod, ref } = await streamTarget(handler.serving, call)
  requireCreate(handler, call)
  if (info.subresource === 'portforward') {
    const protocol = choose([portForwardProtocol], offered)
    return { session: new PortForwardSession((port) => serving.podStreams.portForward(ref, port)), protocol }
  }
  const protocol = choose(channelProtocols, offered)
  const options = execOptions(query, pod)
  const start = () => {
    if (info.subresource === 'attach') return serving.podStreams.attach(ref, options)
    if (info.subresource === 'exec')
      return serving.podStreams.exec(ref, { ...options, command: query.getAll('command') })
    throw notFound({ ...definition, resource: `pods/${info.subresource}` }, info.name)
  }
  if (info.subresource === 'exec' && !query.has('command')) {
    throw badRequest('you must specify at least one command for the container')
  }
  try {
    return { session: new ChannelSession(await start()), protocol }
  } catch (error) {
    // Told over the WebSocket: a refused upgrade would make kubectl try again over SPDY and hide the reason.
    return { session: new RefusedSession(toApiError(error)), protocol }
  }
}

/** The events of JSON, whatever the client accepts: browsers cannot say. */
async function watchSession({ serving }: Handler, call: Call): Promise<WatchSession> {
  const { registry } = serving.api
  const { group, version, resource } = call.info
  const definition = registry.find(group, version, resource)
  if (!definition) throw new ApiError(404, 'NotFound', 'the server could not find the requested resource')
  if (call.format.mediaType === 'protobuf') throw badRequest('a watch over a WebSocket tells its events as JSON')
  // The socket's end is the watch's: it is counted there.
  const { body } = await watchVerb(registry, call, definition, () => {})
  return new WatchSession(body!)
}

/** A WebSocket begins with GET, but running something in a pod needs `create`, as since Kubernetes 1.35. */
function requireCreate({ serving }: Handler, call: Call): void {
  const attributes = { ...call.info, user: call.user, verb: 'create' }
  const decision = serving.authorizer.authorize(attributes)
  if (decision.allowed) return
  const text = `pods "${call.info.name}" is forbidden: ${forbiddenText(attributes, decision.reason)}`
  throw new ApiError(403, 'Forbidden', text, { name: call.info.name, kind: 'pods' })
}

function choose(known: readonly string[], offered: readonly string[]): string {
  const chosen = known.find((name) => offered.includes(name))
  if (chosen) return chosen
  throw badRequest(
    `none of the subprotocols is supported (${offered.join(', ') || 'none offered'}): use ${known.join(' or ')}`,
  )
}
