import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import type { ByteStream, PodStreams } from './pod-streams.ts'
import type { ProxyTarget } from './proxy-target.ts'

const dialTimeoutMs = 30_000

/** A connection to what is proxied, with TLS where the request's name asks for it. Rejects when there is none. */
export async function connectTo(podStreams: PodStreams, target: ProxyTarget): Promise<ByteStream> {
  if ('pod' in target) {
    const stream = await podStreams.portForward(target.pod, target.port)
    if (!target.isTls) return stream
    // Nothing says what name such a certificate should have: upstream does not check it either.
    const socket = Duplex.fromWeb(stream as unknown as Parameters<typeof Duplex.fromWeb>[0])
    return await opened(connectTls({ socket, rejectUnauthorized: false }), 'secureConnect')
  }
  const { address: host, port } = target
  if (target.isTls) return await opened(connectTls({ host, port, rejectUnauthorized: false }), 'secureConnect')
  return await opened(connect({ host, port }), 'connect')
}

async function opened(socket: Duplex, event: string): Promise<ByteStream> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`no answer in ${dialTimeoutMs / 1000} s`)), dialTimeoutMs)
  socket.once(event, () => resolve())
  socket.once('error', reject)
  socket.once('close', () => reject(new Error('it closed the connection')))
  try {
    await promise
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
  socket.removeListener('error', reject)
  return Duplex.toWeb(socket) as unknown as ByteStream
}
