import { createSecureContext } from 'node:tls'
import type { Socket, TCPSocketListener } from 'bun'
import type { Clock } from '../../mesh/clock/clock.ts'
import type { Logger } from '../../mesh/logger/logger.ts'
import { BytePipe } from './byte-pipe.ts'
import type { CertificateUser } from './certificate-user.ts'
import { ClientCertificates } from './client-certificate.ts'
import { leavesHttp, maxHeadBytes, mayUpgrade, parseRequestHead, type RequestHead } from './request-head.ts'
import type { SpdyTransport } from './spdy/connection.ts'
import { SocketTransport } from './spdy/socket-transport.ts'
import type { UpgradedConnection } from './spdy-upgrade.ts'

export interface ServingCertificate {
  certificatePem: string
  keyPem: string
}

export interface TlsFrontOptions {
  host: string
  port: number
  serving: ServingCertificate
  /** Authorities of client certificates, PEM. */
  clientAuthorities: string[]
  /** The unix socket of the server that serves this caller; undefined: no client certificate that we trust. */
  backendFor(user: CertificateUser | undefined): { path: string; release(): void }
  /** Takes a request over that leaves HTTP: for SPDY, or for what a proxied client and a pod agree on. */
  upgrade(
    head: RequestHead,
    user: CertificateUser | undefined,
    transport: SpdyTransport,
  ): Promise<UpgradedConnection | undefined>
  maxConnections: number
  /** By which certificates' dates are judged. */
  clock: Clock
  log: Logger
}

const handshakeTimeoutMs = 10_000
const keepAliveMs = 60_000
/** A connection that never says anything is closed. */
const firstByteTimeoutMs = 120_000
/** What a client may send before the backend is connected. */
const earlyBytes = 64 * 1024

/** ALPN as on the wire: a length byte before each name. */
const alpn = Buffer.from('\x02h2\x08http/1.1', 'latin1')

interface Connection {
  user?: CertificateUser
  /** The first bytes say where they go: to a backend, or out of HTTP. */
  way: 'undecided' | 'backend' | 'upgrading' | 'upgraded'
  upgraded?: UpgradedConnection
  transport?: SocketTransport
  toBackend?: BytePipe
  toClient?: BytePipe
  backend?: Socket<undefined>
  early: Buffer[]
  earlyLength: number
  release?: () => void
  timer?: ReturnType<typeof setTimeout>
  isClosed: boolean
}

/**
 * TLS with client certificates on one port. Bun.serve verifies them but does not say whose they are; so this reads
 * the certificate and hands the bytes to a plain Bun.serve of the caller's own, over a unix socket
 * (bun 1.4.5, kubernetes-api-on-bun.md).
 */
export class TlsFront {
  #options: TlsFrontOptions
  #tls: ReturnType<typeof tlsOptions>
  #listener: TCPSocketListener<undefined>
  #connections = new Set<Socket<Connection>>()
  #clients: ClientCertificates

