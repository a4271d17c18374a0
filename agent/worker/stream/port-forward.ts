import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { ApiError } from '../../../api/client/client.ts'
import type { ByteStream } from '../../../api/server/pod-streams.ts'
import { type RuntimeConnection, runtimeMessage } from '../runtime/connection.ts'
import { ChannelSocket, MessageQueue } from './channel-socket.ts'

const connectTimeoutMs = 5000
const [dataChannel, errorChannel] = [0, 1]

/**
 * A connection to a port of a pod. What listens on the pod's address is reached directly; what listens on the pod's
 * loopback only, through the runtime, which enters the pod's network namespace.
 */
export async function forwardPort(
  connection: RuntimeConnection,
  sandboxId: string,
  podIP: string,
  port: number,
): Promise<ByteStream> {
  const socket = await dial(podIP, port)
  if (socket) return Duplex.toWeb(socket) as unknown as ByteStream
  return forwardByRuntime(connection, sandboxId, port)
}

function dial(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen: true })
    const timer = setTimeout(() => fail(), connectTimeoutMs)
    const fail = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(undefined)
    }
    socket.once('error', fail)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

async function forwardByRuntime(
  { runtime }: RuntimeConnection,
  podSandboxId: string,
  port: number,
): Promise<ByteStream> {
  const answer = Promise.withResolvers<void>()
  try {
    const { url } = await runtime.portForward({ podSandboxId, port: [port] }, { timeoutMs: 15_000 })
    const greeted = new Set<number>()
    const close = () => socket.close()
    const queue = new MessageQueue(close)
    const socket: ChannelSocket = new ChannelSocket(url, {
      message(channel, data) {
        // The first message of each channel repeats the port in two bytes.
        if (!greeted.has(channel)) {
          greeted.add(channel)
          if (greeted.has(dataChannel) && greeted.has(errorChannel)) answer.resolve()
          return
        }
        if (channel === errorChannel) {
          queue.fail(new Error(Buffer.from(data).toString('utf8')))
          close()
        } else if (!queue.push(data)) close()
      },
      closed(error) {
        queue.end()
        answer.reject(error ?? new Error('the container runtime closed the stream'))
      },
    })
    await socket.opened
    await answer.promise
    const writable = new WritableStream<Uint8Array>({
      write: (chunk) => socket.send(dataChannel, chunk),
      close,
      abort: close,
    })
    return { readable: queue.readable, writable }
  } catch (error) {
    throw new ApiError(500, 'InternalError', `port ${port} cannot be forwarded: ${runtimeMessage(error)}`)
  }
}
