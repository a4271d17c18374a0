import type { NodeId } from '../raft/entry.ts'

/** The way to the other nodes of the log: datagrams between authenticated ends, that may be lost, doubled or reordered. */
export interface Transport {
  /** Never blocks and never throws; what cannot be sent is dropped. The bytes are the transport's from here on. */
  send(to: NodeId, datagram: Uint8Array): void
  /** `from` is the peer at the other end of the link, proved by its key. */
  receive(deliver: (from: NodeId, datagram: Uint8Array) => void): void
  /** `lost`: nothing will come from this peer until the link to it is there again. Absent: that is not known. */
  onLost?(lost: (peer: NodeId) => void): void
}

/** Of a cluster of one. */
export const noTransport: Transport = { send() {}, receive() {} }