  constructor(options: TlsFrontOptions) {
    this.#options = options
    this.#tls = tlsOptions(options, options.serving)
    this.#clients = new ClientCertificates(options.clientAuthorities, options.clock)
    this.#listener = Bun.listen<undefined>({
      hostname: options.host,
      port: options.port,
      // What comes in is read by the TLS socket above.
      socket: { open: (raw) => this.#open(raw), data() {}, error() {} },
    })
  }

  get port(): number {
    return this.#listener.port
  }

  get connections(): number {
    return this.#connections.size
  }

  /** Connections from now on get this certificate; open ones go on. Throws, and changes nothing, when it is damaged. */
  serve(serving: ServingCertificate): void {
    const tls = tlsOptions(this.#options, serving)
    createSecureContext({ cert: tls.cert, key: tls.key })
    this.#tls = tls
  }

  stop(): void {
    this.#listener.stop(true)
    for (const socket of [...this.#connections]) socket.terminate()
  }

  /** TLS is begun here and not by the listener, whose certificate cannot be changed (bun 1.4.5). */
  #open(raw: Socket<undefined>): void {
    if (this.#connections.size >= this.#options.maxConnections) {
      raw.terminate()
      return
    }
    raw.setNoDelay(true)
    // Peers that died without a word are found, also by connections that only wait.
    raw.setKeepAlive(true, keepAliveMs)
    const data: Connection = { way: 'undecided', early: [], earlyLength: 0, isClosed: false }
    const [, socket] = raw.upgradeTLS<Connection>({
      data,
      tls: this.#tls,
      // Not in bun-types 1.4.4.
      ...({ isServer: true } as object),
      socket: {
        handshake: (socket, success, problem) => this.#handshake(socket, success, problem),
        data: (socket, chunk) => this.#data(socket, chunk),
        drain: (socket) => {
          socket.data.toClient?.drain()
          socket.data.transport?.drain()
        },
        end(socket) {
          socket.data.toBackend?.end()
          socket.data.upgraded?.close()
        },
        close: (socket) => this.#close(socket),
        error: (socket) => this.#close(socket),
      },
    })
    this.#connections.add(socket)
    data.timer = setTimeout(() => socket.terminate(), handshakeTimeoutMs)
  }

  #handshake(socket: Socket<Connection>, success: boolean, problem: Error | null): void {
    const { data } = socket
    clearTimeout(data.timer)
    const verdict = { isTrusted: success && socket.authorized, code: (problem as { code?: string } | null)?.code }
    data.user = this.#clients.userOf(socket.getPeerCertificate(), verdict)
    data.timer = setTimeout(() => socket.terminate(), firstByteTimeoutMs)
  }

  /** Looks at the first bytes: almost always a backend's, at once. */
  #decide(socket: Socket<Connection>): void {
    const { data } = socket
    const first = data.early.length === 1 ? data.early[0]! : Buffer.concat(data.early)
    if (mayUpgrade(first)) {
      try {
        const head = parseRequestHead(first)
        if (!head && first.length < maxHeadBytes) return
        if (head && leavesHttp(head)) {
          void this.#upgrade(socket, head, first.subarray(head.length))
          return
        }
      } catch {
        // Not HTTP/1.1 as we read it: the backend answers.
      }
    }
    this.#connectBackend(socket)
  }

  async #upgrade(socket: Socket<Connection>, head: RequestHead, rest: Buffer): Promise<void> {
    const { data } = socket
    data.way = 'upgrading'
    data.early = [rest]
    clearTimeout(data.timer)
    data.transport = new SocketTransport(socket)
    const upgraded = await this.#options.upgrade(head, data.user, data.transport)
    if (!upgraded) return
    if (data.isClosed) {
      upgraded.close()
      return
    }
    data.way = 'upgraded'
    data.upgraded = upgraded
    for (const chunk of data.early) if (chunk.length > 0) upgraded.receive(chunk)
    data.early = []
    if (data.earlyLength > earlyBytes) socket.resume()
  }

  #connectBackend(socket: Socket<Connection>): void {
    const { data } = socket
    data.way = 'backend'
    clearTimeout(data.timer)
    const { path, release } = this.#options.backendFor(data.user)
    data.release = release
    void Bun.connect<undefined>({
      unix: path,
      data: undefined,
      socket: {
        open: (backend) => this.#join(socket, backend),
        data: (_, chunk) => data.toClient?.write(chunk),
        drain: () => data.toBackend?.drain(),
        end: () => data.toClient?.end(),
        close: () => {
          if (!data.isClosed) data.toClient?.end()
        },
        error: () => socket.terminate(),
      },
    }).catch((error) => {
      this.#options.log.error('the server behind the TLS front cannot be reached', { error: String(error) })
      socket.terminate()
    })
  }

  #join(socket: Socket<Connection>, backend: Socket<undefined>): void {
    const { data } = socket
    if (data.isClosed) {
      backend.end()
      return
    }
    data.backend = backend
    data.toBackend = new BytePipe(backend, socket)
    data.toClient = new BytePipe(socket, backend)
    const isHeld = data.earlyLength > earlyBytes
    for (const chunk of data.early) data.toBackend.write(chunk)
    data.early = []
    if (isHeld && data.toBackend.heldBytes === 0) socket.resume()
  }

  #data(socket: Socket<Connection>, chunk: Buffer): void {
    const { data } = socket
    if (data.toBackend) {
      data.toBackend.write(chunk)
      return
    }
    if (data.upgraded) {
      const taken = data.upgraded.receive(chunk)
      if (taken) void this.#holdUntil(socket, taken)
      return
    }
    data.early.push(Buffer.from(chunk))
    data.earlyLength += chunk.length
    if (data.way === 'undecided') this.#decide(socket)
    if (data.earlyLength > earlyBytes && !data.toBackend) socket.pause()
  }

  async #holdUntil(socket: Socket<Connection>, taken: Promise<void>): Promise<void> {
    socket.pause()
    await taken
    if (!socket.data.isClosed) socket.resume()
  }

  #close(socket: Socket<Connection>): void {
    const { data } = socket
    if (data.isClosed) return
    data.isClosed = true
    clearTimeout(data.timer)
    this.#connections.delete(socket)
    data.backend?.end()
    data.upgraded?.close()
    data.transport?.close()
    data.release?.()
  }
}

function tlsOptions({ clientAuthorities }: TlsFrontOptions, serving: ServingCertificate) {
  return {
    cert: serving.certificatePem,
    key: serving.keyPem,
    ca: clientAuthorities,
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: alpn,
  }
}
