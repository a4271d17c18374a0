import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { ImageService, RuntimeService } from './generated/cri/api_pb.ts'
import { Containers } from './generated/github.com/containerd/containerd/api/services/containers/v1/containers_pb.ts'
import { Content } from './generated/github.com/containerd/containerd/api/services/content/v1/content_pb.ts'
import { Tasks } from './generated/github.com/containerd/containerd/api/services/tasks/v1/tasks_pb.ts'
import { SocketSession } from './socket-session.ts'

/** The services of a container runtime behind its unix socket. */
export interface RuntimeConnection {
  readonly socketPath: string
  readonly runtime: Client<typeof RuntimeService>
  readonly images: Client<typeof ImageService>
  /** containerd's own services: only there when the runtime is containerd. Calls need `containerdHeaders`. */
  readonly tasks: Client<typeof Tasks>
  readonly containers: Client<typeof Containers>
  readonly content: Client<typeof Content>
  close(): void
}

/** containerd keeps the CRI's containers in this namespace. */
export const containerdHeaders = { 'containerd-namespace': 'k8s.io' }

/** For `tasks.kill`. */
export const sigkill = 9

/** Does not connect yet: the first call does, and every call after a lost connection does again. */
export function connectRuntime(socketPath: string): RuntimeConnection {
  const sessionManager = new SocketSession(socketPath)
  const transport = createGrpcTransport({ baseUrl: sessionManager.authority, sessionManager })
  return {
    socketPath,
    runtime: createClient(RuntimeService, transport),
    images: createClient(ImageService, transport),
    tasks: createClient(Tasks, transport),
    containers: createClient(Containers, transport),
    content: createClient(Content, transport),
    close: () => sessionManager.close(),
  }
}

export function isCode(error: unknown, code: Code): boolean {
  return error instanceof ConnectError && error.code === code
}

export function isNotFound(error: unknown): boolean {
  return isCode(error, Code.NotFound)
}

/** The runtime cannot be reached at the moment: the call may be made again. */
export function isUnavailable(error: unknown): boolean {
  return isCode(error, Code.Unavailable) || isCode(error, Code.Canceled) || isCode(error, Code.Aborted)
}

/** An error's text as people should see it: the runtime's own words without gRPC's prefix. */
export function runtimeMessage(error: unknown): string {
  if (error instanceof ConnectError) return error.rawMessage
  return error instanceof Error ? error.message : String(error)
}
