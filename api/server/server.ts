import type { Server } from 'bun'
import { Elysia } from 'elysia'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { defaultTolerations } from '../admission/default-tolerations.ts'
import { notEnforced } from '../admission/not-enforced.ts'
import { podPriority } from '../admission/pod-priority.ts'
import { rbacEscalation } from '../admission/rbac-escalation.ts'
import { serviceAccountAdmission } from '../admission/service-account.ts'
import { Authenticator, staticTokens } from '../auth/authenticator.ts'
import { BootstrapTokens } from '../auth/bootstrap-tokens.ts'
import { RbacAuthorizer } from '../auth/rbac.ts'
import { rbacSource } from '../auth/rbac-source.ts'
import { type ServiceAccountKey, ServiceAccountTokens } from '../auth/service-account-tokens.ts'
import { requestToken } from '../auth/token-request.ts'
import type { LocalApi } from '../client/local-api.ts'
import type { UserInfo } from '../resource/definition.ts'
import { Backends } from './backends.ts'
import { maxBodyBytes } from './body.ts'
import type { CertificateUser } from './certificate-user.ts'
import { documentHandler } from './documents.ts'
import { Handler, type Serving } from './handler.ts'
import type { HealthCheck } from './health.ts'
import { InFlight } from './in-flight.ts'
import { Metrics } from './metrics.ts'
import type { PodStreams } from './pod-streams.ts'
import { upgradeProxied } from './proxy-upgrade.ts'
import { isProxied } from './request-head.ts'
import { upgradeToSpdy } from './spdy-upgrade.ts'
import { type ServingCertificate, TlsFront, type TlsFrontOptions } from './tls-front.ts'
import { type VersionInfo, versionInfo } from './version.ts'
import { type StreamSocket, streamSocketHandler, upgradeRequest } from './web-socket.ts'

export interface ApiServerOptions {
  /** From `startLocalApi`; stays the caller's to stop. */
  api: LocalApi
  clock: Clock
  log: Logger
  listen: { host: string; port: number }[]
  serving: ServingCertificate
  /** Authorities whose client certificates are believed, PEM. */
  clientAuthorities: string[]
  serviceAccountKeys: readonly ServiceAccountKey[]
  /** `iss` of tokens and the audience of this API. Default `https://kubernetes.default.svc.cluster.local`. */
  issuer?: string
  podStreams: PodStreams
  /** Pods need a service account and get its token. Default true; needs the ServiceAccount controller. */
  serviceAccountAdmission?: boolean
  /** For the unix sockets behind the TLS front: short, on a local file system, made with mode 0700. */
  socketDirectory: string
  /** Beside `ping`. */
  healthChecks?: HealthCheck[]
  /** Fixed bearer tokens, for bootstrap. */
  tokens?: Map<string, UserInfo>
  version?: VersionInfo
  maxConnections?: number
}

export interface ApiServer {
  /** In the order of `listen`: useful when a port was 0. */
  ports: number[]
  metrics: Metrics
  /** One request without a socket, as this caller (of a client certificate; undefined: none). */
  handle(request: Request, user: UserInfo | undefined): Promise<Response>
  /** Another certificate for connections from now on; open ones go on. Throws when it is damaged. */
  serve(serving: ServingCertificate): void
  stop(): Promise<void>
}

const maxBackends = 256

