import type { CloseReason } from './engine/stream-engine.ts'
import type { UDXSocket } from './socket.ts'

/** True drops the packet. Asked each time a packet comes on another socket than the stream's own. */
export type Firewall = (socket: UDXSocket, port: number, host: string, family: 4 | 6) => boolean

export interface UDXStreamOptions {
  firewall?: Firewall
  /** Says something of the payload; nothing on the wire. */
  framed?: boolean
  /** First seq; for tests. */
  seq?: number
}

/** The error of a stream that ended otherwise than well. */
export const closeMessages: Record<Exclude<CloseReason, 'done'>, string> = {
  ECONNRESET: 'connection reset by peer',
  ETIMEDOUT: 'connection timed out',
}
