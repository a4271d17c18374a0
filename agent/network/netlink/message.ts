/**
 * Netlink's framing (netlink(7)): a 16-byte header, a fixed body that depends on the type, then attributes, all padded
 * to 4 bytes, in the machine's byte order (little-endian on every platform Skein runs on).
 */
export interface Message {
  type: number
  flags: number
  sequence: number
  /** Fixed body and attributes. */
  body: Uint8Array
}

export const flags = { request: 1, multi: 2, ack: 4, dump: 0x300, replace: 0x100, exclusive: 0x200, create: 0x400 }
export const types = { error: 2, done: 3 }

const headerBytes = 16
const align = (size: number): number => (size + 3) & ~3

export function encodeMessage(message: Message): Uint8Array {
  const bytes = new Uint8Array(align(headerBytes + message.body.length))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, headerBytes + message.body.length, true)
  view.setUint16(4, message.type, true)
  view.setUint16(6, message.flags, true)
  view.setUint32(8, message.sequence, true)
  bytes.set(message.body, headerBytes)
  return bytes
}

/** The messages of one datagram; stops at the first that is malformed. */
export function decodeMessages(bytes: Uint8Array): Message[] {
  const messages: Message[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + headerBytes <= bytes.length; ) {
    const length = view.getUint32(at, true)
    if (length < headerBytes || at + length > bytes.length) break
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      body: bytes.slice(at + headerBytes, at + length),
    })
    at += align(length)
  }
  return messages
}

/** Attribute number to payload; nested attributes are payloads made by `encodeAttributes`. */
export type Attributes = [number, Uint8Array][]

export const nested = 0x8000

export function encodeAttributes(attributes: Attributes): Uint8Array {
  const size = attributes.reduce((sum, [, payload]) => sum + align(4 + payload.length), 0)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const [type, payload] of attributes) {
    view.setUint16(at, 4 + payload.length, true)
    view.setUint16(at + 2, type, true)
    bytes.set(payload, at + 4)
    at += align(4 + payload.length)
  }
  return bytes
}

/** Attributes by number, without the nested and byte-order flags; the last of equal ones wins. */
export function decodeAttributes(bytes: Uint8Array): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = view.getUint16(at, true)
    if (length < 4 || at + length > bytes.length) break
    attributes.set(view.getUint16(at + 2, true) & 0x3fff, bytes.subarray(at + 4, at + length))
    at += align(length)
  }
  return attributes
}

export const concatenate = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

export function uint16BigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255)
}

export const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(`${value}\0`))

export const readText = (bytes: Uint8Array): string => Buffer.from(bytes).toString().replace(/\0.*$/s, '')

export const readUint32 = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true)

export const readUint32BigEndian = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0)
