/** SPDY/3 frames (protocol draft 3, 2.2), as far as Kubernetes' streams use them. */

export const controlType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
}
export const flagFin = 1
const version = 3
const headLength = 8
/** Larger frames are refused. */
export const maxFrameBytes = 1024 * 1024

export type Frame =
  | { isControl: true; type: number; flags: number; payload: Buffer }
  | { isControl: false; streamId: number; flags: number; payload: Buffer }

/** Cuts a byte stream into frames. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0)

  /** Throws for a frame that is too large or of another version of SPDY. */
  push(chunk: Uint8Array): Frame[] {
    this.#pending = this.#pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#pending, chunk])
    const frames: Frame[] = []
    let at = 0
    while (this.#pending.length - at >= headLength) {
      const first = this.#pending.readUInt32BE(at)
      const second = this.#pending.readUInt32BE(at + 4)
      const length = second & 0xffffff
      if (length > maxFrameBytes) throw new Error(`a SPDY frame of ${length} bytes is too large`)
      if (this.#pending.length - at - headLength < length) break
      const payload = this.#pending.subarray(at + headLength, at + headLength + length)
      frames.push(parseHead(first, second >>> 24, payload))
      at += headLength + length
    }
    this.#pending = this.#pending.subarray(at)
    return frames
  }
}

function parseHead(first: number, flags: number, payload: Buffer): Frame {
  if (first >>> 31 === 0) return { isControl: false, streamId: first, flags, payload }
  const spoken = (first >>> 16) & 0x7fff
  if (spoken !== version) throw new Error(`SPDY/${spoken} is not spoken here, only SPDY/3.1`)
  return { isControl: true, type: first & 0xffff, flags, payload }
}

export function controlFrame(type: number, flags: number, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(headLength + payload.length)
  frame.writeUInt32BE((0x80000000 | (version << 16) | type) >>> 0, 0)
  frame.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4)
  payload.copy(frame, headLength)
  return frame
}

export function dataFrame(streamId: number, flags: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headLength + payload.length)
  frame.writeUInt32BE(streamId, 0)
  frame.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4)
  frame.set(payload, headLength)
  return frame
}

/** A four-byte stream id and what follows. */
export function withStreamId(streamId: number, rest: Uint8Array = Buffer.alloc(0)): Buffer {
  const payload = Buffer.allocUnsafe(4 + rest.length)
  payload.writeUInt32BE(streamId, 0)
  payload.set(rest, 4)
  return payload
}