/** Serves Kubernetes' API over TLS on all the addresses; rejects when one of them cannot be listened on. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const handler = new Handler(servingOf(options))
  const app = elysiaApp(handler)
  const makeServer = (path: string, user: CertificateUser | undefined) => serveUnix(app, handler, path, user)
  const backends = new Backends(options.socketDirectory, maxBackends, makeServer)
  const fronts: TlsFront[] = []
  const stop = async () => {
    for (const front of fronts) front.stop()
    await backends.stop()
  }
  try {
    for (const { host, port } of options.listen) {
      const { serving, clientAuthorities, clock, log, maxConnections = 16_384 } = options
      const upgrade: TlsFrontOptions['upgrade'] = (head, user, transport) =>
        (isProxied(head) ? upgradeProxied : upgradeToSpdy)(handler, head, user, transport)
      const backendFor = (user: CertificateUser | undefined) => backends.acquire(user)
      const front = { host, port, serving, clientAuthorities, clock, backendFor, upgrade, maxConnections, log }
      fronts.push(listenOn(front))
    }
  } catch (error) {
    await stop()
    throw error
  }
  const { metrics } = handler.serving
  const connections = () => fronts.reduce((sum, front) => sum + front.connections, 0)
  metrics.addGauge({ name: 'skein_api_connections', help: 'Open TLS connections.', read: connections })
  const handle: ApiServer['handle'] = (request, user) => handler.handle(request, user)
  const serve: ApiServer['serve'] = (serving) => {
    for (const front of fronts) front.serve(serving)
  }
  return { ports: fronts.map((front) => front.port), metrics, handle, serve, stop }
}

function listenOn(options: TlsFrontOptions): TlsFront {
  try {
    return new TlsFront(options)
  } catch (cause) {
    const { host, port } = options
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`cannot serve the API on ${host}:${port} (${why}): is the address here, and the port free?`, {
      cause,
    })
  }
}

function servingOf(options: ApiServerOptions): Serving {
  const { api, clock, log, podStreams } = options
  const issuer = options.issuer ?? 'https://kubernetes.default.svc.cluster.local'
  const view = api.registry.view()
  const tokens = new ServiceAccountTokens(options.serviceAccountKeys, issuer, clock, view)
  const authorizer = new RbacAuthorizer(rbacSource(api.registry))
  const plugins = [podPriority, defaultTolerations, notEnforced, rbacEscalation(authorizer)]
  if (options.serviceAccountAdmission ?? true) plugins.unshift(serviceAccountAdmission)
  for (const plugin of plugins) api.registry.admission.add(plugin)
  api.actions.add('', 'serviceaccounts', 'token', requestToken(tokens))
  const version = options.version ?? versionInfo({ version: '0.1.0', commit: '', date: '' })
  const first = options.listen[0]
  const serverAddress = first ? `${first.host}:${first.port}` : ''
  const inFlight = new InFlight(400, 200, 50_000)
  const metrics = new Metrics()
  const inflightName = 'apiserver_current_inflight_requests'
  const help = 'Maximal number of currently used inflight request limit of this apiserver per request kind.'
  metrics.addGauge({ name: `${inflightName}{request_kind="readOnly"}`, help, read: () => inFlight.reading })
  metrics.addGauge({ name: `${inflightName}{request_kind="mutating"}`, help, read: () => inFlight.writing })
  metrics.addGauge({
    name: 'apiserver_longrunning_requests',
    help: 'Long-running requests.',
    read: () => inFlight.streaming,
  })
  const ping: HealthCheck = { name: 'ping', live: true, check: () => undefined }
  return {
    ...{ api, clock, log, podStreams, inFlight, metrics },
    authenticator: new Authenticator([
      staticTokens(options.tokens ?? new Map()),
      tokens,
      new BootstrapTokens(view, clock),
    ]),
    authorizer,
    healthChecks: [ping, storeCheck(api), ...(options.healthChecks ?? [])],
    version,
    documents: documentHandler(tokens, serverAddress, version.gitVersion),
  }
}

const storeAnswerMs = 2000

/** Whether reads can be answered: the store must name a revision, and this node must have it. */
function storeCheck(api: LocalApi): HealthCheck {
  const late = (ms: number) => new Promise<string>((resolve) => setTimeout(resolve, ms, `no answer in ${ms} ms`))
  const answered = () =>
    api.registry.refresh().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
  return { name: 'store', check: () => Promise.race([answered(), late(storeAnswerMs)]) }
}

const callers = new WeakMap<Request, CertificateUser>()

/** One catch-all: the resolver is our own, since resources come and go at run time. */
function elysiaApp(handler: Handler) {
  return new Elysia({ aot: true }).all('/*', ({ request }) => handler.handle(request, callers.get(request)), {
    parse: 'none',
  })
}

function serveUnix(
  app: ReturnType<typeof elysiaApp>,
  handler: Handler,
  path: string,
  user: CertificateUser | undefined,
): Server<StreamSocket> {
  const options = {
    unix: path,
    http2: true,
    // Idle watches stay open for as long as they like.
    idleTimeout: 0,
    development: false,
    reusePort: false,
    maxRequestBodySize: maxBodyBytes + 1024 * 1024,
    async fetch(request: Request, server: Server<StreamSocket>) {
      if (request.headers.get('upgrade') === 'websocket') return await upgradeRequest(handler, request, user, server)
      if (user) callers.set(request, user)
      return await app.fetch(request)
    },
    websocket: streamSocketHandler,
    error() {
      return new Response('Internal error occurred\n', { status: 500 })
    },
  }
  // bun-types has no combination of unix and http2.
  return Bun.serve(options as unknown as Parameters<typeof Bun.serve>[0]) as unknown as Server<StreamSocket>
}
