import type { ServerWebSocket } from 'bun'
import type { ApiError } from '../client/client.ts'
import { statusOf } from '../resource/status.ts'
import type { ExecSession } from './pod-streams.ts'
import type { StreamSession, StreamSocket } from './web-socket.ts'

/** Kubernetes' channel protocols: the first byte of each message names the channel. */
export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const
const maxBufferedBytes = 1024 * 1024
/** Input that the process has not taken yet; a client that sends more is cut off. */
const maxPendingInputBytes = 16 * 1024 * 1024

/** One exec or attach over a WebSocket. Upstream: k8s.io/apimachinery/pkg/util/httpstream/wsstream and remotecommand. */
export class ChannelSession implements StreamSession {
  #session: ExecSession
  #stdin: WritableStreamDefaultWriter<Uint8Array> | undefined
  #input: Promise<void> = Promise.resolve()
  #pendingInputBytes = 0
  #drained: (() => void) | undefined
  #isOver = false

  constructor(session: ExecSession) {
    this.#session = session
    this.#stdin = session.stdin?.getWriter()
  }

  open(socket: ServerWebSocket<StreamSocket>): void {
    const { stdout, stderr } = this.#session
    // Tells the client that the streams are there, as upstream does.
    const first = stdout ? channel.stdout : stderr ? channel.stderr : channel.status
    socket.sendBinary(new Uint8Array([first]))
    void this.#run(socket)
  }

  message(socket: ServerWebSocket<StreamSocket>, data: Buffer): void {
    const payload = data.subarray(1)
    if (data[0] === channel.stdin) this.#write(socket, Uint8Array.from(payload))
    else if (data[0] === channel.resize) this.#resize(payload)
    else if (data[0] === channel.close && payload[0] === channel.stdin) this.#endInput()
  }

  drain(): void {
    this.#drained?.()
  }

  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#drained?.()
    this.#session.close()
  }

  async #run(socket: ServerWebSocket<StreamSocket>): Promise<void> {
    const { stdout, stderr, exit } = this.#session
    const ended = exit.then(
      ({ exitCode }) => exitStatus(exitCode),
      (error: unknown) => failureStatus(error instanceof Error ? error.message : String(error)),
    )
    await Promise.all([this.#copy(socket, stdout, channel.stdout), this.#copy(socket, stderr, channel.stderr)])
    const status = await ended
    if (this.#isOver) return
    this.#isOver = true
    socket.sendBinary(framed(channel.status, Buffer.from(JSON.stringify(status))))
    socket.close(1000, '')
  }

  async #copy(socket: ServerWebSocket<StreamSocket>, source: ReadableStream<Uint8Array> | undefined, to: number) {
    if (!source) return
    const reader = source.getReader()
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done || this.#isOver) return
        socket.sendBinary(framed(to, value))
        while (!this.#isOver && socket.getBufferedAmount() > maxBufferedBytes) {
          await new Promise<void>((resolve) => {
            this.#drained = resolve
          })
        }
      }
    } catch {
      // The stream broke: `exit` tells why.
    } finally {
      if (this.#isOver) await reader.cancel().catch(() => {})
    }
  }

  #write(socket: ServerWebSocket<StreamSocket>, bytes: Uint8Array): void {
    const writer = this.#stdin
    if (!writer || bytes.length === 0) return
    this.#pendingInputBytes += bytes.length
    if (this.#pendingInputBytes > maxPendingInputBytes) {
      socket.close(1009, 'the process reads its input too slowly')
      return
    }
    this.#input = this.#input
      .then(() => writer.write(bytes))
      // The process has closed its input: what more comes is dropped, as a pipe would.
      .catch(() => {})
      .finally(() => {
        this.#pendingInputBytes -= bytes.length
      })
  }

  #endInput(): void {
    const writer = this.#stdin
    this.#stdin = undefined
    this.#input = this.#input.then(() => writer?.close()).catch(() => {})
  }

  #resize(payload: Buffer): void {
    try {
      const { Width, Height } = JSON.parse(payload.toString()) as { Width?: unknown; Height?: unknown }
      if (Number.isInteger(Width) && Number.isInteger(Height)) this.#session.resize(Width as number, Height as number)
    } catch {
      // Not a size: nothing to resize to.
    }
  }
}

/** A session that could not be started: says so on the status channel, as upstream does once it has upgraded. */
export class RefusedSession implements StreamSession {
  #error: ApiError

  constructor(error: ApiError) {
    this.#error = error
  }

  open(socket: ServerWebSocket<StreamSocket>): void {
    socket.sendBinary(framed(channel.status, Buffer.from(JSON.stringify(statusOf(this.#error)))))
    socket.close(1000, '')
  }

  message(): void {}
  drain(): void {}
  close(): void {}
}

function framed(to: number, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(bytes.length + 1)
  frame[0] = to
  frame.set(bytes, 1)
  return frame
}

/** What the status channel says at the end. Upstream: remotecommand.NonZeroExitCodeReason. */
export function exitStatus(exitCode: number): object {
  if (exitCode === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

export function failureStatus(message: string): object {
  return { metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 }
}
