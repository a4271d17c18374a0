// JavaScriptCore gives a small typed array a buffer of its own when `buffer` is read, which costs as much as the rest of encoding
// an entry, and once more when it is collected: hence no DataView here.
const number = new Float64Array(1)
const bytesOfNumber = new Uint8Array(number.buffer)
// Every machine that Bun runs on is little-endian; the formats say so too.
const width = 8

/** Writes an IEEE 754 double, little endian. */
export function putFloat64(bytes: Uint8Array, offset: number, value: number): void {
  number[0] = value
  for (let at = 0; at < width; at++) bytes[offset + at] = bytesOfNumber[at]!
}

/** Reads an IEEE 754 double, little endian. The bytes must be there. */
export function getFloat64(bytes: Uint8Array, offset: number): number {
  for (let at = 0; at < width; at++) bytesOfNumber[at] = bytes[offset + at]!
  return number[0]!
}
