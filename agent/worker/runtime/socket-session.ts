import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionRequestOptions,
  connect as connectHttp2,
  type OutgoingHttpHeaders,
} from 'node:http2'
import { connect } from 'node:net'
import { Code, ConnectError } from '@connectrpc/connect'

const connectTimeoutMs = 5000

/**
 * One HTTP/2 session over a unix socket, made anew by the first call after it was lost.
 *
 * Instead of connect-node 2.2.0's own session manager: when the socket is away, that one may reject a promise that
 * nobody handles, which ends the process, or leave a call unsettled for ever.
 */
export class SocketSession {
  readonly authority = 'http://127.0.0.1'
  readonly #socketPath: string
  #session: ClientHttp2Session | undefined
  #opening: Promise<ClientHttp2Session> | undefined
  #closed = false

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  async request(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    options: Omit<ClientSessionRequestOptions, 'signal'>,
  ): Promise<ClientHttp2Stream> {
    const session = await this.#open()
    return session.request({ ...headers, ':method': method, ':path': path }, options)
  }

  notifyResponseByteRead(): void {}

  /** Calls that are under way fail, and so does every later one. */
  close(): void {
    this.#closed = true
    this.#session?.destroy()
  }

  #open(): Promise<ClientHttp2Session> {
    if (this.#closed) return Promise.reject(new ConnectError('the connection is closed', Code.Canceled))
    const { closed = true, destroyed = true } = this.#session ?? {}
    if (this.#session && !closed && !destroyed) return Promise.resolve(this.#session)
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  #connect(): Promise<ClientHttp2Session> {
    return new Promise((resolve, reject) => {
      const session = connectHttp2(this.authority, { createConnection: () => connect(this.#socketPath) })
      const fail = (reason: string) => {
        clearTimeout(timer)
        reject(new ConnectError(reason, Code.Unavailable))
        session.destroy()
      }
      const timer = setTimeout(() => fail(`no answer at ${this.#socketPath}`), connectTimeoutMs)
      session.once('connect', () => {
        clearTimeout(timer)
        this.#session = session
        resolve(session)
      })
      // Stays for the session's life: an error of a session that nobody listens to ends the process.
      session.on('error', (error) => fail(error.message))
      session.on('close', () => fail(`the connection to ${this.#socketPath} was closed`))
    })
  }
}
