import type { ApiError } from '../client/client.ts'
import { statusOf } from '../resource/status.ts'
import { exitStatus, failureStatus } from './channel-session.ts'
import type { AttachOptions, ExecSession } from './pod-streams.ts'
import { SpdyConnection, type SpdyStream, type SpdyTransport } from './spdy/connection.ts'

/** Of exec and attach over SPDY; v4 is the first to carry exit codes. */
export const remoteCommandProtocol = 'v4.channel.k8s.io'

const streamsTimeoutMs = 30_000

/**
 * Exec or attach over SPDY streams, one for each of error, stdin, stdout, stderr and resize: starts once the client
 * has opened those it asked for. Upstream: k8s.io/kubelet/pkg/cri/streaming/remotecommand/httpstream.go.
 */
export class SpdyExec {
  readonly connection: SpdyConnection
  #expected: Set<string>
  #streams = new Map<string, SpdyStream>()
  #start: () => Promise<ExecSession>
  #session: ExecSession | undefined
  #timer: ReturnType<typeof setTimeout>

  constructor(transport: SpdyTransport, options: AttachOptions, start: () => Promise<ExecSession>) {
    this.#start = start
    this.#expected = new Set(['error'])
    for (const name of ['stdin', 'stdout', 'stderr'] as const) if (options[name]) this.#expected.add(name)
    if (options.tty) this.#expected.add('resize')
    this.connection = new SpdyConnection(transport, (stream) => this.#accept(stream))
    this.#timer = setTimeout(() => this.close(), streamsTimeoutMs)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#session?.close()
    this.connection.close()
  }

  #accept(stream: SpdyStream): void {
    const type = stream.headers.get('streamtype') ?? ''
    if (!this.#expected.has(type) || this.#streams.has(type)) {
      stream.reset()
      return
    }
    this.#streams.set(type, stream)
    if (this.#streams.size < this.#expected.size) return
    clearTimeout(this.#timer)
    void this.#run()
  }

  async #run(): Promise<void> {
    const error = this.#streams.get('error')!
    let status: object
    try {
      this.#session = await this.#start()
      status = await this.#copy(this.#session)
    } catch (reason) {
      const text = reason instanceof Error ? reason.message : String(reason)
      status = isApiError(reason) ? statusOf(reason) : failureStatus(text)
    }
    await error.write(Buffer.from(JSON.stringify(status)))
    for (const stream of this.#streams.values()) stream.end()
  }

  async #copy(session: ExecSession): Promise<object> {
    if (this.connection.isClosed) session.close()
    const input = this.#streams.get('stdin')
    if (input && session.stdin) void copyInput(input, session.stdin)
    const resize = this.#streams.get('resize')
    if (resize) void followSizes(resize, session)
    const [exit] = await Promise.all([
      session.exit.then(
        ({ exitCode }) => exitStatus(exitCode),
        (reason: unknown) => failureStatus(reason instanceof Error ? reason.message : String(reason)),
      ),
      copyOutput(session.stdout, this.#streams.get('stdout')),
      copyOutput(session.stderr, this.#streams.get('stderr')),
    ])
    return exit
  }
}

function isApiError(reason: unknown): reason is ApiError {
  return reason instanceof Error && reason.name === 'ApiError'
}

async function copyOutput(source: ReadableStream<Uint8Array> | undefined, to: SpdyStream | undefined): Promise<void> {
  if (!source) return
  const reader = source.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      await to?.write(value)
    }
  } catch {
    // The stream broke: `exit` tells why.
  }
}

async function copyInput(from: SpdyStream, target: WritableStream<Uint8Array>): Promise<void> {
  const reader = from.readable.getReader()
  const writer = target.getWriter()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      await writer.write(value)
    }
    await writer.close()
  } catch {
    // The process has closed its input: the rest is dropped, as a pipe would.
  }
}

/** A run of JSON objects, each a size. */
async function followSizes(from: SpdyStream, session: ExecSession): Promise<void> {
  const reader = from.readable.getReader()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    text += new TextDecoder().decode(value)
    for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
      const match = /"Width":(\d+).*"Height":(\d+)/.exec(text.slice(0, end))
      if (match) session.resize(Number(match[1]), Number(match[2]))
      text = text.slice(end + 1)
    }
    if (text.length > 1024) return
  }
}
