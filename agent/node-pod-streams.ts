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

/** Leads to the worker of the node that runs a pod. The API serves before its own worker does, hence `connect`. */
export class NodePodStreams implements PodStreams {
  #nodeName = ''
  #local: PodStreams | undefined

  /** The worker of this node is ready. */
  connect(nodeName: string, local: PodStreams): void {
    this.#nodeName = nodeName
    this.#local = local
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

  #of({ nodeName }: PodRef): PodStreams {
    if (this.#local === undefined) {
      throw new ApiError(503, 'ServiceUnavailable', 'the container runtime of this node is still starting: try again')
    }
    if (nodeName === this.#nodeName) return this.#local
    throw new ApiError(503, 'ServiceUnavailable', `node "${nodeName}" cannot be reached from node "${this.#nodeName}"`)
  }
}
