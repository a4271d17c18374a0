import { Damaged } from '../log/damaged.ts'

/** First byte of a bundle; no datagram begins with it. */
const mark = 255
/** u32 (little endian) before each datagram. */
const lengthBytes = 4

/** Several datagrams as one message: what a turn sends to one peer costs a frame, an encryption and a turn there only once. */
export function encodeBundle(datagrams: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = datagrams.reduce((sum, { byteLength }) => sum + lengthBytes + byteLength, 1)
  const bytes = Buffer.allocUnsafe(sizeBytes)
  bytes[0] = mark
  let offset = 1
  for (const datagram of datagrams) {
    offset = bytes.writeUInt32LE(datagram.byteLength, offset)
    bytes.set(datagram, offset)
    offset += datagram.byteLength
  }
  return bytes
}

/** The datagrams of a message, which may be one alone; views of the bytes given. Throws Damaged. */
export function decodeBundle(message: Uint8Array): Uint8Array[] {
  if (message[0] !== mark) return [message]
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  const datagrams: Uint8Array[] = []
  for (let offset = 1; offset < bytes.byteLength; ) {
    const start = offset + lengthBytes
    const end = start <= bytes.byteLength ? start + bytes.readUInt32LE(offset) : Number.POSITIVE_INFINITY
    if (end > bytes.byteLength) throw new Damaged(`a bundle of ${bytes.byteLength} bytes is cut off`)
    datagrams.push(bytes.subarray(start, end))
    offset = end
  }
  return datagrams
}
