/** As much of protobuf and gRPC as the load on etcd needs. */

/** A length-delimited field of protobuf. */
export function field(number: number, content: Uint8Array): Buffer {
  const length: number[] = []
  for (let left = content.byteLength; ; left >>>= 7) {
    length.push(left > 127 ? (left & 127) | 128 : left)
    if (left <= 127) break
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content])
}

const lengthDelimited = 2

/** How often this length-delimited field is in a message; the other fields are skipped. */
export function countFields(message: Uint8Array, wanted: number): number {
  let at = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  let count = 0
  while (at < message.byteLength) {
    const tag = varint()
    if (tag >>> 3 === wanted) count++
    const value = varint()
    if ((tag & 7) === lengthDelimited) at += value
  }
  return count
}

const headBytes = 5

/** A message of gRPC with its head. */
export function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUInt32BE(message.byteLength, 1)
  return Buffer.concat([head, message])
}

/** Gives each whole message of a stream that comes in pieces. */
export function unframe(received: (message: Uint8Array) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.byteLength >= headBytes) {
      const end = headBytes + rest.readUInt32BE(1)
      if (rest.byteLength < end) return
      received(rest.subarray(headBytes, end))
      rest = rest.subarray(end)
    }
  }
}
