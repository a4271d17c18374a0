import { ApiError } from '../api/client/client.ts'
import type {
  AttachOptions,
  ByteStream,
  ExecOptions,
  ExecSession,
  LogOptions,
  PodRef,
  PodStreams,
} from '../api/server/pod-streams.ts'
import type { PeerKey } from '../mesh/link/links.ts'
import type { Logger } from '../mesh/logger/logger.ts'
import type { Tunnels } from '../mesh/tunnel/tunnels.ts'
import { RemotePodStreams } from './pod-stream/remote-pod-streams.ts'
import { servePodStreams } from './pod-stream/serve-pod-streams.ts'

/** Leads to the worker of the node that runs a pod. The API serves before its own worker does, hence `connect`. */
export class NodePodStreams implements PodStreams {
  readonly #nodeName: string
  #local: PodStreams | undefined
  #others: { tunnels: Tunnels; peerOf: (nodeName: string) => PeerKey | undefined } | undefined

  constructor(nodeName: string) {
    this.#nodeName = nodeName
  }

  /** The worker of this node is ready. */
  connect(local: PodStreams): void {
    this.#local = local
  }

  /**
   * From here on the pods of other nodes can be reached, and theirs reach those of this node. To be called before the
   * links know any peer. `peerOf`: the key of the member with this node name.
   */
  join(tunnels: Tunnels, peerOf: (nodeName: string) => PeerKey | undefined, log: Logger): void {
    this.#others = { tunnels, peerOf }
    const ownPods: PodStreams = {
      logs: async (pod, options) => this.#own().logs(pod, options),
      exec: async (pod, options) => this.#own().exec(pod, options),
      attach: async (pod, options) => this.#own().attach(pod, options),
      portForward: async (pod, port) => this.#own().portForward(pod, port),
      nodePage: async (nodeName, path) => this.#own().nodePage(nodeName, path),
    }
    servePodStreams(tunnels, ownPods, log)
  }

  async logs(pod: PodRef, options: LogOptions): Promise<ReadableStream<Uint8Array>> {
    return this.#of(pod).logs(pod, options)
  }

  async exec(pod: PodRef, options: ExecOptions): Promise<ExecSession> {
    return this.#of(pod).exec(pod, options)
  }

  async attach(pod: PodRef, options: AttachOptions): Promise<ExecSession> {
    return this.#of(pod).attach(pod, options)
  }

  async portForward(pod: PodRef, port: number): Promise<ByteStream> {
    return this.#of(pod).portForward(pod, port)
  }

  async nodePage(nodeName: string, path: string): Promise<ReadableStream<Uint8Array>> {
    return this.#of({ nodeName }).nodePage(nodeName, path)
  }

  #of({ nodeName }: Pick<PodRef, 'nodeName'>): PodStreams {
    if (nodeName === this.#nodeName) return this.#own()
    const peer = this.#others?.peerOf(nodeName)
    if (peer === undefined) {
      throw new ApiError(503, 'ServiceUnavailable', `node "${nodeName}" is no member that "${this.#nodeName}" knows`)
    }
    return new RemotePodStreams(this.#others!.tunnels, peer)
  }

  #own(): PodStreams {
    if (this.#local !== undefined) return this.#local
    const message = `the container runtime of node "${this.#nodeName}" is still starting: try again`
    throw new ApiError(503, 'ServiceUnavailable', message)
  }
}
