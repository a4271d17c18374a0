import type { CommittedBlock } from './committed-log.ts'

/** First byte of every block of the operations core. Fields only get added, each under a new number. */
const format = 1
const headerBytes = 17

/** Layout: u8 format, f64 term, f64 time in ms (both little endian), payload. */
export function encodeOperation(block: Omit<CommittedBlock, 'index'>): Uint8Array {
  const bytes = new Uint8Array(headerBytes + block.payload.byteLength)
  const view = new DataView(bytes.buffer)
  bytes[0] = format
  view.setFloat64(1, block.term, true)
  view.setFloat64(9, block.timeMs, true)
  bytes.set(block.payload, headerBytes)
  return bytes
}

/** The payload is a view of the bytes given. */
export function decodeOperation(index: number, bytes: Uint8Array): CommittedBlock {
  if (bytes.byteLength < headerBytes) throw new Error(`operation ${index} has ${bytes.byteLength} bytes: damaged`)
  if (bytes[0] !== format) {
    throw new Error(`operation ${index} has format ${bytes[0]}, this build knows ${format}: upgrade this node`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    index,
    term: view.getFloat64(1, true),
    timeMs: view.getFloat64(9, true),
    payload: bytes.subarray(headerBytes),
  }
}
