/** JavaScriptCore keeps arrays up to this size in its own heap, without an ArrayBuffer. */
const smallBytes = 1000

/**
 * Stands in for unslab 1.3: bytes that keep no larger buffer alive. That one asks every array for its `buffer`, and JavaScriptCore
 * (Bun 1.4.5) then makes an object of its own for it, four for each block that Hypercore appends: the collector's longest pauses
 * were those in which tens of thousands of them were let go. A small array is copied without asking.
 */
export function unslab(bytes: Uint8Array | null): Uint8Array | null {
  if (bytes === null) return null
  if (bytes.byteLength > smallBytes && bytes.buffer.byteLength === bytes.byteLength) return bytes
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength)
  copy.set(bytes)
  return copy
}
