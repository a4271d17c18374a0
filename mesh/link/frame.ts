import { LinkViolation } from './violation.ts'

/** The lanes of a session: each in order by itself, numbered by this. */
export const controlLane = 0
export const bulkLane = 1
export type LaneIndex = typeof controlLane | typeof bulkLane
export const lanes: readonly LaneIndex[] = [controlLane, bulkLane]

/** Of a message, at most this much in one frame: what a control message may find before it, whatever else is bounded. */
export const maxPayloadBytes = 16 * 1024

/** The next sequence number expected, of each lane: all before it have come. */
export type Acknowledgement = readonly [control: number, bulk: number]

/** A piece of a message. */
export interface DataFrame {
  kind: 'data'
  lane: LaneIndex
  /** Counts the lane's frames from 0, over all ways. */
  seq: number
  /** Index in the sender's list of protocols. */
  protocol: number
  /** Of the whole message; only on its first piece. */
  messageBytes?: number
  isLast: boolean
  payload: Uint8Array
}

/** What is said on a way, one frame a message of the connection. Every frame but hello and bye carries acknowledgements. */
export type Frame =
  | DataFrame
  | { kind: 'acknowledgement' }
  /** Answered by a pong with the same token at once. `rttUs`: as its sender knows it, 0 when it does not. */
  | { kind: 'ping'; token: number; rttUs: number }
  | { kind: 'pong'; token: number }
  /**
   * From now on both send on this way. Said by the end that chooses, and said back by the other. Choices are counted: an
   * earlier one may come later, on a slower way.
   */
  | { kind: 'use'; choice: number }
  /** First on every way: JSON (`hello.ts`). */
  | { kind: 'hello'; text: string }
  /** The session is over. */
  | { kind: 'bye'; reason: string }

const kinds = ['hello', 'data', 'acknowledgement', 'ping', 'pong', 'use', 'bye'] as const
const flagBulk = 1
const flagFirst = 2
const flagLast = 4
/** u8 kind, u8 flags, u16 protocol, u48 acknowledgement of each lane. */
const headBytes = 16
const dataHeadBytes = headBytes + 6
const maxTextBytes = 8192

/** Writes a frame into a buffer of `alloc`. */
export function encodeFrame(
  frame: Frame,
  acknowledgement: Acknowledgement,
  alloc: (bytes: number) => Buffer = Buffer.allocUnsafe,
): Buffer {
  if (frame.kind === 'hello' || frame.kind === 'bye') {
    const text = Buffer.from(frame.kind === 'hello' ? frame.text : frame.reason).subarray(0, maxTextBytes)
    const bytes = alloc(1 + text.length)
    bytes[0] = kinds.indexOf(frame.kind)
    bytes.set(text, 1)
    return bytes
  }
  const bytes = alloc(frameBytes(frame))
  bytes[0] = kinds.indexOf(frame.kind)
  bytes[1] = 0
  bytes.writeUInt16LE(frame.kind === 'data' ? frame.protocol : 0, 2)
  bytes.writeUIntLE(acknowledgement[controlLane], 4, 6)
  bytes.writeUIntLE(acknowledgement[bulkLane], 10, 6)
  if (frame.kind === 'data') writeData(frame, bytes)
  if (frame.kind === 'ping' || frame.kind === 'pong') bytes.writeUInt32LE(frame.token, headBytes)
  if (frame.kind === 'use') bytes.writeUInt32LE(frame.choice, headBytes)
  if (frame.kind === 'ping') bytes.writeUInt32LE(frame.rttUs, headBytes + 4)
  return bytes
}

/** What a frame takes on the wire, before encryption. */
export function frameBytes(frame: Frame): number {
  switch (frame.kind) {
    case 'data':
      return dataHeadBytes + (frame.messageBytes === undefined ? 0 : 4) + frame.payload.length
    case 'ping':
      return headBytes + 8
    case 'pong':
    case 'use':
      return headBytes + 4
    default:
      return headBytes
  }
}

function writeData(frame: DataFrame, bytes: Buffer): void {
  bytes[1] =
    (frame.lane === bulkLane ? flagBulk : 0) |
    (frame.messageBytes === undefined ? 0 : flagFirst) |
    (frame.isLast ? flagLast : 0)
  bytes.writeUIntLE(frame.seq, headBytes, 6)
  if (frame.messageBytes !== undefined) bytes.writeUInt32LE(frame.messageBytes, dataHeadBytes)
  bytes.set(frame.payload, bytes.length - frame.payload.length)
}

/** Reads a frame; the payload is a view of `bytes`. Undefined for a kind that a later release added. Throws LinkViolation. */
export function decodeFrame(bytes: Buffer): { frame: Frame; acknowledgement?: Acknowledgement } | undefined {
  if (bytes.length === 0) throw new LinkViolation('an empty frame')
  const kind = kinds[bytes[0]!]
  if (kind === undefined) return undefined
  if (kind === 'hello' || kind === 'bye') {
    if (bytes.length > 1 + maxTextBytes) throw new LinkViolation(`a ${kind} of ${bytes.length} bytes`)
    const text = bytes.toString('utf8', 1)
    return { frame: kind === 'hello' ? { kind, text } : { kind, reason: text } }
  }
  if (bytes.length < headBytes) throw cut(kind, bytes)
  const acknowledgement: Acknowledgement = [bytes.readUIntLE(4, 6), bytes.readUIntLE(10, 6)]
  switch (kind) {
    case 'data':
      return { frame: readData(bytes), acknowledgement }
    case 'ping':
      if (bytes.length < headBytes + 8) throw cut(kind, bytes)
      return {
        frame: { kind, token: bytes.readUInt32LE(headBytes), rttUs: bytes.readUInt32LE(headBytes + 4) },
        acknowledgement,
      }
    case 'pong':
      if (bytes.length < headBytes + 4) throw cut(kind, bytes)
      return { frame: { kind, token: bytes.readUInt32LE(headBytes) }, acknowledgement }
    case 'use':
      if (bytes.length < headBytes + 4) throw cut(kind, bytes)
      return { frame: { kind, choice: bytes.readUInt32LE(headBytes) }, acknowledgement }
    default:
      return { frame: { kind }, acknowledgement }
  }
}

function readData(bytes: Buffer): DataFrame {
  const flags = bytes[1]!
  const isFirst = (flags & flagFirst) !== 0
  const start = dataHeadBytes + (isFirst ? 4 : 0)
  if (bytes.length < start) throw cut('data', bytes)
  const payload = bytes.subarray(start)
  if (payload.length > maxPayloadBytes) throw new LinkViolation(`a data frame with ${payload.length} bytes`)
  return {
    kind: 'data',
    lane: (flags & flagBulk) !== 0 ? bulkLane : controlLane,
    seq: bytes.readUIntLE(headBytes, 6),
    protocol: bytes.readUInt16LE(2),
    messageBytes: isFirst ? bytes.readUInt32LE(dataHeadBytes) : undefined,
    isLast: (flags & flagLast) !== 0,
    payload,
  }
}

function cut(kind: string, bytes: Buffer): LinkViolation {
  return new LinkViolation(`a ${kind} frame of ${bytes.length} bytes`)
}
