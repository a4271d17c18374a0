import type { PeerKey } from './links.ts'

/**
 * What goes over the channel with a peer that relays, or that is relayed for: kind (1 byte), circuit (4 bytes, little
 * endian), the rest. A circuit's number is drawn by the end that names it first: even ones by that with the smaller key.
 */
export type CircuitFrame =
  /** To the relay: connect me with that peer. */
  | { kind: 'open'; circuit: number; peer: PeerKey }
  /** From the relay: that peer wants to be connected. */
  | { kind: 'incoming'; circuit: number; peer: PeerKey }
  | { kind: 'data'; circuit: number; bytes: Uint8Array }
  /** So many more bytes may come. */
  | { kind: 'credit'; circuit: number; bytes: number }
  | { kind: 'close'; circuit: number; reason: string }

const kinds = ['open', 'incoming', 'data', 'credit', 'close'] as const
const headBytes = 5
const keyBytes = 32
const maxReasonBytes = 200

export function encodeCircuitFrame(frame: CircuitFrame): Buffer {
  const body = bodyOf(frame)
  const message = Buffer.allocUnsafe(headBytes + body.byteLength)
  message[0] = kinds.indexOf(frame.kind)
  message.writeUInt32LE(frame.circuit, 1)
  message.set(body, headBytes)
  return message
}

function bodyOf(frame: CircuitFrame): Uint8Array {
  switch (frame.kind) {
    case 'open':
    case 'incoming':
      return Buffer.from(frame.peer, 'hex')
    case 'data':
      return frame.bytes
    case 'credit': {
      const body = Buffer.alloc(4)
      body.writeUInt32LE(frame.bytes)
      return body
    }
    case 'close':
      return Buffer.from(frame.reason).subarray(0, maxReasonBytes)
  }
}

/** Undefined for what is no frame, or one of a kind that this build does not know. */
export function decodeCircuitFrame(bytes: Uint8Array): CircuitFrame | undefined {
  const message = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (message.byteLength < headBytes) return undefined
  const kind = kinds[message[0]!]
  const circuit = message.readUInt32LE(1)
  const body = message.subarray(headBytes)
  switch (kind) {
    case 'open':
    case 'incoming':
      return body.byteLength === keyBytes ? { kind, circuit, peer: body.toString('hex') } : undefined
    case 'data':
      return { kind, circuit, bytes: body }
    case 'credit':
      return body.byteLength === 4 ? { kind, circuit, bytes: body.readUInt32LE(0) } : undefined
    case 'close':
      return { kind, circuit, reason: body.subarray(0, maxReasonBytes).toString() }
    case undefined:
      return undefined
  }
}
