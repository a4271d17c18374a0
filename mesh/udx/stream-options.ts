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
