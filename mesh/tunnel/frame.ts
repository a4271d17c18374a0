/** What goes over a link's tunnel channel: one frame a message. Types are never renumbered; fields only get added. */
export type Frame =
  /** By who opens; `request` is JSON. */
  | { type: 'open'; stream: StreamId; request: string }
  | { type: 'accept'; stream: StreamId }
  | { type: 'data'; stream: StreamId; bytes: Uint8Array }
  /** No more data this way. */
  | { type: 'end'; stream: StreamId }
  /** Both ways are over at once; an opening is refused by it. */
  | { type: 'reset'; stream: StreamId; reason: string }
  /** So many more bytes may be sent to who says it. */
  | { type: 'credit'; stream: StreamId; bytes: number }

/** Streams are numbered by the end that opens them. */
export interface StreamId {
  number: number
  /** Opened by the end that sends the frame. */
  isSenders: boolean
}

const types = ['open', 'accept', 'data', 'end', 'reset', 'credit'] as const
const headBytes = 5

export function encodeFrame(frame: Frame): Uint8Array {
  const body = bodyOf(frame)
  const bytes = Buffer.allocUnsafe(headBytes + body.byteLength)
  bytes[0] = types.indexOf(frame.type) * 2 + (frame.stream.isSenders ? 1 : 0)
  bytes.writeUInt32LE(frame.stream.number, 1)
  bytes.set(body, headBytes)
  return bytes
}

function bodyOf(frame: Frame): Uint8Array {
  if (frame.type === 'data') return frame.bytes
  if (frame.type === 'open') return Buffer.from(frame.request)
  if (frame.type === 'reset') return Buffer.from(frame.reason)
  if (frame.type !== 'credit') return new Uint8Array()
  const body = Buffer.allocUnsafe(4)
  body.writeUInt32LE(frame.bytes)
  return body
}

/** undefined for a type that this build does not know: a newer peer's. Throws on what no build would send. */
export function decodeFrame(message: Uint8Array): Frame | undefined {
  if (message.byteLength < headBytes) throw new Error(`a tunnel frame has ${message.byteLength} bytes`)
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  const type = types[bytes[0]! >> 1]
  const stream = { number: bytes.readUInt32LE(1), isSenders: (bytes[0]! & 1) === 1 }
  const body = bytes.subarray(headBytes)
  switch (type) {
    case undefined:
      return undefined
    case 'data':
      return { type, stream, bytes: body }
    case 'open':
      return { type, stream, request: body.toString() }
    case 'reset':
      return { type, stream, reason: body.toString() }
    case 'credit':
      if (body.byteLength < 4) throw new Error('a tunnel credit without a number')
      return { type, stream, bytes: body.readUInt32LE(0) }
    default:
      return { type, stream }
  }
}
