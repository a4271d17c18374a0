import type { ServerWebSocket } from 'bun'
import type { ByteStream } from './pod-streams.ts'
import { PortForward } from './port-forward.ts'
import type { StreamSession, StreamSocket } from './web-socket.ts'

/** SPDY frames inside WebSocket messages. Upstream: k8s.io/apimachinery/pkg/util/portforward. */
export const portForwardProtocol = 'SPDY/3.1+portforward.k8s.io'

const maxBufferedBytes = 1024 * 1024

/** Port-forward as kubectl 1.31 and later asks for it. */
export class PortForwardSession implements StreamSession {
  #connect: (port: number) => Promise<ByteStream>
  #forward: PortForward | undefined
  #drained: (() => void)[] = []

  constructor(connect: (port: number) => Promise<ByteStream>) {
    this.#connect = connect
  }

  open(socket: ServerWebSocket<StreamSocket>): void {
    const send = async (bytes: Buffer) => {
      socket.sendBinary(bytes)
      if (socket.getBufferedAmount() <= maxBufferedBytes) return
      await new Promise<void>((resolve) => this.#drained.push(resolve))
    }
    this.#forward = new PortForward({ send, close: () => socket.close(1000, '') }, this.#connect)
  }

  message(_: ServerWebSocket<StreamSocket>, data: Buffer): void {
    this.#forward?.connection.receive(data)
  }

  drain(): void {
    for (const resolve of this.#drained.splice(0)) resolve()
  }

  close(): void {
    this.drain()
    this.#forward?.close()
  }
}
