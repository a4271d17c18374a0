/**
 * What the API server asks of the node that runs a pod: logs, exec, attach, port-forward. The worker implements it
 * for its own pods; `agent/node.ts` routes to the right node (over the mesh for pods of others).
 */

export interface PodRef {
  namespace: string
  name: string
  uid: string
  nodeName: string
}

export interface LogOptions {
  container: string
  follow: boolean
  previous: boolean
  timestamps: boolean
  tailLines?: number
  sinceSeconds?: number
  /** RFC 3339. */
  sinceTime?: string
  limitBytes?: number
}

export interface ExecOptions {
  container: string
  command: string[]
  stdin: boolean
  stdout: boolean
  stderr: boolean
  tty: boolean
}

export type AttachOptions = Omit<ExecOptions, 'command'>

/** One running exec or attach. Streams not asked for are absent. With a tty, stderr is merged into stdout. */
export interface ExecSession {
  stdin?: WritableStream<Uint8Array>
  stdout?: ReadableStream<Uint8Array>
  stderr?: ReadableStream<Uint8Array>
  resize(width: number, height: number): void
  /** Settles after the output streams have ended; rejects when the command could not be run at all. */
  exit: Promise<{ exitCode: number }>
  /** The client is gone: end the session (the process itself lives on when it was only attached to). */
  close(): void
}

export interface ByteStream {
  readable: ReadableStream<Uint8Array>
  writable: WritableStream<Uint8Array>
}

/** What a node says of itself under these paths, as a kubelet does. */
export const nodePages: Readonly<Record<string, string>> = {
  'stats/summary': 'application/json',
  'metrics/resource': 'text/plain; version=0.0.4; charset=utf-8',
}

/** All of them throw ApiError (NotFound, BadRequest ...) before anything was started. */
export interface PodStreams {
  logs(pod: PodRef, options: LogOptions): Promise<ReadableStream<Uint8Array>>
  exec(pod: PodRef, options: ExecOptions): Promise<ExecSession>
  attach(pod: PodRef, options: AttachOptions): Promise<ExecSession>
  /** One TCP connection to a port in the pod's network namespace. */
  portForward(pod: PodRef, port: number): Promise<ByteStream>
  /** One of `nodePages`. */
  nodePage(nodeName: string, path: string): Promise<ReadableStream<Uint8Array>>
}
