import { ApiError } from '../../api/client/client.ts'
import type {
  AttachOptions,
  ByteStream,
  ExecOptions,
  ExecSession,
  LogOptions,
  PodRef,
  PodStreams,
} from '../../api/server/pod-streams.ts'
import type { PeerKey } from '../../mesh/link/links.ts'
import type { Tunnel, Tunnels } from '../../mesh/tunnel/tunnels.ts'
import { readableOf, writableOf } from './byte-stream.ts'
import { encodeJson, FrameReader, kinds, send } from './frame.ts'
import { remoteCommand } from './remote-command.ts'
import { type CommandStreams, errorOf, type PodStreamRequest, podStreamPurpose } from './request.ts'

const openTimeoutMs = 10_000

/** Streams of the pods that another node runs, over a tunnel to it for each. */
export class RemotePodStreams implements PodStreams {
  readonly #tunnels: Tunnels
  readonly #peer: PeerKey

  constructor(tunnels: Tunnels, peer: PeerKey) {
    this.#tunnels = tunnels
    this.#peer = peer
  }

  async logs(pod: PodRef, options: LogOptions): Promise<ReadableStream<Uint8Array>> {
    const { tunnel, reader } = await this.#ask({ verb: 'logs', pod, options })
    tunnel.end(null)
    return readableOf(tunnel, reader)
  }

  async exec(pod: PodRef, options: ExecOptions): Promise<ExecSession> {
    const { tunnel, reader, answer } = await this.#ask({ verb: 'exec', pod, options })
    return remoteCommand(tunnel, reader, answer as CommandStreams)
  }

  async attach(pod: PodRef, options: AttachOptions): Promise<ExecSession> {
    const { tunnel, reader, answer } = await this.#ask({ verb: 'attach', pod, options })
    return remoteCommand(tunnel, reader, answer as CommandStreams)
  }

  async portForward(pod: PodRef, port: number): Promise<ByteStream> {
    const { tunnel, reader } = await this.#ask({ verb: 'portForward', pod, port })
    return { readable: readableOf(tunnel, reader), writable: writableOf(tunnel) }
  }

  async nodePage(nodeName: string, path: string): Promise<ReadableStream<Uint8Array>> {
    const pod = { namespace: '', name: '', uid: '', nodeName }
    const { tunnel, reader } = await this.#ask({ verb: 'nodePage', pod, options: { path } })
    tunnel.end(null)
    return readableOf(tunnel, reader)
  }

  /** Throws what the other node's worker threw, or 503 when it is out of reach. */
  async #ask(request: PodStreamRequest): Promise<{ tunnel: Tunnel; reader: FrameReader; answer: unknown }> {
    const { verb, pod } = request
    let tunnel: Tunnel | undefined
    try {
      tunnel = await this.#tunnels.open(this.#peer, { purpose: podStreamPurpose, metadata: { verb } }, openTimeoutMs)
      // What is wrong with it is told to those who read and write it.
      tunnel.on('error', () => {})
      await send(tunnel, encodeJson(kinds.request, request))
      const reader = new FrameReader(tunnel)
      const frame = await reader.next()
      if (frame?.kind === kinds.refusal) throw errorOf(frame.content)
      if (frame?.kind !== kinds.answer) throw new Error('it gave no answer')
      return { tunnel, reader, answer: JSON.parse(frame.content.toString()) }
    } catch (error) {
      tunnel?.destroy()
      if (error instanceof ApiError) throw error
      const { message } = error as Error
      throw new ApiError(503, 'ServiceUnavailable', `node "${pod.nodeName}" cannot be reached: ${message}`)
    }
  }
}
