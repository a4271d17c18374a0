import { ApiError } from '../../../api/client/client.ts'
import type { AttachOptions, ExecSession } from '../../../api/server/pod-streams.ts'
import { type RuntimeConnection, runtimeMessage } from '../runtime/connection.ts'
import { ChannelSocket, MessageQueue } from './channel-socket.ts'

const [stdinChannel, stdoutChannel, stderrChannel, , resizeChannel] = [0, 1, 2, 3, 4]

/** Joins a running container's own streams. The runtime holds them, so they come through its streaming server. */
export async function attachToContainer(
  { runtime }: RuntimeConnection,
  containerId: string,
  options: AttachOptions,
): Promise<ExecSession> {
  const { stdin, stdout, stderr, tty } = options
  const wants = { stdin, stdout, stderr: stderr && !tty }
  let url: string
  try {
    url = (await runtime.attach({ containerId, tty, ...wants }, { timeoutMs: 15_000 })).url
  } catch (error) {
    throw new ApiError(500, 'InternalError', runtimeMessage(error))
  }
  const exit = Promise.withResolvers<{ exitCode: number }>()
  const close = () => socket.close()
  const output = wants.stdout ? new MessageQueue(close) : undefined
  const errors = wants.stderr ? new MessageQueue(close) : undefined
  const socket: ChannelSocket = new ChannelSocket(url, {
    message(channel, data) {
      const queue = channel === stdoutChannel ? output : channel === stderrChannel ? errors : undefined
      if (queue && !queue.push(data)) close()
    },
    closed() {
      output?.end()
      errors?.end()
      exit.resolve({ exitCode: 0 })
    },
  })
  try {
    await socket.opened
  } catch (error) {
    throw new ApiError(500, 'InternalError', runtimeMessage(error))
  }
  return {
    stdin: wants.stdin
      ? new WritableStream<Uint8Array>({ write: (chunk) => socket.send(stdinChannel, chunk), close, abort: close })
      : undefined,
    stdout: output?.readable,
    stderr: errors?.readable,
    exit: exit.promise,
    resize: (width, height) =>
      socket.send(resizeChannel, Buffer.from(JSON.stringify({ Width: width, Height: height }))),
    close,
  }
}
